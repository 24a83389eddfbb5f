"""How much of a product may have been sold that nobody has heard of. Pure; in base units.

Two things leave a level in doubt: a silence, of which it is known how long it lasts, and numbers of
till events that are known to be missing. Of both it is said what was sold in them if the place sold
as it lately did: lines of receipts come one by one and by chance (Poisson), each of the usual
quantity. A missing number counts as a whole receipt, which is too much rather than too little.

What nobody can know by that: what was delivered, moved, counted or written off meanwhile, whether
the store sells at all, and whether it sells as it did. Goods that are on their way are no doubt:
they are known, and told apart.
"""

import math
from typing import NamedTuple

CERTAINTY = 0.95
"""In nineteen of twenty silences no more was sold than is told."""

SUMMED_MAX = 200.0
"""Up to so many expected lines the chances are added up; above, the bell curve is as good."""

_DEVIATIONS = 1.645
"""Of the bell curve below which nineteen of twenty lie."""

QUANTITY_MAX = 2**53 - 1


class SoldLately(NamedTuple):
    """Of a product at a location in the last four weeks: lines of receipts and what they took, on
    so many days on which the location sold anything, in so many receipts of it."""

    lines: int
    quantity: int
    receipts: int
    days: int


class Unheard(NamedTuple):
    """What nobody has heard of a location: ``days`` of its usual selling, and till events."""

    days: float
    missing_events: int

    @property
    def is_something(self) -> bool:
        """Whether anything is in doubt."""
        return self.days > 0 or self.missing_events > 0


class Doubt(NamedTuple):
    """What was sold unheard if all is as usual, and what is rarely exceeded."""

    expected: int
    at_most: int


CERTAIN = Doubt(0, 0)


def doubt_of(sold: SoldLately, unheard: Unheard) -> Doubt:
    """How much less than its level there may be."""
    if sold.lines <= 0 or sold.quantity <= 0:
        return CERTAIN
    by_silence = sold.lines / max(1, sold.days) * max(0.0, unheard.days)
    by_missing = sold.lines / max(1, sold.receipts) * max(0, unheard.missing_events)
    lines, per_line = by_silence + by_missing, sold.quantity / sold.lines
    return Doubt(_bounded(round(lines * per_line)), _bounded(math.ceil(_rarely(lines) * per_line)))


def _rarely(expected: float) -> int:
    """The fewest lines that are exceeded in one of twenty cases at most."""
    if expected > SUMMED_MAX:
        return math.ceil(expected + _DEVIATIONS * math.sqrt(expected))
    chance = reached = math.exp(-expected)
    lines = 0
    while reached < CERTAINTY:
        lines += 1
        chance *= expected / lines
        reached += chance
    return lines


def _bounded(quantity: int) -> int:
    return min(quantity, QUANTITY_MAX)
