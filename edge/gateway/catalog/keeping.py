"""The catalog on the gateway's disk, in a file of its own.

It can be made anew from what the centre says, so a file that is damaged is put aside and tills go
on delivering. What must not be lost is the counter: a version never goes back. A new file begins at
the second of its making, above all that one with fewer than a change a second has counted before.
"""

import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import apsw

from edge.bundle.form import BundleName, RowKey, sha256_of
from edge.gateway.catalog.versions import NextVersion, StoreCatalog
from edge.gateway.errors import GatewayUnusable
from edge.gateway.refetched import database_of_form, open_refetched

FORM = 1
"""The form of the file that this release writes."""

_SQL = Path(__file__).parent / "sql"


class CatalogFile:
    """The open file. One thread's at a time."""

    def __init__(self, path: Path, location_id: str) -> None:
        """Open the file or make it; raises `GatewayUnusable`."""
        self._path = path
        self._location_id = location_id
        open_refetched(path, "catalog", self._open)

    def _open(self) -> None:
        self._database = database_of_form(self._path, FORM, _statement("form_1"))
        self._is_new = not self._database.execute("SELECT count(*) FROM versions").get
        self.catalog = self._read()
        self.last_number = self.catalog.name.catalog_version if self.catalog else self._numbered()

    def _numbered(self) -> int:
        """The number of the last version, where its rows are not there any more."""
        last: int | None = self._database.execute("SELECT max(catalog_version) FROM versions").get
        return int(time.time()) if last is None else last

    def next_number(self, version: int | None) -> int:
        """Of what is to be kept: the feed's ``version`` where that leads on, else the next."""
        if version is not None and self._is_new:
            return version
        return max(version or 0, self.last_number + 1)

    def _read(self) -> StoreCatalog | None:
        versions = "SELECT catalog_version, sha256 FROM versions ORDER BY catalog_version"
        known = tuple(BundleName(*row) for row in self._database.execute(versions))
        rows: dict[RowKey, bytes] = {}
        changed_in: dict[RowKey, int] = {}
        found = self._database.execute("SELECT kind, id, row, changed_in FROM catalog_rows")
        for kind, row_id, row, version in found:
            changed_in[kind, row_id] = version
            if row is not None:
                rows[kind, row_id] = row
        catalog = StoreCatalog(self._location_id, rows, changed_in, known)
        # What the disk has altered is fetched anew.
        return catalog if known and _is_proven(catalog) else None

    def keep(self, next_version: NextVersion) -> None:
        """Put a version on the disk; raises `GatewayUnusable`, and the one before is there."""
        catalog = next_version.catalog
        number, sha256 = catalog.name
        rows = ((*key, row, number) for key, row in next_version.changes.items())
        try:
            with self._database:
                if len(catalog.known) == 1:  # nothing that is there is known any more
                    self._database.execute("DELETE FROM catalog_rows")
                self._database.executemany(_statement("keep_row"), rows)
                self._forget(catalog.known)
                self._database.execute("INSERT INTO versions VALUES (?, ?)", (number, sha256))
        except (apsw.Error, OSError) as error:
            raise GatewayUnusable(f"{self._path} cannot be written: {error}") from error
        self.catalog, self.last_number, self._is_new = catalog, number, False

    def _forget(self, known: Iterable[BundleName]) -> None:
        oldest = min(each.catalog_version for each in known)
        gone = "DELETE FROM catalog_rows WHERE row IS NULL AND changed_in <= ?"
        self._database.execute(gone, (oldest,))
        self._database.execute("DELETE FROM versions WHERE catalog_version < ?", (oldest,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _is_proven(catalog: StoreCatalog) -> bool:
    return sha256_of(catalog.whole()) == catalog.name.sha256


@cache
def _statement(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text()
