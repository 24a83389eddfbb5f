"""What has been heard of each till: sequence windows by epoch, duplicates, forks, last seen."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from tables import marks
from tables.offsets import UNSEEN
from tables.times import KEPT_US
from topics import sequences
from topics.sequences import Verdict, Window

EPOCHS_OPEN_MAX = 1_000
"""Epochs of one till that take events at a time. A till has a handful in its life; one that makes
them up would fill its value, so beyond this the oldest closes before its time."""

TILL_RANGES_MAX = 2 * sequences.RANGES_MAX
"""Missing ranges of all open epochs of a till together: its value must fit one message."""


@dataclass(slots=True)
class EpochWindow(Window):
    """One epoch's window. ``heard_us`` is the location's clock at its last event, ``waived_to`` the
    number up to which an operator waits for nothing that is missing."""

    heard_us: int = 0
    waived_to: int = 0

    @property
    def ends_us(self) -> int:
        """When it closes, where it is not the newest and nothing more is heard of it."""
        return self.heard_us + KEPT_US


class TillState(msgspec.Struct, array_like=True, gc=False):
    """One till; key ``location_id/till_id``.

    ``epochs`` are those that are open; up to ``closed_to`` every other one is closed. ``last_seen``
    is the newest credible time of what came and was no repeat. ``last_hash`` is that of the newest
    epoch's last event. ``marks`` is the newest block of marks (`tables.marks`), of number
    ``block``; ``blocks`` are the numbers of those before it. ``turns`` counts changes that no
    event of the till made. ``closed`` is the newest block of carts that are over
    (`tables.closed_carts`); the full ones before it have the numbers from ``closed_first`` to
    before ``closed_next``, and ``closed_oldest_us`` is the newest time in the first, 0 until
    it is looked at. ``carts`` are how many are open or suspended, ``unlisted`` the events that
    came of a device which no list named.
    """

    epochs: dict[int, EpochWindow] = {}
    duplicates: int = 0
    last_seen: datetime | None = None
    offset: int = UNSEEN
    forks: int = 0
    closed_to: int = 0
    last_hash: str | None = None
    marks: bytes = b""
    block: int = -1
    blocks: list[int] = []
    turns: int = 0
    closed: bytes = b""
    closed_first: int = 0
    closed_next: int = 0
    carts: int = 0
    closed_oldest_us: int = 0
    unlisted: int = 0

    @property
    def version(self) -> int:
        """Grows with every event of the till, and with every other change of it."""
        return self.offset + 1 + self.turns

    @property
    def epoch(self) -> int:
        """The newest epoch: what the till's status shows. 0 where none is open."""
        epochs = self.epochs
        return max(epochs) if epochs else 0


class Admission(NamedTuple):
    """What an event's epoch and sequence say about it.

    ``opens_gap``: it jumped over missing ones. ``heals``: it was missing itself. ``is_late``: a
    later event of the till was there before it, in the same epoch or a newer one.
    """

    opens_gap: bool = False
    heals: bool = False
    is_late: bool = False


IN_ORDER = Admission()
OF_AN_OLDER_EPOCH = Admission(is_late=True)


def window_of(till: TillState, epoch: int) -> EpochWindow | None:
    """The window of ``epoch``: the till's, an empty one of its own, or None for a closed epoch."""
    window = till.epochs.get(epoch)
    if window is not None:
        return window
    return None if epoch <= till.closed_to else EpochWindow()


def judge(till: TillState, window: EpochWindow, sequence: int) -> Verdict:
    """What the number says; changes nothing."""
    verdict = window.judge(sequence)
    if verdict is Verdict.OPENS_GAP and len(till.epochs) > 1 and _is_full(till):
        return Verdict.TOO_MANY_GAPS
    return verdict


def _is_full(till: TillState) -> bool:
    return sum(len(window.missing) for window in till.epochs.values()) >= TILL_RANGES_MAX


def admit(
    till: TillState, epoch: int, window: EpochWindow, sequence: int, clock_us: int
) -> Admission:
    """Count an event whose number `judge` found new."""
    verdict = window.admit(sequence)
    window.heard_us = clock_us
    keep_window(till, epoch, window)
    is_newest = epoch == till.epoch
    if verdict is Verdict.IN_ORDER:
        return IN_ORDER if is_newest else OF_AN_OLDER_EPOCH
    jumps = verdict is Verdict.OPENS_GAP
    return Admission(jumps, not jumps, not jumps or not is_newest)


def keep_window(till: TillState, epoch: int, window: EpochWindow) -> None:
    """Make ``window`` the till's; where that is one too many, the oldest epoch closes."""
    till.epochs[epoch] = window
    if len(till.epochs) > EPOCHS_OPEN_MAX:
        close_epoch(till, min(till.epochs))


def close_epoch(till: TillState, epoch: int) -> None:
    """Take no events of ``epoch`` any more."""
    till.epochs.pop(epoch, None)
    till.closed_to = max(till.closed_to, epoch)


def waive(till: TillState, epoch: int, up_to_sequence: int) -> bool:
    """Wait no more for what is missing; an older epoch closes as a whole. False where it had."""
    window = till.epochs.get(epoch)
    if window is None:
        return False
    if epoch == till.epoch:
        window.waived_to = max(window.waived_to, up_to_sequence)
    else:
        close_epoch(till, epoch)
    return True


def left_of(till: TillState, up_to_epoch: int) -> TillState | None:
    """What stays of a till that is gone; None where it has begun a newer epoch.

    It says which epochs are closed, so that nothing of the till counts twice.
    """
    if till.epoch > up_to_epoch:
        return None
    closed_to = max(till.closed_to, up_to_epoch)
    return TillState(offset=till.offset, closed_to=closed_to, turns=till.turns + 1)


def begin_block(till: TillState, block: int) -> list[int]:
    """Make ``block`` the newest block of marks; the numbers of those that leave."""
    known = till.blocks if till.block < 0 else [*till.blocks, till.block]
    first = block - marks.BLOCKS_KEPT
    till.blocks, till.block, till.marks = [each for each in known if each >= first], block, b""
    return [each for each in known if each < first]


def see(till: TillState, at: datetime) -> None:
    """Note the time that is believed of something that was no repeat."""
    if till.last_seen is None or at > till.last_seen:
        till.last_seen = at


def waited_for(window: EpochWindow) -> list[sequences.Range]:
    """The missing ranges that are not waived."""
    waived = window.waived_to
    if not waived:
        return window.missing
    return [[max(first, waived + 1), last] for first, last in window.missing if last > waived]
