"""A payment is carried through at a terminal that loses what it can, by a till that crashes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.till.carts import Outcome
from edge.till.terminals import messages
from edge.till.terminals.messages import AskedPayment, new_id
from edge.till.terminals.paying import PayingTerms, SocketTerminal, carry_through
from edge.till.terminals.rule import REQUEST_LIFE_SECONDS, Heard, TenderSight
from edge.till.terminals.simulated import Loss, SimulatedTerminal

ASKED = AskedPayment("till-3", "T000000001", 1_999, "EUR")


class Crash(Exception):
    """The till's process ends here."""


class Notes:
    """The journal, which outlives crashes; ``crash`` is asked before and after each write."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.points: Iterator[bool] = iter(())

    def point(self) -> None:
        if next(self.points, False):
            raise Crash

    async def requested(self, asked: AskedPayment) -> None:
        self.point()
        assert asked == ASKED
        self.written.append("requested")
        self.point()

    async def settled(self, asked: AskedPayment, outcome: Outcome) -> None:
        self.point()
        self.written.append(outcome)
        self.point()

    def sight(self) -> TenderSight:
        """What a till finds at its start."""
        found = next((each for each in reversed(self.written) if each != "requested"), None)
        outcomes: dict[str | None, Outcome] = {each: each for each in OUTCOMES}
        return TenderSight(is_noted=bool(self.written), outcome=outcomes.get(found))


OUTCOMES: tuple[Outcome, ...] = ("captured", "declined", "unknown")


class Clock(NamedTuple):
    """Time that goes by only while the till sleeps."""

    seconds: list[float]

    def monotonic(self) -> float:
        return self.seconds[0]

    async def sleep(self, seconds: float) -> None:
        self.seconds[0] += max(seconds, REQUEST_LIFE_SECONDS / 4)


class Direct:
    """The terminal without a line: its answers, lost as a list says; a crash may come between."""

    def __init__(self, terminal: SimulatedTerminal, losses: list[Loss], notes: Notes) -> None:
        self.terminal, self.notes = terminal, notes
        self.losses = iter(losses)
        self.asked_for_money = 0

    def _exchange(self, request: bytes) -> bytes:
        loss = next(self.losses, Loss.NOTHING)
        self.notes.point()
        answer = b"" if loss is Loss.REQUEST else self.terminal.answer(request)
        self.notes.point()
        return b"" if loss is Loss.REPLY else answer

    async def pay(self, asked: AskedPayment) -> Heard:
        self.asked_for_money += 1
        return messages.heard_of_payment(asked, self._exchange(messages.payment_request(asked)))

    async def status(self, asked: AskedPayment) -> Heard:
        question = new_id()
        answer = self._exchange(messages.status_request(asked, question))
        return messages.heard_of_status(asked, question, answer)


async def lived(losses: list[Loss], crash_at: int | None, is_approved: bool) -> None:
    """One payment from its begin to where it is settled, with a crash at one of its points."""
    notes, terminal = Notes(), SimulatedTerminal(approve=lambda _: is_approved)
    way = Direct(terminal, losses, notes)
    terms = PayingTerms(notes, way, *_clock())
    notes.points = (at == crash_at for at in range(1_000))
    outcome: Outcome = "unknown"
    for _ in range(20):
        try:
            outcome = await carry_through(ASKED, terms, notes.sight())
        except Crash:
            continue
        if outcome != "unknown":
            break
    told = f"{losses} crash at {crash_at}: {notes.written}"
    assert outcome == notes.written[-1], told
    assert len(terminal.captures) <= 1, told
    assert way.asked_for_money <= 1, told
    assert (outcome == "captured") == bool(terminal.captures), told
    assert notes.written[0] == "requested", told


def _clock() -> tuple[Callable[[], float], Callable[[float], Awaitable[None]]]:
    clock = Clock([0.0])
    return clock.monotonic, clock.sleep


@pytest.mark.parametrize("is_approved", [True, False])
@pytest.mark.parametrize("crash_at", [None, *range(16)])
async def test_every_loss_and_every_crash_ends_in_the_truth(
    crash_at: int | None, is_approved: bool
) -> None:
    for losses in product(Loss, repeat=5):
        await lived(list(losses), crash_at, is_approved)


async def test_a_silent_terminal_leaves_it_unknown_and_a_later_question_settles_it() -> None:
    notes, terminal = Notes(), SimulatedTerminal()
    losses = [Loss.REPLY] * 3
    terms = PayingTerms(notes, Direct(terminal, losses, notes), *_clock())
    assert await carry_through(ASKED, terms, notes.sight()) == "unknown"
    assert notes.written == ["requested", "unknown"]
    assert await carry_through(ASKED, terms, notes.sight()) == "captured"
    assert terminal.captures == [(ASKED.tender_id, ASKED.amount_minor)]


@pytest.fixture
async def losses() -> list[Loss]:
    return []


@pytest.fixture
async def terminal(losses: list[Loss]) -> AsyncIterator[SimulatedTerminal]:
    opened = SimulatedTerminal(lose=lambda: losses.pop(0) if losses else Loss.NOTHING)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("lost", "outcome"),
    [
        ([], "captured"),
        ([Loss.REPLY], "captured"),
        ([Loss.REPLY, Loss.REPLY], "captured"),
        ([Loss.REQUEST], "declined"),
        ([Loss.REQUEST, Loss.REPLY], "declined"),
    ],
)
async def test_over_a_real_line(
    terminal: SimulatedTerminal, losses: list[Loss], lost: list[Loss], outcome: Outcome
) -> None:
    losses.extend(lost)
    notes = Notes()
    way = SocketTerminal("127.0.0.1", await terminal.open())
    terms = PayingTerms(notes, way, *_clock())
    assert await carry_through(ASKED, terms, notes.sight()) == outcome
    assert len(terminal.captures) == (outcome == "captured")


async def test_a_terminal_that_is_switched_off_leaves_it_unknown() -> None:
    gone = SimulatedTerminal()
    port = await gone.open()
    await gone.close()
    notes = Notes()
    terms = PayingTerms(notes, SocketTerminal("127.0.0.1", port), *_clock())
    assert await carry_through(ASKED, terms, notes.sight()) == "unknown"


@pytest.mark.parametrize("answer", [b"", b"x" * 100_000, b"[" * 5_000, b"{}\n", b"\xff\n"])
async def test_a_wrong_device_at_the_port_is_silence(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        way = SocketTerminal("127.0.0.1", server.sockets[0].getsockname()[1])
        assert await way.pay(ASKED) is Heard.SILENCE
        assert await way.status(ASKED) is Heard.SILENCE


def test_the_answer_to_another_payment_says_nothing_of_this_one() -> None:
    terminal = SimulatedTerminal()
    other = ASKED._replace(tender_id="T000000002")
    answer = terminal.answer(messages.payment_request(other))
    assert messages.heard_of_payment(other, answer) is Heard.CAPTURED
    assert messages.heard_of_payment(ASKED, answer) is Heard.SILENCE
    told = terminal.answer(messages.status_request(other, "Q1"))
    assert messages.heard_of_status(other, "Q1", told) is Heard.CAPTURED
    assert messages.heard_of_status(other, "Q2", told) is Heard.SILENCE
    assert messages.heard_of_status(ASKED, "Q1", told) is Heard.SILENCE


def test_another_amount_than_was_asked_for_is_not_taken_for_the_payment() -> None:
    answer = SimulatedTerminal().answer(messages.payment_request(ASKED))
    assert messages.heard_of_payment(ASKED._replace(amount_minor=2_000), answer) is Heard.SILENCE


def test_the_simulated_terminal_takes_a_named_payment_once() -> None:
    terminal = SimulatedTerminal()
    for _ in range(2):
        answer = terminal.answer(messages.payment_request(ASKED))
        assert messages.heard_of_payment(ASKED, answer) is Heard.CAPTURED
    assert len(terminal.captures) == 1


@given(
    st.binary(max_size=200)
    | st.recursive(st.integers() | st.text(), st.lists).map(repr).map(str.encode)
)
def test_no_bytes_break_either_side(line: bytes) -> None:
    assert SimulatedTerminal().answer(line) == b""
    assert messages.heard_of_payment(ASKED, line) is Heard.SILENCE
    assert messages.heard_of_status(ASKED, "Q", line) is Heard.SILENCE


def test_a_new_name_fits_a_terminal() -> None:
    names = {new_id() for _ in range(1_000)}
    assert len(names) == 1_000
    assert {len(each) for each in names} == {10}
