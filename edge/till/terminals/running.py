"""Payments by card that a till is at: begun by a page, carried through whatever becomes of it, and
found again after a restart, after a cart was resumed, and while nobody answers."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Protocol

import structlog

from edge.journal.errors import JournalError, JournalUnusable
from edge.problems import Refusal
from edge.till import asked as bodies
from edge.till.answers import AskedOnce, GivenAnswer
from edge.till.deciding import Decision, Sight
from edge.till.refusals import WhyNot, conflict
from edge.till.tendering import request_card
from edge.till.terminals.messages import AskedPayment, new_id
from edge.till.terminals.noting import CartNotes, Do, LeftPayment
from edge.till.terminals.paying import CardTerminal, PayingTerms, carry_through
from edge.till.terminals.rule import TenderSight

AGAIN_SECONDS = 10.0
"""Between two looks for payments in doubt that nobody is at: a terminal that was away is asked
again by itself, and cashier and customer wait for it."""


_FRESH = TenderSight(is_noted=True, is_fresh=True)


class Doing(Protocol):
    """A till does what is asked, durably."""

    async def __call__(
        self,
        ask: AskedOnce,
        decide: Callable[[Sight], Decision],
        auth: Mapping[str, str | int] | None = None,
    ) -> GivenAnswer: ...


class CardPayments:
    """Those of one till."""

    def __init__(
        self,
        do: Do,
        left: Callable[[], Awaitable[list[LeftPayment]]],
        terminal: CardTerminal | None,
        training: CardTerminal,
    ) -> None:
        """``do`` keeps steps and ``left`` tells payments in doubt; carts in training are paid at
        ``training``, which must take no money."""
        self._do = do
        self._left = left
        self._terminal = terminal
        self._training = training
        self._held: set[str] = set()
        self._begun: deque[LeftPayment] = deque()
        self._kicked = asyncio.Event()

    async def request(
        self, do: Doing, once: AskedOnce, cart_id: str, want: bodies.AskedCard, currency: str
    ) -> GivenAnswer:
        """Note the payment, and go on with it; what its page is told. The same request again is
        told the same, and asks no terminal. Raises `Refusal`."""
        tender_id, noted = new_id(), list[LeftPayment]()
        self._held.add(tender_id)

        def decide(sight: Sight) -> Decision:
            cart = sight.open_cart(cart_id)
            if self._terminal is None and not cart.training:
                raise conflict(WhyNot.NO_TERMINAL, "This till has no card terminal.")
            made, amount_minor = request_card(cart, sight, want, tender_id)
            payment = AskedPayment(sight.till_id, tender_id, amount_minor, currency)
            noted[:] = [LeftPayment(cart_id, payment, _FRESH, cart.training)]
            return made

        try:
            given = await do(once, decide)
            # Only now: what is not on the disk yet must not reach the terminal.
            self._begun.extend(noted)
        finally:
            if not self._begun or self._begun[-1].asked.tender_id != tender_id:
                # Was it written after all, it is found in the journal, and only asked about.
                self._held.discard(tender_id)
        self._kicked.set()
        return given

    async def run(self) -> None:
        """Carry payments through for ever; raises `JournalUnusable`."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._kicked.clear()
                while self._begun:
                    group.create_task(self._carry(self._begun.popleft()))
                for payment in await self._left():
                    if payment.asked.tender_id not in self._held and self._is_to_do(payment):
                        self._held.add(payment.asked.tender_id)
                        group.create_task(self._carry(payment))
                with suppress(TimeoutError):
                    async with asyncio.timeout(AGAIN_SECONDS):
                        await self._kicked.wait()

    def _at(self, payment: LeftPayment) -> CardTerminal | None:
        return self._training if payment.is_training else self._terminal

    def _is_to_do(self, payment: LeftPayment) -> bool:
        """Whether a terminal can be asked, or it is yet to be said that none can any more."""
        return self._at(payment) is not None or (payment.is_own and payment.sight.outcome is None)

    async def _carry(self, payment: LeftPayment) -> None:
        terminal, notes = self._at(payment), CartNotes(self._do, payment.cart_id)
        try:
            if terminal is not None:
                terms = PayingTerms(notes, terminal)
                await carry_through(payment.asked, terms, payment.sight)
            else:  # it was taken away meanwhile: the cashier looks at it, and says
                await notes.settled(payment.asked, "unknown")
        except JournalUnusable:
            raise
        except (Refusal, JournalError) as error:
            # The cart was suspended meanwhile, or the disk is full: it is found again.
            structlog.get_logger("tillstream.till").warning("payment_waits", why=str(error))
        finally:
            self._held.discard(payment.asked.tender_id)
