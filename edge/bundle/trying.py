"""Tries a bundle before a till sells by it: all of it can be read, and its tables are whole."""

from collections.abc import Callable

from edge.bundle.catalog import TillCatalog, catalog_of
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

    Raises `edge.bundle.errors.BundleError`: `UnfitBundle` where it can be read and must not be
    used.
    """
    catalog = catalog_of(whole)
    if catalog.location_id != location_id:
        words = f"the bundle is of {catalog.location_id}, and not of {location_id}"
        raise UnfitBundle(words)
    for table in catalog.all_rule_tables:
        try_table(table)
    return catalog


def _unfit(table: BundledTable, words: str) -> UnfitBundle:
    return UnfitBundle(f"table {table.table_name}, version {table.version}: {words}")
