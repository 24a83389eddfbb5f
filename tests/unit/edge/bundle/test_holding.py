"""What a till holds through bad news, full disks and kills."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from edge.bundle import keeping
from edge.bundle.catalog import RefusedTable
from edge.bundle.difference import changes_between, difference_of
from edge.bundle.errors import AnotherVersion, BundleError, UnfitBundle, UnkeptBundle
from edge.bundle.form import BundleName, RowKey, read_bundle, rows_of, sha256_of
from edge.bundle.holding import CatalogHolder
from edge.bundle.last_good import LastGoodTables
from edge.bundle.rows import BundledTable
from edge.bundle.trying import TryTable
from tests.unit.edge.bundle.catalogs import HERE, HOUR, NOON, price, product, table, whole

FIRST = whole(product("tea"), version=5)
SECOND = whole(product("tea"), price("p", 200, NOON), version=6)
THIRD = whole(product("tea"), price("p", 100, NOON), version=7)


def leading(before: bytes, after: bytes) -> bytes:
    changes = changes_between(rows_of(read_bundle(before)), rows_of(read_bundle(after)))
    version = read_bundle(after).catalog_version
    return difference_of(HERE, sha256_of(before), BundleName(version, sha256_of(after)), changes)


def take(holder: CatalogHolder, *wholes: bytes) -> CatalogHolder:
    for each in wholes:
        holder.take_whole(each, sha256_of(each))
    return holder


def opened(folder: Path) -> CatalogHolder:
    return CatalogHolder(folder / "catalog", HERE)


def files(folder: Path) -> Sequence[Path]:
    return sorted((folder / "catalog").iterdir())


def test_a_till_begins_with_nothing_and_holds_what_it_was_given(tmp_path: Path) -> None:
    holder = opened(tmp_path)
    assert (holder.current, holder.sha256, holder.catalog_version) == (None, None, None)
    take(holder, FIRST)
    assert (opened(tmp_path).sha256, opened(tmp_path).catalog_version) == (sha256_of(FIRST), 5)


def test_a_difference_leads_on_and_is_there_after_a_restart(tmp_path: Path) -> None:
    holder = take(opened(tmp_path), FIRST)
    holder.take_difference(leading(FIRST, SECOND))
    assert holder.sha256 == opened(tmp_path).sha256 == sha256_of(SECOND)


def test_a_cart_keeps_the_prices_that_it_was_opened_with(tmp_path: Path) -> None:
    holder = take(opened(tmp_path), FIRST)
    cart = holder.current
    take(holder, SECOND)
    assert cart and cart.price_of("tea", NOON) == (300, "EUR", None)
    assert holder.current and holder.current.price_of("tea", NOON) == (200, "EUR", "p")


@pytest.mark.parametrize(
    ("body", "sha256"),
    [
        (SECOND, sha256_of(FIRST)),
        (SECOND[:-1], sha256_of(SECOND[:-1])),
        (b"", sha256_of(b"")),
        (whole(product("tea", price_minor="x")), None),
        (whole(product("tea"), location_id="shop-2"), None),
    ],
)
def test_on_any_fault_the_last_good_one_stays(
    tmp_path: Path, body: bytes, sha256: str | None
) -> None:
    holder = take(opened(tmp_path), FIRST)
    with pytest.raises(BundleError):
        holder.take_whole(body, sha256 or sha256_of(body))
    assert holder.fault
    assert holder.sha256 == opened(tmp_path).sha256 == sha256_of(FIRST)
    take(holder, SECOND)
    assert holder.fault is None


def test_a_table_whose_tests_fail_is_not_sold_by_and_holds_nothing_else_up(tmp_path: Path) -> None:
    def fails(tried: BundledTable) -> None:
        if tried.version == 2:
            raise UnfitBundle("table discounts, version 2: test 'hit' fails")

    rows = (product("tea", price_minor=200), table(1, NOON - HOUR), table(2))
    for holder in (
        take(CatalogHolder(tmp_path, HERE, fails), whole(*rows)),
        CatalogHolder(tmp_path, HERE, fails),
    ):
        catalog = holder.current
        assert catalog and catalog.price_of("tea", NOON), "new prices wait for a table"
        assert [each.version for each in catalog.rule_tables(NOON)] == [1]
        assert catalog.refused_tables == (
            RefusedTable("discounts", 2, "table discounts, version 2: test 'hit' fails"),
        )


def test_a_table_that_ends_counts_also_behind_one_that_is_refused(tmp_path: Path) -> None:
    def fails(tried: BundledTable) -> None:
        if tried.version == 2:
            raise UnfitBundle("a gap")

    rows = (table(1, NOON - HOUR), table(2), table(3, NOON + HOUR, rows=[], tests=[]))
    catalog = take(CatalogHolder(tmp_path, HERE, fails), whole(*rows)).current
    assert catalog and len(catalog.rule_tables(NOON)) == 1
    assert not catalog.rule_tables(NOON + HOUR), "a table that was ended is decided by"


def fails_from(version: int) -> TryTable:
    """A release that refuses this version and what follows."""

    def fails(tried: BundledTable) -> None:
        if tried.version >= version:
            raise UnfitBundle(f"version {tried.version}: a gap")

    return fails


def test_the_last_good_version_stays_also_where_the_bundle_has_it_no_more(tmp_path: Path) -> None:
    """A gateway of another release finds good what this till refuses."""
    fails = fails_from(2)
    holder = CatalogHolder(tmp_path, HERE, fails)
    take(holder, whole(table(1, NOON - HOUR), version=1))
    for number in range(2, 6):
        take(holder, whole(table(2), price("p", number, NOON), version=number))
        for each in (holder, CatalogHolder(tmp_path, HERE, fails)):
            assert each.catalog_version == number and each.current
            assert [found.version for found in each.current.rule_tables(NOON)] == [1]
            assert each.current.rule_table("discounts", 1), "open carts lose their table"
    assert len(list(tmp_path.iterdir())) == keeping.KEPT + 1


def test_what_follows_a_last_good_version_takes_its_place(tmp_path: Path) -> None:
    holder = CatalogHolder(tmp_path, HERE, fails_from(2))
    take(holder, whole(table(1, NOON - HOUR), version=1), whole(table(2), version=2))
    mended = CatalogHolder(tmp_path, HERE)
    assert mended.current and [each.version for each in mended.current.rule_tables(NOON)] == [2]
    take(holder, whole(product("tea"), version=3))
    assert holder.current and not holder.current.rule_tables(NOON), "the table has left the store"
    take(holder, whole(product("milk"), version=4))
    assert len(list(tmp_path.iterdir())) == keeping.KEPT, "what nobody needs is kept"


def test_the_version_to_go_back_to_has_its_last_good_tables_too(tmp_path: Path) -> None:
    holder = CatalogHolder(tmp_path, HERE, fails_from(2))
    take(holder, whole(table(1, NOON - HOUR), version=1), whole(table(2), version=2))
    take(holder, whole(product("tea"), version=3))
    max(tmp_path.glob("0*.json")).write_bytes(b"altered")
    again = CatalogHolder(tmp_path, HERE, fails_from(2))
    assert again.catalog_version == 2 and again.current
    assert [each.version for each in again.current.rule_tables(NOON)] == [1]


def test_where_no_version_is_left_the_last_good_tables_are(tmp_path: Path) -> None:
    holder = CatalogHolder(tmp_path, HERE, fails_from(2))
    take(holder, whole(table(1, NOON - HOUR), version=1), whole(table(2), version=2))
    for path in tmp_path.glob("0*.json"):
        path.write_bytes(b"altered")
    again = CatalogHolder(tmp_path, HERE, fails_from(2))
    assert again.catalog_version is None
    take(again, whole(table(2), version=3))
    assert again.current and [each.version for each in again.current.rule_tables(NOON)] == [1]


def test_a_last_good_version_that_is_damaged_stops_no_till(tmp_path: Path) -> None:
    holder = CatalogHolder(tmp_path, HERE, fails_from(2))
    take(holder, whole(table(1, NOON - HOUR), version=1), whole(table(2), version=2))
    for damage in (b"", b"{}", b"[7]", b"\xff"):
        (tmp_path / "last-good-tables.json").write_bytes(damage)
        again = CatalogHolder(tmp_path, HERE, fails_from(2))
        assert again.catalog_version == 2 and again.current
        assert not again.current.rule_tables(NOON)


def test_a_difference_from_another_version_wants_the_whole(tmp_path: Path) -> None:
    with pytest.raises(AnotherVersion):
        opened(tmp_path).take_difference(leading(FIRST, SECOND))
    holder = take(opened(tmp_path), FIRST)
    with pytest.raises(AnotherVersion):
        holder.take_difference(leading(SECOND, THIRD))
    assert holder.sha256 == sha256_of(FIRST)


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"")])
def test_a_version_that_the_disk_has_lost_wants_the_whole(tmp_path: Path, damage: object) -> None:
    holder = take(opened(tmp_path), FIRST)
    damage(files(tmp_path)[0])  # type: ignore[operator]
    with pytest.raises(AnotherVersion):
        holder.take_difference(leading(FIRST, SECOND))
    assert holder.current, "what is in memory is sold by"


def test_two_versions_are_kept_and_the_one_before_is_taken_where_the_disk_altered_the_last(
    tmp_path: Path,
) -> None:
    take(opened(tmp_path), FIRST, SECOND, THIRD)
    assert len(files(tmp_path)) == keeping.KEPT
    newest = files(tmp_path)[-1]
    newest.write_bytes(newest.read_bytes().replace(b"100", b"001"))
    holder = opened(tmp_path)
    assert holder.sha256 == sha256_of(SECOND)
    assert str(newest) in (holder.fault or "")


def test_files_that_hold_no_version_are_left_alone(tmp_path: Path) -> None:
    take(opened(tmp_path), FIRST)
    (tmp_path / "catalog" / "unfinished").write_bytes(b"half")
    (tmp_path / "catalog" / "notes.txt").write_text("of somebody")
    assert opened(tmp_path).sha256 == sha256_of(FIRST)
    assert take(opened(tmp_path), SECOND).sha256 == sha256_of(SECOND)


def test_a_version_older_than_the_one_held_is_taken_for_the_gateway_decides(tmp_path: Path) -> None:
    holder = take(opened(tmp_path), THIRD, FIRST)
    assert holder.catalog_version == opened(tmp_path).catalog_version == 5


def test_others_on_the_machine_read_no_cards(tmp_path: Path) -> None:
    take(opened(tmp_path), FIRST)
    assert all(path.stat().st_mode & 0o077 == 0 for path in files(tmp_path))


def test_a_disk_that_takes_nothing_leaves_the_last_good_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = take(opened(tmp_path), FIRST)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnkeptBundle, match="No space left"):
        take(holder, SECOND)
    assert holder.sha256 == sha256_of(FIRST)
    monkeypatch.undo()
    assert opened(tmp_path).sha256 == sha256_of(FIRST)


def die_at(step: int) -> None:
    """End this process, as a kill does, at the ``step``-th thing that it does on the disk."""
    left = step

    def dies(event: str, _: object) -> None:
        nonlocal left
        left -= event in ("open", "os.rename", "os.remove")
        if left < 0:
            os._exit(9)

    sys.addaudithook(dies)


def take_and_die(folder: Path, step: int) -> int:
    """In a process of its own; how it ended."""
    child = os.fork()
    if child == 0:
        holder = CatalogHolder(folder, HERE)
        die_at(step)
        take(holder, THIRD)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_till_that_is_killed_while_it_writes_has_a_version_that_holds(tmp_path: Path) -> None:
    ended: list[int] = []
    for step in range(12):
        folder = tmp_path / str(step)
        take(CatalogHolder(folder, HERE), FIRST, SECOND)
        ended.append(take_and_die(folder, step))
        held = CatalogHolder(folder, HERE)
        assert held.sha256 in (sha256_of(SECOND), sha256_of(THIRD)), f"killed at step {step}"
        assert held.fault is None, held.fault
    assert 9 in ended and 0 in ended, f"it was never killed, or always: {ended}"


def named(name: str, version: int) -> tuple[RowKey, bytes]:
    begins = NOON - HOUR if version == 1 else NOON
    return ("rule_table", f"{name}/{version}"), table(version, begins, table_name=name)[1]


def refuses_second(tried: BundledTable) -> None:
    if tried.version == 2:
        raise UnfitBundle("a gap")


NEEDS_A1 = whole(named("a", 2), named("b", 1), version=2)
NEEDS_B1 = whole(named("a", 3), named("b", 2), version=3)
COUNTING = {2: [("a", 1), ("b", 1)], 3: [("a", 3), ("b", 1)]}
"""By version of the catalog, the tables by which a till must decide."""


def test_a_till_that_is_killed_between_two_versions_decides_by_all_tables(tmp_path: Path) -> None:
    """One table is mended in the version in which another is spoilt: each needs a last good one."""
    ended: list[int] = []
    for step in range(20):
        folder = tmp_path / str(step)
        first = whole(named("a", 1), named("b", 1), version=1)
        take(CatalogHolder(folder, HERE, refuses_second), first, NEEDS_A1)
        child = os.fork()
        if child == 0:
            holder = CatalogHolder(folder, HERE, refuses_second)
            die_at(step)
            take(holder, NEEDS_B1)
            os._exit(0)
        ended.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        held = CatalogHolder(folder, HERE, refuses_second)
        assert held.current, f"killed at step {step}"
        tables = held.current.rule_tables(NOON)
        counting = COUNTING[held.current.name.catalog_version]
        found = [(each.table_name, each.version) for each in tables]
        assert found == counting, f"killed at step {step}"
    assert 9 in ended and 0 in ended, f"it was never killed, or always: {ended}"


def test_a_disk_that_takes_no_more_once_it_has_the_version_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = CatalogHolder(tmp_path, HERE, fails_from(2))
    take(holder, whole(table(1, NOON - HOUR), version=1), whole(table(2), version=2))
    take(holder, whole(product("tea"), version=3))

    def stuck(_: LastGoodTables, tables: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(LastGoodTables, "settle", stuck)
    take(holder, whole(product("milk"), version=4))
    assert holder.catalog_version == 4 and holder.fault is None
