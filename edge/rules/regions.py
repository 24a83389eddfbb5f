"""Which facts meet which rows, as sets: exact, whatever the numbers.

Along each attribute all values that no cell tells apart are one piece. A row takes a set of pieces
of each attribute, as bits of an integer, and a region is such a set for each of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from edge.rules.attributes import Attribute, Value, shown
from edge.rules.cells import Condition
from edge.rules.reading import DecisionRow, DecisionTable

STEPS_MAX = 200_000
"""Regions that all searches of a table may cut. 500 rows of products and prices need some
thousands. So many take about a second, in which a till's page would wait; a table that goes beyond
has too many cases for anybody to oversee."""

Region = tuple[int, ...]


class TooManyRegions(Exception):
    """The rows cut the facts into more regions than anybody may search."""


class Axis(NamedTuple):
    """One attribute's pieces, each by one of its values; None is the missing value."""

    attribute: Attribute
    pieces: tuple[Value | None, ...]

    @property
    def whole(self) -> int:
        """All pieces."""
        return (1 << len(self.pieces)) - 1

    def taken(self, condition: Condition | None) -> int:
        """The pieces that meet a condition; all where there is none."""
        if condition is None:
            return self.whole
        return sum(1 << at for at, value in enumerate(self.pieces) if condition.holds(value))


class Space:
    """The facts that a table tells apart."""

    def __init__(self, table: DecisionTable) -> None:
        self._axes = [_axis(each, table.rows) for each in table.attributes]
        self._steps_left = STEPS_MAX
        self.whole: Region = tuple(axis.whole for axis in self._axes)

    def region_of(self, row: DecisionRow) -> Region:
        """The facts to which a row applies."""
        return tuple(axis.taken(row.conditions.get(axis.attribute.name)) for axis in self._axes)

    def left_of(self, region: Region, taken: Iterable[Region]) -> Sequence[Region]:
        """What no other region takes of one; raises `TooManyRegions`."""
        left = [region]
        for each in taken:
            self._steps_left -= len(left)
            if self._steps_left < 0:
                raise TooManyRegions
            left = [piece for kept in left for piece in _without(kept, each)]
            if not left:
                break
        return left

    def example(self, region: Region) -> str:
        """One case of a region, in words."""
        told = (
            f"{axis.attribute.name} {shown(axis.pieces[(bits & -bits).bit_length() - 1])}"
            for axis, bits in zip(self._axes, region, strict=True)
        )
        return ", ".join(told)


def meet(one: Region, other: Region) -> Region | None:
    """What two regions share; None for nothing."""
    shared = tuple(a & b for a, b in zip(one, other, strict=True))
    return shared if all(shared) else None


def _without(region: Region, taken: Region) -> Iterator[Region]:
    if meet(region, taken) is None:
        yield region
        return
    inside = region
    for at, bits in enumerate(taken):
        if outside := inside[at] & ~bits:
            yield (*inside[:at], outside, *inside[at + 1 :])
        inside = (*inside[:at], inside[at] & bits, *inside[at + 1 :])


def _axis(attribute: Attribute, rows: Iterable[DecisionRow]) -> Axis:
    conditions = [
        row.conditions[attribute.name] for row in rows if attribute.name in row.conditions
    ]
    pieces: list[Value | None] = list(_PIECES[attribute.type](attribute, conditions))
    return Axis(attribute, tuple(pieces + [None] * attribute.may_be_missing))


def _integers(attribute: Attribute, conditions: Iterable[Condition]) -> Iterable[Value]:
    """The first number of each piece: cells say the same of all up to the next."""
    starts = {attribute.low}
    for condition in conditions:
        for low, high in condition.spans:
            starts |= {low, high + 1}
    return sorted(start for start in starts if start <= attribute.high)


def _texts(attribute: Attribute, conditions: Iterable[Condition]) -> Iterable[Value]:
    named = {str(value) for condition in conditions for value in condition.values}
    if attribute.values:
        return attribute.values
    other = "other"
    while other in named:
        other = f"an{other}"
    return [*sorted(named), other]


def _flags(attribute: Attribute, conditions: Iterable[Condition]) -> Iterable[Value]:
    return (False, True)


_PIECES = {"integer": _integers, "text": _texts, "flag": _flags}
