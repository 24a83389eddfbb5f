"""A till that crashes while a card is paid goes on from its journal, and the journal tells all."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from edge.journal.journal import Journal
from edge.problems import Refusal
from edge.till import asked, selling
from edge.till.answers import AskedOnce
from edge.till.books import event_at
from edge.till.clock import TillClock
from edge.till.deciding import Decision, Sight
from edge.till.desk import DeskTerms, SellingDesk
from edge.till.terminals import messages
from edge.till.terminals.messages import AskedPayment
from edge.till.terminals.noting import CartNotes, left_payments
from edge.till.terminals.paying import PayingTerms, carry_through
from edge.till.terminals.rule import REQUEST_LIFE_SECONDS, Heard, TenderSight
from edge.till.terminals.simulated import Loss, SimulatedTerminal
from tests.unit.edge.journal.tills import TILL, opened

PAYMENT = AskedPayment(TILL.till_id, "T000000001", 398, "EUR")


class Crash(Exception):
    """The till's process ends here."""


class Points:
    """Where a crash may be; each is passed once."""

    def __init__(self, crash_at: int | None) -> None:
        self._passed: Iterator[int] = iter(range(10_000))
        self._crash_at = crash_at

    def point(self) -> None:
        if next(self._passed) == self._crash_at:
            raise Crash


class Till:
    """One life of a till, on the journal of the lives before."""

    def __init__(self, journal: Journal, points: Points) -> None:
        self.desk = SellingDesk(journal, TILL, TillClock(), DeskTerms("test"))
        self._points = points

    async def do(self, ask: AskedOnce, decide: Callable[[Sight], Decision]) -> object:
        self._points.point()
        given = self.desk.do(ask, decide)
        self._points.point()
        return given

    def begin(self) -> str:
        """A cart of 3.98."""
        day = asked.AskedDay(business_date=date(2026, 11, 30))
        self.desk.do(AskedOnce("day", ""), lambda sight: selling.open_day(sight, day))
        self.desk.do(AskedOnce("cart", ""), lambda s: selling.open_cart(s, asked.AskedCart()))
        cart_id = next(iter(self.desk.carts))
        line = asked.AskedLine(sku="a", quantity=2, unit_price_minor=199)
        self.desk.do(AskedOnce("line", ""), lambda s: selling.add_line(s, cart_id, line))
        return cart_id


class Terminal:
    """A terminal whose line loses as told; it looks into the journal when it is asked for money."""

    def __init__(self, device: SimulatedTerminal, losses: list[Loss], journal: Journal) -> None:
        self.device, self.losses, self.journal = device, iter(losses), journal

    async def pay(self, asked: AskedPayment) -> Heard:
        kinds = [each["type"] for each in events_of(self.journal)]
        assert "tender_requested" in kinds, "the terminal is asked before the journal has it"
        return messages.heard_of_payment(asked, self._sent(messages.payment_request(asked)))

    async def status(self, asked: AskedPayment) -> Heard:
        return messages.heard_of_status(asked, "Q", self._sent(messages.status_request(asked, "Q")))

    def _sent(self, request: bytes) -> bytes:
        loss = next(self.losses, Loss.NOTHING)
        answer = b"" if loss is Loss.REQUEST else self.device.answer(request)
        return b"" if loss is Loss.REPLY else answer


def events_of(journal: Journal) -> list[dict[str, Any]]:
    last = journal.mark.sequence
    found = [event_at(journal, 1, number) for number in range(1, last + 1)]
    return [each["event"] for each in found if each is not None]


def terms_of(till: Till, cart_id: str, terminal: Terminal) -> PayingTerms:
    seconds = [0.0]

    async def sleep(_: float) -> None:
        seconds[0] += REQUEST_LIFE_SECONDS / 2
        await asyncio.sleep(0)

    return PayingTerms(CartNotes(till.do, cart_id), terminal, lambda: seconds[0], sleep)


async def paid(folder: Path, losses: list[Loss], crash_at: int | None) -> tuple[Any, Any]:
    """The journal's steps of the payment, and the captures, after a life that crashed and the next
    ones."""
    device, points = SimulatedTerminal(), Points(crash_at)
    with closing(opened(folder)) as journal:
        till = Till(journal, points)
        cart_id = till.begin()
        terminal = Terminal(device, losses, journal)
        try:
            await carry_through(PAYMENT, terms_of(till, cart_id, terminal), TenderSight(False))
        except Crash:
            till = Till(journal, points)
            for left in left_payments(till.desk.carts.values(), TILL.till_id, "EUR"):
                assert left.asked == PAYMENT
                await carry_through(left.asked, terms_of(till, cart_id, terminal), left.sight)
        steps = [
            (each["type"], each.get("outcome"))
            for each in events_of(journal)
            if each["type"].startswith("tender")
        ]
    return steps, device.captures


@pytest.mark.parametrize("losses", [[], [Loss.REPLY], [Loss.REQUEST], [Loss.REPLY, Loss.REPLY]])
@pytest.mark.parametrize("crash_at", [None, 0, 1, 2, 3])
async def test_the_journal_ends_with_what_the_terminal_did(
    tmp_path: Path, losses: list[Loss], crash_at: int | None
) -> None:
    steps, captures = await paid(tmp_path, losses, crash_at)
    if crash_at == 0:
        assert (steps, captures) == ([], []), "nothing was asked that was not noted"
        return
    outcome = "captured" if captures else "declined"
    assert steps == [("tender_requested", None), ("tender_settled", outcome)]
    assert len(captures) <= 1


async def test_a_payment_that_nobody_knows_of_is_found_again(tmp_path: Path) -> None:
    steps, captures = await paid(tmp_path, [Loss.REPLY] * 9, None)
    assert steps == [("tender_requested", None), ("tender_settled", "unknown")]
    assert len(captures) == 1
    with closing(opened(tmp_path)) as journal:
        till = Till(journal, Points(None))
        (left,) = left_payments(till.desk.carts.values(), TILL.till_id, "EUR")
        assert left.sight == TenderSight(is_noted=True, outcome="unknown")


async def test_a_settled_payment_is_not_asked_about_again(tmp_path: Path) -> None:
    await paid(tmp_path, [], None)
    with closing(opened(tmp_path)) as journal:
        carts = Till(journal, Points(None)).desk.carts.values()
        assert left_payments(carts, TILL.till_id, "EUR") == []


async def _outcome(till: Till, cart_id: str, terminal: Terminal, payment: AskedPayment) -> Any:
    try:
        return await carry_through(payment, terms_of(till, cart_id, terminal), TenderSight(False))
    except Refusal as refusal:
        return refusal.more["reason"]


@pytest.mark.parametrize("second", [PAYMENT, PAYMENT._replace(tender_id="T000000002")])
async def test_of_two_pages_that_ask_for_the_same_money_one_reaches_the_terminal(
    tmp_path: Path, second: AskedPayment
) -> None:
    device = SimulatedTerminal()
    with closing(opened(tmp_path)) as journal:
        till = Till(journal, Points(None))
        cart_id = till.begin()
        terminal = Terminal(device, [Loss.REPLY], journal)
        told = await asyncio.gather(
            _outcome(till, cart_id, terminal, PAYMENT), _outcome(till, cart_id, terminal, second)
        )
    assert sorted(told) == ["captured", "tender_unsettled"]
    assert len(device.captures) == 1
