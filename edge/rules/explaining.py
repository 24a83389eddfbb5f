"""Why a rule applied, and why another did not."""

from collections.abc import Iterator
from typing import NamedTuple

from edge.rules.attributes import Facts, Value, shown
from edge.rules.reading import DecisionTable


class RowExplanation(NamedTuple):
    """One row and one case. Where it did not apply, either ``first`` is the row that came before
    it, or ``attribute`` was ``found`` and should have been ``wanted``."""

    rule: str
    applies: bool
    attribute: str = ""
    wanted: str = ""
    found: Value | None = None
    first: str = ""

    def __str__(self) -> str:
        if self.applies:
            return f"{self.rule}: applies"
        if self.first:
            return f"{self.rule}: its conditions hold, but {self.first} comes first"
        return f"{self.rule}: {self.attribute} is {shown(self.found)}, and not {self.wanted}"


def explained(table: DecisionTable, facts: Facts) -> Iterator[RowExplanation]:
    """Each row in order, with the first condition that did not hold."""
    hits = {row.name for row in table.hits(facts)}
    for row in table.rows:
        rule = f"{table.name}/{row.name}"
        broken = row.broken(facts)
        if broken is not None:
            found: Value | None = getattr(facts, broken)
            yield RowExplanation(rule, False, broken, row.conditions[broken].text, found)
        elif row.name in hits:
            yield RowExplanation(rule, True)
        else:
            first = f"{table.name}/{next(iter(hits))}"
            yield RowExplanation(rule, False, first=first)
