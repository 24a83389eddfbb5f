"""`till.cart-events`: which events count, and what of each kind does what."""

from collections.abc import Sequence
from typing import cast

from agents.accepted import RECEIPTS, Accepted, Receipt
from agents.clocks import Clocks
from agents.deadlines import NEVER
from agents.effects import NAMES, Effects, nothing
from agents.intake import (
    DAY_CLOSED,
    EPOCH_CLOSED,
    FORK,
    TOO_MANY_GAPS,
    Intake,
    Refusal,
)
from agents.leaving import Leaving
from agents.master_data import KnownLocation
from agents.ports import Counting, Counts
from agents.tills import Tills
from agents.upkeep import Upkeep
from engine.contract import Record
from engine.table import Table
from tables.carts import Clock
from tables.marks import mark_of
from tables.moments import Moment
from tables.tills import IN_ORDER, Admission, EpochWindow, TillState, judge, see, window_of
from tables.times import credible, text_of, written_at
from topics import wire as w
from topics.envelope import numbered
from topics.registry import TILL_EVENTS
from topics.sequences import Verdict
from topics.till_headers import is_fork, is_unlisted

TOPIC = TILL_EVENTS.name


class Checkout:
    """Folds till events; each new one once, whatever its order."""

    def __init__(
        self,
        intake: Intake,
        tills: Tills,
        clocks: Clocks,
        leaving: Leaving,
        effects: Effects,
        upkeep: Upkeep,
        locations: Table[KnownLocation],
        accepted: Accepted,
        counting: Counting,
    ) -> None:
        self._intake = intake
        self._tills = tills
        self._clocks = clocks
        self._leaving = leaving
        self._soonest = leaving.soonest
        self._upkeep = upkeep
        self._locations = locations
        self._accepted = accepted
        self._counting = counting
        self._effects = {
            kind: (name, effects.get(kind, nothing), kind in RECEIPTS)
            for kind, name in NAMES.items()
        }

    def fold(self, records: Sequence[Record]) -> None:
        """Apply till events in order."""
        decode, apply = w.decode_till_event.decode, self._apply
        for record, event in self._intake.take(TOPIC, records, decode, self._take_number):
            apply(event, record)
        if records:
            self._upkeep.seen = records[-1].offset

    def set_aside(self, record: Record) -> None:
        """An operator has moved ``record`` to the dead letters; its number is taken."""
        self._intake.set_aside(TOPIC, record)
        self._take_number(record)

    def _apply(self, event: w.AnyWireEvent, record: Record) -> None:
        """One event: 1. is it a repeat? 2. move the clock, 3. is it refused? 4. count it in."""
        offset, location_id = record.offset, event.location_id
        if offset >= self._upkeep.due:
            self._upkeep.reach(offset)
        key = f"{location_id}/{event.till_id}"
        till = self._tills.edit(key, offset)
        if record.headers and is_fork(record.headers):
            self._fork(event, record, till)
            return
        window = till.epochs.get(event.epoch)
        verdict = Verdict.IN_ORDER
        if window is None or event.sequence != window.last + 1:
            window, verdict = _heard(till, event)
            if verdict is Verdict.DUPLICATE:
                self._repeat(event, record, key, till)
                return
        at, at_us, is_ahead = credible(event.occurred_at, record.timestamp)
        if till.last_seen is None or at > till.last_seen:
            till.last_seen = at
        clock = self._clocks.tick(location_id, at_us)
        clock_us = clock.at_us
        if clock_us >= self._soonest.get(location_id, -NEVER) and self._leaving.leave(
            location_id, clock_us, offset
        ):
            window, verdict = _heard(till, event)
        if window is None or verdict is Verdict.TOO_MANY_GAPS or clock.closed_date:
            refusal = _refused(event, key, window, verdict, clock)
            if window is None or refusal is not None:
                self._intake.refuse(TOPIC, record, refusal or (EPOCH_CLOSED, key))
                return
        if type(event) is w.WireUnreadable:
            self._quarantine(event, record, key, till, window, clock)
        else:
            moment = Moment(at, at_us, clock_us, offset, key, till)
            self._count_in(event, record, key, till, window, moment, is_ahead)

    def _count_in(
        self,
        event: w.AnyWireEvent,
        record: Record,
        key: str,
        till: TillState,
        window: EpochWindow,
        moment: Moment,
        is_ahead: bool,
    ) -> None:
        """An event whose number is new: 1. apply it, 2. take its number, 3. count it."""
        name, apply, is_receipt = self._effects[type(event)]
        refusal = None if event.training else apply(event, moment)
        epoch, sequence, clock_us = event.epoch, event.sequence, moment.clock_us
        if refusal is not None:
            self._intake.refuse(TOPIC, record, refusal)
            self._tills.quarantine(key, till, epoch, window, sequence, clock_us)
            return
        admission = self._tills.admit(key, till, epoch, window, sequence, clock_us)
        if record.headers and is_unlisted(record.headers):
            till.unlisted += 1
        if is_receipt and not event.training:
            self._accepted.note(cast(Receipt, event), moment, record)
        if len(till.epochs) == 1 or epoch == till.epoch:
            journal_hash = event.chain.hash if event.chain else None
            self._tills.mark(key, till, sequence, mark_of(event.event_id, journal_hash))
            if journal_hash != till.last_hash and sequence == window.last:
                till.last_hash = journal_hash
        counts = self._counting.now
        if admission is not IN_ORDER:
            _count_disorder(counts, admission)
        counts.note_event(name, moment.at_us)
        if is_ahead:
            counts.clock_ahead += 1
        if self._locations.get(event.location_id) is None:
            counts.unknown_location += 1

    def _repeat(self, event: w.AnyWireEvent, record: Record, key: str, till: TillState) -> None:
        """A number that was taken: by the same event, or by another one."""
        mark = mark_of(event.event_id, event.chain.hash if event.chain else None)
        readable = type(event) is not w.WireUnreadable
        if readable and self._tills.is_fork(key, till, event.epoch, event.sequence, mark):
            self._fork(event, record, till)
            return
        till.duplicates += 1
        self._counting.now.duplicates += 1

    def _fork(self, event: w.AnyWireEvent, record: Record, till: TillState) -> None:
        """Another event has the number, here or at the gateway."""
        till.forks += 1
        self._counting.now.forks += 1
        error = f"number {event.sequence} of epoch {event.epoch} was taken by another event"
        self._intake.refuse(TOPIC, record, (FORK, error))

    def _quarantine(
        self,
        event: w.AnyWireEvent,
        record: Record,
        key: str,
        till: TillState,
        window: EpochWindow,
        clock: Clock,
    ) -> None:
        taken = self._tills.quarantine(key, till, event.epoch, window, event.sequence, clock.at_us)
        till.unlisted += taken and is_unlisted(record.headers)
        till.duplicates += not taken
        self._counting.now.duplicates += not taken

    def _take_number(self, record: Record) -> None:
        """Take the number of a record that cannot be applied, where it can be read."""
        number = numbered(record.value)
        if number is None or not self._intake.is_of_here(number.location_id):
            return
        if record.offset >= self._upkeep.due:
            self._upkeep.reach(record.offset)
        key = f"{number.location_id}/{number.till_id}"
        till = self._tills.edit(key, record.offset)
        clock = self._clocks.get(number.location_id)
        clock_us = clock.at_us if clock else 0
        window = window_of(till, number.epoch)
        if window is not None:
            self._tills.quarantine(key, till, number.epoch, window, number.sequence, clock_us)
        see(till, written_at(record.timestamp))


def _heard(till: TillState, event: w.AnyWireEvent) -> tuple[EpochWindow | None, Verdict]:
    """The window of the event's epoch, None where that is closed, and what its number says."""
    window = window_of(till, event.epoch)
    if window is None:
        return None, Verdict.IN_ORDER
    return window, judge(till, window, event.sequence)


def _refused(
    event: w.AnyWireEvent, key: str, window: EpochWindow | None, verdict: Verdict, clock: Clock
) -> Refusal | None:
    """Why an event takes no number and is a dead letter, None where it counts."""
    if window is None:
        return EPOCH_CLOSED, f"epoch {event.epoch} of {key} is closed"
    if verdict is Verdict.TOO_MANY_GAPS:
        return TOO_MANY_GAPS, f"number {event.sequence} of {key} would add a gap to too many"
    if clock.closed_date and text_of(event.business_date) <= clock.closed_date:
        return DAY_CLOSED, f"dates up to {clock.closed_date} have left the state"
    return None


def _count_disorder(counts: Counts, admission: Admission) -> None:
    counts.late += admission.is_late
    counts.gaps_opened += admission.opens_gap
    counts.gaps_healed += admission.heals
