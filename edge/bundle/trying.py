"""Tries a bundle before a till sells by it: all of it can be read, and which tables are whole."""

from collections.abc import Callable, Iterable

from edge.bundle.catalog import RefusedTable, TillCatalog, catalog_of
from edge.bundle.errors import UnfitBundle
from edge.bundle.rows import BundledTable

TryTable = Callable[[BundledTable], None]
"""Compiles a decision table and runs its tests; raises `UnfitBundle`."""


def is_whole(table: BundledTable) -> None:
    """Look at a table's shape; raises `UnfitBundle`. What its cells mean is for its compiler."""
    names = [row.row for row in table.rows]
    if len(set(names)) != len(names):
        raise _unfit(table, "two rows have one name")
    for row in table.rows:
        if len(row.cells) != len(table.columns):
            raise _unfit(table, f"row {row.row} needs a cell for each of the columns")
    for test in table.tests:
        if unknown := sorted(set(test.expect) - set(names)):
            raise _unfit(table, f"test {test.test!r} expects {unknown[0]}, which is no row")


def tried(whole: bytes, location_id: str, try_table: TryTable = is_whole) -> TillCatalog:
    """The catalog of a bundle that a till of this location may sell by.

    A version of a table that is refused counts no more than one that is not there: what the
    merchandiser got wrong in it must not keep every new price, recall and employee from the till.

    Raises `edge.bundle.errors.BundleError`: `UnfitBundle` where it can be read and must not be
    used.
    """
    catalog = catalog_of(whole)
    if catalog.location_id != location_id:
        words = f"the bundle is of {catalog.location_id}, and not of {location_id}"
        raise UnfitBundle(words)
    catalog.refuse(refused_tables(catalog.all_rule_tables, try_table))
    return catalog


def refused_tables(tables: Iterable[BundledTable], try_table: TryTable) -> list[RefusedTable]:
    """Those by which nobody may decide, and why."""
    found: list[RefusedTable] = []
    for table in tables:
        try:
            try_table(table)
        except UnfitBundle as error:
            found.append(RefusedTable(table.table_name, table.version, str(error)))
    return found


def _unfit(table: BundledTable, words: str) -> UnfitBundle:
    return UnfitBundle(f"table {table.table_name}, version {table.version}: {words}")
