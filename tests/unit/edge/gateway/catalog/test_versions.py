"""Versions of a store's catalog, in memory and on the disk."""

import random
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.bundle.difference import applied, read_difference
from edge.bundle.form import BundleRows, RowKey
from edge.gateway.catalog import versions
from edge.gateway.catalog.desk import CatalogDesk
from edge.gateway.catalog.keeping import CatalogFile
from edge.gateway.catalog.versions import StoreCatalog, next_version
from edge.gateway.errors import GatewayUnusable
from tests.unit.edge.bundle.catalogs import product
from tests.unit.edge.gateway.catalog.catalog_doors import HeardCatalog, of

HERE = "shop-1"

row_sets = st.lists(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3), max_size=5), min_size=1
)


def rows_of(told: dict[str, int]) -> BundleRows:
    return of(*(product(sku, price_minor=price) for sku, price in told.items()))


@settings(max_examples=60, deadline=None)
@given(row_sets, st.integers(2, 6))
def test_from_each_version_that_is_known_a_difference_leads_to_the_newest(
    history: list[dict[str, int]], kept: int
) -> None:
    wholes: dict[str, bytes] = {}
    catalog: StoreCatalog | None = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(versions, "VERSIONS_KEPT", kept)
        for number, told in enumerate(history, 1):
            made = next_version(HERE, catalog, rows_of(told), number)
            if made is not None:
                catalog = made.catalog
                wholes[catalog.name.sha256] = made.whole
    assert catalog and len(catalog.known) <= kept
    for origin in catalog.known:
        difference = read_difference(catalog.difference_from(origin))
        assert applied(wholes[origin.sha256], difference) == catalog.whole()
    gone = catalog.changed_in.keys() - catalog.rows.keys()
    assert all(catalog.changed_in[key] > catalog.known[0].catalog_version for key in gone), (
        "keys that went are kept for nobody"
    )


def advanced(file: CatalogFile, rows: BundleRows) -> None:
    made = next_version(HERE, file.catalog, rows, file.last_number + 1)
    assert made
    file.keep(made)


def test_the_file_has_after_a_restart_what_it_had_before(tmp_path: Path) -> None:
    path, chance = tmp_path / "catalog.sqlite", random.Random(5)
    rows: dict[RowKey, bytes] = {}
    for _ in range(30):
        sku = chance.choice("abcdef")
        rows.pop(("product", sku), None)
        if chance.random() < 0.7:
            rows |= of(product(sku, price_minor=chance.randrange(10**6)))
        with closing(CatalogFile(path, HERE)) as file:
            before = file.catalog
            made = next_version(HERE, before, dict(rows), file.last_number + 1)
            if made is None:
                continue
            file.keep(made)
        with closing(CatalogFile(path, HERE)) as file:
            assert file.catalog == made.catalog
            assert before is None or file.last_number == before.name.catalog_version + 1


def test_a_file_that_is_lost_counts_on_above_what_was_counted(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    with closing(CatalogFile(path, HERE)) as file:
        advanced(file, of(product("a")))
        first = file.last_number
    for each in tmp_path.iterdir():
        each.unlink()
    with closing(CatalogFile(path, HERE)) as file:
        assert file.catalog is None and file.last_number + 1 >= first


def test_a_row_that_the_disk_altered_is_told_to_nobody_and_the_counter_goes_on(
    tmp_path: Path,
) -> None:
    path = tmp_path / "catalog.sqlite"
    with closing(CatalogFile(path, HERE)) as file:
        advanced(file, of(product("a"), product("b")))
        number = file.last_number
        file._database.execute("UPDATE catalog_rows SET row = ? WHERE id = 'a'", (b"{}",))  # noqa: SLF001
    with closing(CatalogFile(path, HERE)) as file:
        assert (file.catalog, file.last_number) == (None, number)
        advanced(file, of(product("a")))
    with closing(CatalogFile(path, HERE)) as file:
        assert file.catalog and list(file.catalog.rows) == [("product", "a")]
        assert file.last_number == number + 1


def test_a_catalog_is_called_by_its_feeds_version_and_never_by_one_that_was_taken(
    tmp_path: Path,
) -> None:
    path = tmp_path / "catalog.sqlite"
    with closing(CatalogFile(path, HERE)) as file:
        assert file.next_number(700) == 700, "a new file has a number of its own"
        made = next_version(HERE, None, of(product("a"), product("b")), 700)
        assert made
        file.keep(made)
        assert file.next_number(None) == 701, "what the store itself changed has no number"
        assert [file.next_number(each) for each in (650, 700, 900)] == [701, 701, 900]
        file._database.execute("UPDATE catalog_rows SET row = ? WHERE id = 'a'", (b"{}",))  # noqa: SLF001
    with closing(CatalogFile(path, HERE)) as file:
        assert file.catalog is None and file.next_number(700) == 701


async def test_rows_that_lie_in_the_stores_own_kafka_are_no_proof_that_the_centre_was_heard(
    tmp_path: Path,
) -> None:
    reports = HeardCatalog()
    with closing(CatalogFile(tmp_path / "catalog.sqlite", HERE)) as file:
        desk = CatalogDesk(HERE, file, reports, lambda _: None)
        desk.is_current()
        assert desk.age_seconds is None, "what is not there is called current"
        assert await desk.take(of(product("a")), 700)
        assert desk.age_seconds is None and not reports.current
        desk.is_current()
        assert desk.age_seconds == 0 and reports.current == 1
        assert desk.catalog and desk.catalog.name.catalog_version == 700


def test_a_file_that_is_no_database_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(b"this is no database" * 500)
    with closing(CatalogFile(path, HERE)) as file:
        assert file.catalog is None
        advanced(file, of(product("a")))
    assert (tmp_path / "catalog.sqlite.damaged").exists()


def test_a_file_of_a_later_release_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    with closing(CatalogFile(path, HERE)) as file:
        file._database.execute("UPDATE form SET version = 2")  # noqa: SLF001
    with pytest.raises(GatewayUnusable, match="form 2"):
        CatalogFile(path, HERE)


async def test_a_store_that_sells_something_does_not_all_at_once_sell_nothing(
    tmp_path: Path,
) -> None:
    with closing(CatalogFile(tmp_path / "catalog.sqlite", HERE)) as file:
        reports = HeardCatalog()
        desk = CatalogDesk(HERE, file, reports, lambda _: None)
        assert await desk.take(of()), "a store may begin with nothing"
        assert await desk.take(of(product("a")))
        assert not await desk.take(of())
        assert desk.catalog and list(desk.catalog.rows) == [("product", "a")]
        assert "no product" in reports.troubles[0]
        assert await desk.take(of(product("b")))


async def test_what_a_disk_does_not_take_is_told_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(CatalogFile(tmp_path / "catalog.sqlite", HERE)) as file:
        reports = HeardCatalog()
        desk = CatalogDesk(HERE, file, reports, lambda _: None)
        assert await desk.take(of(product("a")))

        def full(_: object) -> None:
            raise GatewayUnusable("the disk is full")

        monkeypatch.setattr(file, "keep", full)
        assert not await desk.take(of(product("b")))
        assert desk.catalog and list(desk.catalog.rows) == [("product", "a")]
        assert reports.troubles == ["the disk is full"]
        monkeypatch.undo()
        assert await desk.take(of(product("b")))
        assert reports.versions[1] == reports.versions[0] + 1
