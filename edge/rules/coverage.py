"""What a table's tests leave unproven: hits, near misses, both sides of boundaries, and no rows."""

from collections.abc import Iterable, Iterator, Sequence

from edge.rules.attributes import ATTRIBUTES, Attribute, Facts, Value, shown
from edge.rules.cells import Condition
from edge.rules.faults import TableFault
from edge.rules.reading import DecisionRow, DecisionTable

Applied = Sequence[Sequence[DecisionRow]]
"""For each test all rows whose conditions hold, whatever comes first."""


def coverage_faults(table: DecisionTable, file: str) -> Iterator[TableFault]:
    """Tests that fail and tests that are missing; whether rows can go unnoticed counts only where
    the others find nothing, for it follows from what they found."""
    applied = [[row for row in table.rows if row.applies(test.facts)] for test in table.tests]
    found = [*_failing(table, applied, file), *_missing(table, file)]
    yield from found or _unnoticed(table, applied, file)


def _failing(table: DecisionTable, applied: Applied, file: str) -> Iterator[TableFault]:
    for test, rows in zip(table.tests, applied, strict=True):
        hits = frozenset(row.name for row in table.that_count(rows))
        if hits != test.expect:
            told = f"{_listed(sorted(hits))} apply, and {_listed(sorted(test.expect))} should"
            yield TableFault("failing test", file, f"test {test.name}", "expect", told)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _missing(table: DecisionTable, file: str) -> Iterator[TableFault]:
    for at, row in enumerate(table.rows):
        if not any(row.name in test.expect for test in table.tests):
            yield TableFault("missing test", file, row.name, "", "no test expects it")
        if not _is_nearly_missed(table, at):
            told = "no test misses it by one condition alone"
            yield TableFault("missing test", file, row.name, "", told)
        yield from _unproven_edges(table, row, file)


def _is_nearly_missed(table: DecisionTable, at: int) -> bool:
    """Whether a test shows that the row does not apply to all that looks like it.

    A row for everything cannot be missed but by an earlier row that comes first.
    """
    row = table.rows[at]
    missed = [test.facts for test in table.tests if row.name not in test.expect]
    if row.conditions:
        return any(_broken_conditions(row, facts) == 1 for facts in missed)
    return bool(missed) or table.hit_policy != "first" or at == 0


def _broken_conditions(row: DecisionRow, facts: Facts) -> int:
    return sum(not each.holds(getattr(facts, name)) for name, each in row.conditions.items())


def _unproven_edges(table: DecisionTable, row: DecisionRow, file: str) -> Iterator[TableFault]:
    for name, condition in row.conditions.items():
        tried = set(_values_tried(table, row, name))
        for value in _edges(condition, ATTRIBUTES[name]):
            if value not in tried:
                told = f"no test has {name} {shown(value)} while all else of the row holds"
                kind = "null compare" if value is None else "missing test"
                yield TableFault(kind, file, row.name, name, told)
        if _has_others(condition, ATTRIBUTES[name]) and not _is_other_tried(condition, tried):
            told = f"no test has {name} other than {condition.text} while all else of the row holds"
            yield TableFault("missing test", file, row.name, name, told)


def _has_others(condition: Condition, attribute: Attribute) -> bool:
    """Whether a text or flag has values that do not meet its condition."""
    if attribute.values:
        return not all(condition.holds(each) for each in attribute.values)
    return bool(condition.values)


def _is_other_tried(condition: Condition, tried: Iterable[Value | None]) -> bool:
    return any(value is not None and not condition.holds(value) for value in tried)


def _values_tried(table: DecisionTable, row: DecisionRow, name: str) -> Iterable[Value | None]:
    """The attribute's values in tests in which nothing else keeps the row from applying."""
    others = [(each, test) for each, test in row.conditions.items() if each != name]
    for test in table.tests:
        if all(other.holds(getattr(test.facts, each)) for each, other in others):
            yield getattr(test.facts, name)


def _edges(condition: Condition, attribute: Attribute) -> Iterator[Value | None]:
    """Values on both sides of each boundary; None where a comparison may meet no value."""
    for low, high in condition.spans:
        for value in (low - 1, low):
            if low > attribute.low:
                yield value
        for value in (high, high + 1):
            if high < attribute.high:
                yield value
    if attribute.may_be_missing:
        yield None


def _unnoticed(table: DecisionTable, applied: Applied, file: str) -> Iterator[TableFault]:
    """Take each row away: what follows must change in some test.

    A row that says nothing may be there to leave no gap, where one row at the most applies.
    """
    for row in table.rows:
        if not row.outcomes and table.hit_policy != "collect":
            continue
        tried = (rows for rows in applied if row in rows)
        if all(_follows(table, rows) == _follows(table, _without(rows, row)) for rows in tried):
            told = "no test notices when it is taken away: what follows is the same"
            yield TableFault("unnoticed row", file, row.name, "", told)


def _without(rows: Sequence[DecisionRow], row: DecisionRow) -> Sequence[DecisionRow]:
    return [each for each in rows if each is not row]


def _follows(table: DecisionTable, rows: Sequence[DecisionRow]) -> list[dict[str, Value]]:
    return [row.outcomes for row in table.that_count(rows) if row.outcomes]
