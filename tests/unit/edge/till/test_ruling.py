"""Which decision tables a cart goes by: found quickly, and compiled once, however often a catalog
comes that changes something else."""

from datetime import UTC, datetime
from typing import ClassVar

import msgspec
import pytest

from edge.bundle.catalog import TillCatalog, catalog_of
from edge.bundle.rows import BundledTable, TableRow
from edge.rules import evaluating
from edge.rules.reading import DecisionTable
from edge.till import ruling
from edge.till.ruling import TillRules
from tests.unit.edge.bundle.catalogs import product
from tests.unit.edge.till.ruled_tills import ALL, catalog, table_of

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Tables that were compiled, by name and version."""
    told: list[tuple[str, int]] = []
    really = evaluating.compiled

    def noted(table: DecisionTable) -> evaluating.Hits:
        told.append((table.name, table.version))
        return really(table)

    monkeypatch.setattr(evaluating, "compiled", noted)
    return told


def told_by(version: int, *tables: BundledTable) -> TillCatalog:
    """A catalog in which a price has changed."""
    goods = (product("tea", price_minor=version),)
    return catalog_of(catalog(tables, version=version, goods=goods))


def test_a_price_that_changes_compiles_nothing_anew(made: list[tuple[str, int]]) -> None:
    rules = TillRules()
    first = rules.of(told_by(1, *ALL), None, NOW)
    for version in range(2, 10):
        assert rules.of(told_by(version, *ALL), None, NOW) is first
    assert len(made) == len(ALL)


def test_of_a_table_that_changes_that_one_is_compiled(made: list[tuple[str, int]]) -> None:
    rules = TillRules()
    rules.of(told_by(1, *ALL), None, NOW)
    del made[:]
    newer = table_of("off5", version=2)
    found = rules.of(told_by(2, *ALL, newer), None, NOW)
    assert made == [("off5", 2)], "what has not changed was compiled with it"
    assert found.versions["off5"] == 2


def test_a_version_that_says_something_else_is_not_taken_for_the_one_before() -> None:
    """At the centre a version never changes; a store whose tables were made anew begins again."""
    rules = TillRules()
    before = rules.of(told_by(1, table_of("off5")), None, NOW)
    rows = [TableRow(each.row, [*each.cells]) for each in table_of("off5").rows]
    rows[0].cells[0] = ">= 7000"
    other = msgspec.structs.replace(table_of("off5"), rows=rows, tests=[])
    assert rules.of(told_by(2, other), None, NOW) is not before


def test_what_is_used_is_kept_and_what_is_kept_has_an_end(
    made: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruling, "TABLES_KEPT", 4)
    rules = TillRules()
    today = told_by(1, table_of("off5", version=1))
    for version in range(2, 20):
        rules.of(today, None, NOW)
        rules.of(told_by(version, table_of("off5", version=version)), None, NOW)
    assert made.count(("off5", 1)) == 1, "what every cart goes by gave way to what one does"
    assert len(vars(rules)["_made"]) == ruling.RULESETS_KEPT


class Noticing(BundledTable, frozen=True, dict=True):
    """A table that notices when somebody compares it, cell by cell."""

    compared: ClassVar[list[object]] = []

    def __eq__(self, other: object) -> bool:
        self.compared.append(other)
        return isinstance(other, BundledTable) and self.sha256 == other.sha256


class Catalog:
    """Has one table, which notices."""

    def __init__(self) -> None:
        self._table = Noticing(*msgspec.structs.astuple(table_of("off5")))

    def rule_tables(self, at: datetime) -> list[BundledTable]:
        return [self._table]

    def rule_table(self, name: str, version: int) -> BundledTable | None:
        return self._table


def test_a_carts_tables_are_found_without_a_look_at_their_cells() -> None:
    rules, first, second = TillRules(), Catalog(), Catalog()
    found = rules.of(first, None, NOW)
    for _ in range(10):
        assert rules.of(second, None, NOW) is found is rules.of(first, found.versions, NOW)
    assert Noticing.compared == [], "each request compares all cells of all tables"
