"""A table as it is decided by: its cells with their meaning, its tests as facts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from edge.bundle.rows import BundledTable, TableColumn, TableRow, TableTest
from edge.rules.attributes import ATTRIBUTES, OUTCOMES, Attribute, Facts, Scope, Value
from edge.rules.cells import BadCell, Condition, condition_of, outcome_of
from edge.rules.faults import FaultKind, TableFault, UnsoundTable
from topics.scalars import TEXT_LENGTH_MAX

CELL_CHARACTERS_MAX = 4_000
"""Of one cell: a list of two hundred products. A longer one nobody can check by eye."""


class DecisionRow(NamedTuple):
    """One row: all ``conditions`` must hold, by attribute; ``outcomes`` are what follows."""

    name: str
    conditions: dict[str, Condition]
    outcomes: dict[str, Value]

    def applies(self, facts: Facts) -> bool:
        """Whether all conditions hold."""
        return self.broken(facts) is None

    def broken(self, facts: Facts) -> str | None:
        """The first attribute whose condition does not hold; None where the row applies."""
        for name, condition in self.conditions.items():
            if not condition.holds(getattr(facts, name)):
                return name
        return None


class DecisionTest(NamedTuple):
    """What must come of the table: exactly these rows apply to these facts."""

    name: str
    facts: Facts
    expect: frozenset[str]


class DecisionTable(NamedTuple):
    """One version of a table that can be read; nothing is said yet of gaps, overlaps and tests."""

    name: str
    version: int
    hit_policy: str
    scope: Scope
    attributes: tuple[Attribute, ...]
    rows: tuple[DecisionRow, ...]
    tests: tuple[DecisionTest, ...]

    def hits(self, facts: Facts) -> Sequence[DecisionRow]:
        """The rows that apply, in order; what is compiled says the same, faster."""
        return self.that_count([row for row in self.rows if row.applies(facts)])

    def that_count(self, rows: Sequence[DecisionRow]) -> Sequence[DecisionRow]:
        """Of rows whose conditions hold those that the hit policy lets apply."""
        return rows if self.hit_policy == "collect" else rows[:1]


def read_table(table: BundledTable, file: str) -> DecisionTable:
    """The table with meaning; raises `UnsoundTable` with all that cannot be read, named by file."""
    faults = list(_column_faults(table, file))
    if faults:
        raise UnsoundTable(faults)
    rows = [_row(table, row, file, faults) for row in table.rows]
    looked_at = [ATTRIBUTES[each.name] for each in table.columns if each.part == "when"]
    tests = [_test(test, looked_at, rows, file, faults) for test in table.tests]
    faults += _name_faults(rows, table.table_name, file)
    faults += _twice("row", [row.name for row in rows], file)
    faults += _twice("test", [test.name for test in tests], file)
    if faults:
        raise UnsoundTable(faults)
    scope: Scope = "line" if any(each.scope == "line" for each in looked_at) else "cart"
    return DecisionTable(
        table.table_name, table.version, table.hit_policy, scope,
        tuple(looked_at), tuple(rows), tuple(tests),
    )  # fmt: skip


def _name_faults(rows: Iterable[DecisionRow], table: str, file: str) -> Iterator[TableFault]:
    for row in rows:
        if len(f"{table}/{row.name}") > TEXT_LENGTH_MAX:
            told = f"{table}/{row.name} is longer than the {TEXT_LENGTH_MAX} that a sale can name"
            yield TableFault("form", file, row.name, "", told)


def _twice(what: str, names: list[str], file: str) -> Iterator[TableFault]:
    for name in sorted(each for each, count in Counter(names).items() if count > 1):
        yield TableFault("form", file, name, "", f"a second {what} of this name")


def _column_faults(table: BundledTable, file: str) -> Iterator[TableFault]:
    seen: set[str] = set()
    for column in table.columns:
        known = ATTRIBUTES if column.part == "when" else OUTCOMES
        what = "attribute" if column.part == "when" else "outcome"
        meant = known.get(column.name)
        if meant is None:
            told = f"there is no {what} of this name; there are {', '.join(sorted(known))}"
            yield TableFault("unknown attribute", file, "", column.name, told)
        elif meant.type != column.type:
            told = f"it is {meant.type}, not {column.type}"
            yield TableFault("wrong type", file, "", column.name, told)
        elif column.name in seen:
            yield TableFault("form", file, "", column.name, "a second column of this name")
        seen.add(column.name)


def _row(table: BundledTable, row: TableRow, file: str, faults: list[TableFault]) -> DecisionRow:
    read = DecisionRow(row.row, {}, {})
    if len(row.cells) != len(table.columns):
        told = f"{len(row.cells)} cells for {len(table.columns)} columns"
        faults.append(TableFault("form", file, row.row, "", told))
    for column, cell in zip(table.columns, row.cells, strict=False):
        try:
            _take_cell(read, column, cell)
        except BadCell as bad:
            faults.append(TableFault(bad.kind, file, row.row, column.name, str(bad)))
    faults += _at_odds(read, file)
    return read


def _take_cell(row: DecisionRow, column: TableColumn, cell: str | None) -> None:
    if cell is None:
        return
    if not cell.strip():
        raise BadCell("wrong type", "an empty text: null stands for any value")
    if len(cell) > CELL_CHARACTERS_MAX:
        raise BadCell("too large", f"{len(cell)} characters; {CELL_CHARACTERS_MAX} may be")
    if column.part == "when":
        row.conditions[column.name] = condition_of(cell, ATTRIBUTES[column.name])
    else:
        row.outcomes[column.name] = outcome_of(cell, OUTCOMES[column.name])


def _at_odds(row: DecisionRow, file: str) -> Iterator[TableFault]:
    says = row.outcomes
    if "percent" in says and "off_minor" in says:
        yield TableFault(
            "form", file, row.name, "off_minor", "a row takes off percent or an amount"
        )
    if len(str(says.get("note", ""))) > TEXT_LENGTH_MAX:
        told = f"a sale can carry {TEXT_LENGTH_MAX} characters of it"
        yield TableFault("too large", file, row.name, "note", told)
    if says.get("check") == "id" and "age_years" not in says:
        yield TableFault("form", file, row.name, "age_years", "the check id needs an age")


def _test(
    test: TableTest,
    looked_at: Iterable[Attribute],
    rows: list[DecisionRow],
    file: str,
    faults: list[TableFault],
) -> DecisionTest:
    def wrong(kind: FaultKind, column: str, reason: str) -> None:
        faults.append(TableFault(kind, file, f"test {test.test}", column, reason))

    known = {each.name: each for each in looked_at}
    for name in sorted(set(test.given) - set(known)):
        wrong("unknown attribute", name, "the table has no such column")
    for name, attribute in known.items():
        if name not in test.given:
            if not attribute.may_be_missing:
                wrong("null compare", name, "the test gives no value, and it is never missing")
        elif fault := attribute.fault_of(test.given[name]):
            wrong("wrong type", name, fault)
    for name in sorted(set(test.expect) - {row.name for row in rows}):
        wrong("form", "expect", f"{name} is no row")
    given: dict[str, Any] = {name: each for name, each in test.given.items() if name in known}
    return DecisionTest(test.test, Facts(**given), frozenset(test.expect))
