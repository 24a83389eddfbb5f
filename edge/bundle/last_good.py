"""Decision tables by which a till goes on, although its bundle has only a version that it refuses.

A gateway keeps the last good version in the bundle. One of another release may find a version good
that this till refuses, and let the one before it go.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from edge.bundle.catalog import TillCatalog
from edge.bundle.errors import UnfitBundle
from edge.bundle.keeping import put_file
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
    """Those on a till's disk, beside its versions."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE

    def read(self, try_table: TryTable) -> list[BundledTable]:
        """What is there and still sound; nothing of a file that is damaged. Raises OSError."""
        try:
            tables = _decode(self._path.read_bytes())
        except (FileNotFoundError, msgspec.MsgspecError, ValueError):
            return []
        return [each for each in tables if _is_sound(each, try_table)]

    def keep(self, tables: list[BundledTable]) -> None:
        """Put them on the disk; raises OSError."""
        put_file(self._path, msgspec.json.encode(tables))

    def forget(self) -> None:
        """Nobody needs them any more; raises OSError."""
        self._path.unlink(missing_ok=True)


def _is_sound(table: BundledTable, try_table: TryTable) -> bool:
    try:
        try_table(table)
    except UnfitBundle:
        return False
    return True
