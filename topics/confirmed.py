"""Up to where the centre has a till's events, by its word on the till: `till.status`."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from topics.wire_derived import WireTillStatus

Ranges = Sequence[tuple[int, int]]
"""Sequence numbers as [first, last], ascending."""

OLDER_RANGES_MAX = 1_000
"""Ranges that the status lists of all older epochs in all: with so many, the list may be cut."""


class Confirmed(NamedTuple):
    """Up to ``confirmed_to`` the centre has all of an epoch but ``missing``. ``has_ended``: a newer
    one has come there, so nothing more of this one is on its way."""

    confirmed_to: int = 0
    missing: Ranges = ()
    has_ended: bool = False

    def lacks(self, sequence: int) -> bool:
        """Whether the centre has said that it lacks this number.

        Of an epoch that has ended it lacks what lies behind its last number, too: a till sends its
        epochs one after the other, and no later number comes that would show the gap.
        """
        if self.has_ended and sequence > self.confirmed_to:
            return True
        at = bisect_right(self.missing, sequence, key=lambda each: each[0])
        return at > 0 and sequence <= self.missing[at - 1][1]


def confirmed(status: WireTillStatus | None, epoch: int) -> Confirmed:
    """What the centre's word says of one epoch."""
    if status is None:
        return Confirmed()
    if status.epoch == epoch:
        listed = sum(last - first + 1 for first, last in status.missing)
        return _up_to(status.last_sequence, status.missing, listed < status.missing_count)
    is_cut = sum(len(each.missing) for each in status.older) >= OLDER_RANGES_MAX
    for each in status.older:
        if each.epoch == epoch:
            told = _up_to(each.last_sequence, each.missing, is_cut)
            return told._replace(has_ended=not is_cut)
    return Confirmed()


def _up_to(last_sequence: int, missing: Ranges, is_cut: bool) -> Confirmed:
    if is_cut:
        last_sequence = missing[-1][1] if missing else 0
    return Confirmed(last_sequence, missing)
