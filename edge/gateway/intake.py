"""Takes batches: judged one after the other for each till, durable before they are answered.

1. The events are read, and each is proven to be what its hash says.
2. What is known of their numbers is looked up: nothing of it is kept in memory, so that what
   counts after a kill is what counted before.
3. The rules say what is new, what was here, and what is another's.
4. What goes on is made durable, in the topic or in the spool, and what is known with it.
5. The answer is made of what is durable then.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from edge.gateway.batches import SentBatch
from edge.gateway.carts.steps import steps_of
from edge.gateway.centre import CentreWord
from edge.gateway.devices import AskingTill
from edge.gateway.events import AlteredEvent, ForeignEvent, ReadEvent, published, read_event
from edge.gateway.file import GatewayFile
from edge.gateway.headed import SentHead, doubts, read_head, sums_after
from edge.gateway.judging import BatchVerdict, Conflict, judge, linked
from edge.gateway.outlet import Delivered, Durable, Outlet
from edge.gateway.records import Known, TillChange, look
from edge.gateway.reports import IntakeReports
from edge.gateway.spool import TopicMessage
from edge.gateway.standing import EPOCHS_MAX, Standing, begin, caught_up
from edge.gateway.unreadable import Place
from edge.journal.heads import Sums
from edge.problems import Code, Refusal
from topics.confirmed import Confirmed, confirmed
from topics.taken import taken_at
from topics.till_headers import FORK, UNLISTED

SLICE_EVENTS = 50
"""Events that are read without letting others in, some 2 ms: who sells waits for them."""

LARGE_AT_ONCE = 3
"""Batches of more than a slice that are under way at once: one is read, one is synced, one is
noted. Each takes some 4 MiB while it is, ten times its body, and adds a slice to what a small one
waits; with fewer, the core is idle while the disk works."""


class TakenBatch(NamedTuple):
    """What a till is told of its batch."""

    accepted_to: int
    centre: Confirmed
    quarantined: Sequence[tuple[int, str]]
    forks: Sequence[int]
    durable: Durable


class _Case(NamedTuple):
    """A batch that is being judged, with what is known of it."""

    till: AskingTill
    batch: SentBatch
    events: Sequence[ReadEvent]
    head: SentHead
    known: Known
    standing: Standing
    centre: Confirmed


class BatchIntake:
    """The intake of one store. One loop's only."""

    def __init__(
        self,
        file: GatewayFile,
        outlet: Outlet,
        centre: CentreWord,
        reports: IntakeReports,
        now: Callable[[], datetime],
    ) -> None:
        self._file = file
        self._outlet = outlet
        self._centre = centre
        self._reports = reports
        self._now = now
        self.watchers: list[Callable[[Sequence[ReadEvent]], None]] = []
        """Who is told what was taken for the first time, once it is durable."""
        self._turns: dict[str, asyncio.Lock] = {}
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)

    async def take(self, till: AskingTill, batch: SentBatch) -> TakenBatch:
        """Take a batch of a till; what it is told.

        Raises `Refusal`, and `GatewayError` where nothing can be kept now.
        """
        if till.epoch is not None and batch.epoch > till.epoch:
            words = f"This certificate was given for epoch {till.epoch}, not for {batch.epoch}."
            raise Refusal(HTTPStatus.FORBIDDEN, Code.DEVICE, words)
        turn = self._turns.setdefault(till.name.till_id, asyncio.Lock())
        is_large = len(batch.events) > SLICE_EVENTS
        async with turn, self._large if is_large else nullcontext():
            return await self._take(till, batch)

    async def _take(self, till: AskingTill, batch: SentBatch) -> TakenBatch:
        try:
            case = await self._case(till, batch)
            verdict = judge(
                batch.prev, case.events, case.standing, case.known.held, case.centre.lacks
            )
        except ForeignEvent as error:
            self._reports.foreign(till.name, str(error))
            raise Refusal(HTTPStatus.FORBIDDEN, Code.DEVICE, f"In the batch, {error}.") from error
        except Conflict as conflict:
            self._reports.conflict(till.name, batch.epoch, conflict.kind, str(conflict))
            raise _conflict(conflict) from conflict
        durable, twice = await self._deliver(case, verdict)
        for cart in twice:
            self._reports.went_on_twice(till.name, cart)
        for watcher in self.watchers:
            watcher(verdict.new)
        unreadable = sum(event.fault is not None for event in verdict.new)
        self._reports.taken(till.name, len(verdict.new), unreadable)
        return TakenBatch(
            verdict.accepted_to, case.centre, verdict.quarantined, verdict.forks, durable
        )

    async def _case(self, till: AskingTill, batch: SentBatch) -> _Case:
        name = till.name
        known = look(self._file.reading, name.till_id, batch.epoch, batch.first, batch.last)
        if known.epochs >= EPOCHS_MAX:
            words = f"This till has had {known.epochs} epochs: no more are taken."
            raise Refusal(HTTPStatus.FORBIDDEN, Code.DEVICE, words)
        word = self._centre.of(name.till_id)
        held = known.standing
        standing = caught_up(held, batch, word) if held else begin(batch, word)
        head = read_head(batch.head, batch.signature)
        events = linked(
            batch.prev,
            await self._events(till, batch, standing),
            head.hash_at(batch.epoch, batch.last),
            standing,
        )
        centre = confirmed(word, batch.epoch)
        return _Case(till, batch, events, head, known, standing, centre)

    async def _events(
        self, till: AskingTill, batch: SentBatch, standing: Standing
    ) -> list[ReadEvent]:
        if len(batch.events) <= SLICE_EVENTS:
            return self._slice(till, batch, standing, 0)
        events: list[ReadEvent] = []
        for at in range(0, len(batch.events), SLICE_EVENTS):
            events += self._slice(till, batch, standing, at)
            await asyncio.sleep(0)
        return events

    def _slice(
        self, till: AskingTill, batch: SentBatch, standing: Standing, at: int
    ) -> list[ReadEvent]:
        place = _place(till, batch)
        try:
            return [
                read_event(bytes(raw), place._replace(sequence=sequence))
                for sequence, raw in enumerate(
                    batch.events[at : at + SLICE_EVENTS], batch.first + at
                )
            ]
        except AlteredEvent as error:
            raise Conflict("chain", f"Event {error.sequence}: {error}.", standing) from error

    async def _deliver(self, case: _Case, verdict: BatchVerdict) -> Delivered:
        sums = self._judged_head(case, verdict)
        change = _change(case, verdict, sums, self._now())
        if verdict.forked:
            numbers = [event.sequence for event in verdict.forked]
            self._reports.forked(case.till.name, case.batch.epoch, numbers)
        messages = _messages(case, verdict, self._now())
        return await self._outlet.deliver(messages, change, case.known.is_spooled)

    def _judged_head(self, case: _Case, verdict: BatchVerdict) -> Sums | None:
        """The sums behind what is taken now; what is wrong with the head is reported."""
        sums = sums_after(case.standing.sums, verdict.new)
        # Of events that were here, the sums between are not remembered.
        at_end = sums if verdict.new or case.batch.last == verdict.accepted_to else None
        wrong = doubts(case.head, case.batch.epoch, case.events[-1], at_end, case.till.key)
        if wrong:
            self._reports.head(case.till.name, case.batch.epoch, case.batch.last, wrong)
        if sums is None and verdict.new and not wrong and case.head.signed:
            head = case.head.signed.head
            return Sums(head.receipt_count, head.grand_total_minor)
        return sums


