"""Decision tables by which a till goes on, although its bundle has only a version that it refuses.

A gateway keeps the last good version in the bundle. One of another release may find a version good
that this till refuses, and let the one before it go.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from edge.bundle.catalog import TillCatalog
from edge.bundle.errors import UnfitBundle
from edge.bundle.keeping import KEPT, put_file
from edge.bundle.rows import BundledTable
from edge.bundle.trying import TryTable

_FILE = "last-good-tables.json"

_decode = msgspec.json.Decoder(list[BundledTable]).decode


def lacking(catalog: TillCatalog, before: Iterable[BundledTable]) -> list[BundledTable]:
    """Of the sound tables of before those that came before what the catalog has, sound or not, of
    each table of which it has a version that is refused."""
    sound: dict[str, list[int]] = {each.table: [] for each in catalog.refused_tables}
    for each in catalog.refused_tables:
        sound[each.table] += [each.version] if each.version else []
    for each in catalog.sound_tables:
        if each.table_name in sound:
            sound[each.table_name].append(each.version)
    return [
        each
        for each in before
        if each.table_name in sound and all(each.version < at for at in sound[each.table_name])
    ]


class LastGoodTables:
    """Those on a till's disk, beside its versions: of each version that is kept what it needs.

    They are on the disk before the version that needs them, and those of the versions before stay
    for as long as a till may go back to them: a crash in between costs no table.
    """

    def __init__(self, folder: Path, try_table: TryTable) -> None:
        """Read what is there and still sound; nothing of a file that is damaged. Raises OSError."""
        self._path = folder / _FILE
        self._on_disk = self._read(try_table)
        self._of_each = [self._on_disk]

    def _read(self, try_table: TryTable) -> list[BundledTable]:
        try:
            tables = _decode(self._path.read_bytes())
        except (FileNotFoundError, msgspec.MsgspecError, ValueError):
            return []
        return [each for each in tables if _is_sound(each, try_table)]

    @property
    def tables(self) -> Sequence[BundledTable]:
        """All of them."""
        return self._on_disk

    def make_ready(self, tables: list[BundledTable]) -> None:
        """A version that needs these comes next; raises OSError."""
        self._keep([*self._of_each, tables])

    def settle(self, tables: list[BundledTable]) -> None:
        """The version that needs these is on the disk; raises OSError."""
        self._of_each = [*self._of_each, tables][-KEPT:]
        self._keep(self._of_each)

    def _keep(self, of_each: list[list[BundledTable]]) -> None:
        """The newest first, and each once."""
        wanted = {table.sha256: table for tables in reversed(of_each) for table in tables}
        tables = [*wanted.values()]
        if tables == self._on_disk:
            return
        if tables:
            put_file(self._path, msgspec.json.encode(tables))
        else:
            self._path.unlink(missing_ok=True)
        self._on_disk = tables


def _is_sound(table: BundledTable, try_table: TryTable) -> bool:
    try:
        try_table(table)
    except UnfitBundle:
        return False
    return True
