"""What a comparison finds, and when a finding is to be believed."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Check = Literal[
    "progress",
    "levels-ledger",
    "totals-receipts",
    "tills-counted",
    "rows-topics",
    "store-rows",
    "store-sales",
    "store-effects",
    "store-movements",
    "store-levels",
    "store-totals",
]

Place = tuple[str, str]
"""(name of the check, key): one thing that is compared."""


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """One key whose two sides disagree.

    ``fields`` holds [expected, found] for each field that differs: expected is what the inputs
    or the topics say, found is what the table says; null where there is no row.
    """

    check: Check
    table: str
    location_id: str
    key: str
    fields: dict[str, tuple[Any, Any]]
    cause: str

    @property
    def place(self) -> Place:
        """What was compared."""
        return self.check, f"{self.table}/{self.key}"

    def to_json(self) -> dict[str, Any]:
        """The difference as plain values."""
        return asdict(self)

    def in_words(self) -> Iterator[str]:
        """A line a field: whole keys, also where the output goes to a file or another program."""
        place = f"{self.check}  {self.table}  {self.key}"
        if not self.fields:
            yield f"{place}: {self.cause}"
        for name, (expected, found) in self.fields.items():
            yield f"{place}  {name}: expected {expected}, found {found}: {self.cause}"


Differences = dict[Place, FigureDifference]


def settled(
    before: Mapping[Place, FigureDifference], after: Mapping[Place, FigureDifference]
) -> Differences:
    """Differences that stood still between two looks: those that moved were on their way."""
    return {
        place: difference
        for place, difference in after.items()
        if place in before and before[place].fields == difference.fields
    }


def moving(
    before: Mapping[Place, FigureDifference], after: Mapping[Place, FigureDifference]
) -> Differences:
    """Differences that changed between two looks: neither confirmed nor gone."""
    return {
        place: difference
        for place, difference in after.items()
        if place in before and before[place].fields != difference.fields
    }
