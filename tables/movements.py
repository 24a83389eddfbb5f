"""Which stock movements are in the levels: by number within their origin, or by id without one."""

import msgspec

from topics.sequences import Verdict, Window


class Booked(msgspec.Struct, array_like=True, gc=False):
    """That a movement without a number is in the level; key ``location_id/movement_id/sku``.

    Rows have numbers since a migration; those from before it stay as they are.
    """

    offset: int


def book(numbers: Window, number: int) -> None:
    """Note that the movement of ``number`` is in the level.

    Each transaction that was taken back leaves a gap for good: where there are too many, the oldest
    is given up, and what is missing there counts as booked.
    """
    if numbers.judge(number) is Verdict.TOO_MANY_GAPS:
        del numbers.missing[0]
    numbers.admit(number)