def _change(
    case: _Case, verdict: BatchVerdict, sums: Sums | None, now: datetime
) -> TillChange | None:
    """What is to be kept, None where the batch changes nothing."""
    if not (verdict.new or verdict.healed or verdict.forked or verdict.again):
        return None
    new = {event.sequence for event in verdict.new}
    return TillChange(
        till_id=case.till.name.till_id,
        epoch=case.batch.epoch,
        standing=Standing(verdict.accepted_to, verdict.last_hash, sums),
        first=min(new, default=0),
        hashes=[event.hash for event in verdict.new],
        quarantined=[each for each in verdict.quarantined if each[0] in new],
        healed=verdict.healed,
        forked=[(event.sequence, event.hash) for event in verdict.forked if event.hash],
        carts=steps_of(verdict.new),
        at=now.timestamp(),
    )


def _messages(case: _Case, verdict: BatchVerdict, now: datetime) -> list[TopicMessage]:
    """What goes on, by number; the head goes with the event that it ends at. Each event of a device
    that no list names says so, and so does each fork."""
    going = sorted([*verdict.again, *verdict.forked, *verdict.new], key=lambda e: e.sequence)
    place = _place(case.till, case.batch)
    always = [taken_at(now), *([UNLISTED] if case.till.epoch is None else [])]
    last = {case.batch.last: case.head.header(case.till.key_id)}
    forks = {event.sequence: [FORK] for event in verdict.forked}
    return [
        TopicMessage(
            published(event, place._replace(sequence=event.sequence), now),
            [*always, *last.get(event.sequence, ()), *forks.get(event.sequence, ())],
        )
        for event in going
    ]


def _place(till: AskingTill, batch: SentBatch) -> Place:
    """Where the batch's events stand, but for their numbers."""
    return Place(till.name.location_id, till.name.till_id, batch.epoch, batch.first)


def _conflict(conflict: Conflict) -> Refusal:
    more: dict[str, Any] = {"conflict": conflict.kind, "expected": conflict.expected}
    if conflict.last_hash is not None:
        more["last_hash"] = conflict.last_hash
    return Refusal(HTTPStatus.CONFLICT, Code.REQUEST, str(conflict), more)
