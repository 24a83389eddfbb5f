"""A table that nobody may decide by is refused, and its last good version stays."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from edge.bundle.errors import UnfitBundle
from edge.bundle.form import canonical_row, sha256_of
from edge.bundle.holding import CatalogHolder
from edge.bundle.rows import BundledTable, TableRow, TableTest
from edge.rules import trying
from edge.rules.reading import DecisionTable
from edge.rules.trying import TriedTables, try_table
from edge.till.catalogs import CatalogKeeper
from tests.unit.edge.bundle.catalogs import HERE, product, whole
from tests.unit.edge.rules.tables import OFF5

LATER = datetime(2027, 1, 1, tzinfo=UTC)


def bundle(version: int, *tables: BundledTable) -> bytes:
    rows = [
        (
            ("rule_table", f"{each.table_name}/{each.version}"),
            canonical_row(msgspec.to_builtins(each)),
        )
        for each in tables
    ]
    return whole(product(), *rows, version=version)


def take(holder: CatalogHolder, content: bytes) -> None:
    holder.take_whole(content, sha256_of(content))


UNSOUND = {
    "a cell that says nothing": {"rows": [msgspec.structs.replace(OFF5.rows[0], cells=["?", "5"])]},
    "a gap": {"rows": OFF5.rows[:1], "tests": OFF5.tests[:1]},
    "a missing test": {"tests": OFF5.tests[:1]},
    "a failing test": {"tests": [*OFF5.tests, TableTest("a lie", {"subtotal_minor": 1}, ["off5"])]},
}


@pytest.mark.parametrize("fields", UNSOUND.values(), ids=UNSOUND.keys())
def test_the_last_good_version_stays_and_all_else_is_taken(
    tmp_path: Path, fields: dict[str, object]
) -> None:
    holder = CatalogHolder(tmp_path, HERE, try_table)
    take(holder, bundle(1, OFF5))
    bad = msgspec.structs.replace(OFF5, version=2, **fields)
    take(holder, bundle(2, OFF5, bad))
    for each in (holder, CatalogHolder(tmp_path, HERE, try_table)):
        assert each.catalog_version == 2, "every till's new prices wait for one table"
        assert each.current and each.current.rule_tables(LATER) == [OFF5]
        (refused,) = each.current.refused_tables
        assert (refused.table, refused.version) == ("tried", 2)
        assert "tried, version 2" in refused.why


def test_a_version_that_ends_a_table_is_taken(tmp_path: Path) -> None:
    holder = CatalogHolder(tmp_path, HERE, try_table)
    take(holder, bundle(1, OFF5, msgspec.structs.replace(OFF5, version=2, rows=[], tests=[])))
    assert holder.catalog_version == 1


def test_a_till_asks_it_of_its_own_disk_as_well_and_says_which_is_refused(tmp_path: Path) -> None:
    take(CatalogHolder(tmp_path, HERE), bundle(1, msgspec.structs.replace(OFF5, tests=[])))
    keeper = CatalogKeeper()
    with capture_logs() as logs:
        keeper.open(tmp_path, HERE)
    catalog = keeper.current()
    assert catalog and not catalog.rule_tables(LATER), "a table that no test proves is sold by"
    (told,) = keeper.told()["refused_tables"]
    assert (told["table"], told["version"]) == ("tried", 1)
    assert "version 1, row off5" in told["why"] and "missing test" in told["why"]
    assert [(each["event"], each["table"]) for each in logs] == [("table_refused", "tried")]


def test_a_till_tries_the_same_table_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each changed price brings all tables again."""
    asked: list[str] = []
    really = trying.sound_table

    def heard(table: BundledTable, file: str) -> DecisionTable:
        asked.append(file)
        return really(table, file)

    monkeypatch.setattr(trying, "sound_table", heard)
    try_tables = TriedTables()
    bad = msgspec.structs.replace(OFF5, version=2, tests=[])
    for _ in range(3):
        try_tables(OFF5)
        with pytest.raises(UnfitBundle, match="version 2"):
            try_tables(bad)
    assert asked == ["table tried, version 1", "table tried, version 2"]


def test_what_a_till_remembers_of_tables_has_an_end() -> None:
    try_tables = TriedTables()
    for version in range(1, trying.TABLES_REMEMBERED + 50):
        try_tables(msgspec.structs.replace(OFF5, version=version))
    assert len(vars(try_tables)["_found"]) == trying.TABLES_REMEMBERED


def test_a_table_in_which_all_is_wrong_fills_no_log() -> None:
    rows = [TableRow(f"row-{at}", ["?", "5"]) for at in range(400)]
    with pytest.raises(UnfitBundle, match="and 397 more") as refused:
        try_table(msgspec.structs.replace(OFF5, rows=rows, tests=[]))
    assert len(str(refused.value)) < 1_000
