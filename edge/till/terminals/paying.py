"""Carries a payment by card through: step by step, as `edge.till.terminals.rule` says."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple, Protocol

from edge.till.carts import Outcome
from edge.till.terminals.messages import (
    MESSAGE_BYTES_MAX,
    AskedPayment,
    heard_of_payment,
    heard_of_status,
    new_id,
    payment_request,
    status_request,
)
from edge.till.terminals.rule import Heard, Step, TenderSight, next_step

ANSWER_SECONDS_MAX = 120.0
"""For a customer to find the card and the number. Terminals give up by themselves before."""

STATUS_SECONDS_MAX = 5.0
"""For the question how a payment stands, which no customer is needed for."""

PAUSE_SECONDS = 1.0
"""Between two questions."""


class TenderNotes(Protocol):
    """The journal, as a payment writes it; each returns once it is on the disk."""

    async def requested(self, asked: AskedPayment) -> None:
        """The terminal is about to be asked."""
        ...

    async def settled(self, asked: AskedPayment, outcome: Outcome) -> None:
        """What became of it."""
        ...


class CardTerminal(Protocol):
    """A terminal; an answer that does not come is `Heard.SILENCE`, and nothing raises."""

    async def pay(self, asked: AskedPayment) -> Heard:
        """Take the money."""
        ...

    async def status(self, asked: AskedPayment) -> Heard:
        """How does it stand?"""
        ...


class PayingTerms(NamedTuple):
    """What carries it through; tests have clocks of their own."""

    notes: TenderNotes
    terminal: CardTerminal
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def carry_through(asked: AskedPayment, terms: PayingTerms, sight: TenderSight) -> Outcome:
    """Go on with a payment until it is settled or nobody answers; how it stands then.

    A new one is ``TenderSight(is_noted=False)``; one that the journal has is ``is_noted`` with its
    outcome. Cancelled or ended anywhere, it goes on from what the journal has.
    """
    begun = terms.monotonic()
    while (step := next_step(sight)) is not Step.LEAVE:
        if step is Step.ASK_STATUS:
            if sight.heard is not Heard.NOTHING_YET:
                await terms.sleep(PAUSE_SECONDS)
            sight = sight._replace(asked_seconds=terms.monotonic() - begun)
        sight = await _done(step, asked, terms, sight)
        if step is Step.ASK_PAYMENT:
            begun = terms.monotonic()
    return sight.outcome or "unknown"


async def _done(
    step: Step, asked: AskedPayment, terms: PayingTerms, sight: TenderSight
) -> TenderSight:
    """How it stands after the step."""
    match step:
        case Step.NOTE_REQUESTED:
            await terms.notes.requested(asked)
            return sight._replace(is_noted=True, is_fresh=True)
        case Step.ASK_PAYMENT:
            return _with_heard(sight, await terms.terminal.pay(asked))
        case Step.ASK_STATUS:
            return _with_heard(sight, await terms.terminal.status(asked))
        case Step.NOTE_CAPTURED:
            return await _settled(asked, terms, sight, "captured")
        case Step.NOTE_DECLINED:
            return await _settled(asked, terms, sight, "declined")
        case Step.NOTE_UNKNOWN:
            return await _settled(asked, terms, sight, "unknown")
        case Step.LEAVE:
            return sight


def _with_heard(sight: TenderSight, heard: Heard) -> TenderSight:
    silences = sight.silences + 1 if heard is Heard.SILENCE else 0
    return sight._replace(is_fresh=False, heard=heard, silences=silences)


async def _settled(
    asked: AskedPayment, terms: PayingTerms, sight: TenderSight, outcome: Outcome
) -> TenderSight:
    await terms.notes.settled(asked, outcome)
    return sight._replace(outcome=outcome)


class SocketTerminal:
    """A terminal at a TCP port: a line of JSON each way, a connection for each question."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    async def pay(self, asked: AskedPayment) -> Heard:
        """See `CardTerminal`."""
        line = await self._ask(payment_request(asked), ANSWER_SECONDS_MAX)
        return heard_of_payment(asked, line)

    async def status(self, asked: AskedPayment) -> Heard:
        """See `CardTerminal`."""
        question_id = new_id()
        line = await self._ask(status_request(asked, question_id), STATUS_SECONDS_MAX)
        return heard_of_status(asked, question_id, line)

    async def _ask(self, request: bytes, seconds: float) -> bytes:
        """The line that comes back, empty where none does."""
        with suppress(OSError, TimeoutError, ValueError):  # the last: a line without an end
            async with asyncio.timeout(seconds):
                return await self._line(request)
        return b""

    async def _line(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(
            self._host, self._port, limit=MESSAGE_BYTES_MAX
        )
        try:
            writer.write(request + b"\n")
            await writer.drain()
            return await reader.readline()
        finally:
            writer.close()
