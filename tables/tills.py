"""What has been heard of each till: sequence windows by epoch, duplicates, last seen."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from tables.offsets import UNSEEN
from topics.sequences import Window


class TillState(msgspec.Struct, array_like=True, gc=False):
    """One till; key ``location_id/till_id``.

    ``last_seen`` is the newest credible time of an event that was no duplicate; None before it.
    """

    epochs: dict[int, Window] = msgspec.field(default_factory=dict[int, Window])
    duplicates: int = 0
    last_seen: datetime | None = None
    offset: int = UNSEEN

    @property
    def epoch(self) -> int:
        """The newest epoch: what the till's status shows."""
        return max(self.epochs)

    @property
    def version(self) -> int:
        """Grows with every event of the till."""
        return self.offset + 1


class Admission(NamedTuple):
    """What an event's epoch and sequence say about it.

    ``opens_gap``: it jumped over missing ones. ``heals``: it was missing itself. ``is_late``: a
    later event of the till was there before it, in the same epoch or a newer one.
    """

    is_new: bool
    opens_gap: bool = False
    heals: bool = False
    is_late: bool = False


IN_ORDER = Admission(is_new=True)
DUPLICATE = Admission(is_new=False)
OF_AN_OLDER_EPOCH = Admission(is_new=True, is_late=True)


def admit(till: TillState, epoch: int, sequence: int, offset: int) -> Admission:
    """Note an event; each epoch has a window of its own, so late events of an older one count."""
    till.offset = offset
    window = till.epochs.get(epoch)
    if window is None:
        window = till.epochs[epoch] = Window()
    if sequence == window.last + 1:
        window.last = sequence
        return IN_ORDER if len(till.epochs) == 1 else _in_order_of(till, epoch)
    return _out_of_order(till, window, sequence)


def _in_order_of(till: TillState, epoch: int) -> Admission:
    return IN_ORDER if epoch == till.epoch else OF_AN_OLDER_EPOCH


def _out_of_order(till: TillState, window: Window, sequence: int) -> Admission:
    jumps = sequence > window.last
    if not window.admit(sequence):
        till.duplicates += 1
        return DUPLICATE
    is_late = not jumps or window is not till.epochs[till.epoch]
    return Admission(is_new=True, opens_gap=jumps, heals=not jumps, is_late=is_late)


def see(till: TillState, at: datetime) -> None:
    """Note the credible time of an event that was no duplicate."""
    if till.last_seen is None or at > till.last_seen:
        till.last_seen = at
