"""Tables that are compiled once, however many sets of versions they are decided by in."""

from collections import OrderedDict

from edge.bundle.rows import BundledTable
from edge.rules.evaluating import CompiledTable, compiled_table
from edge.rules.reading import read_table


class CompiledTables:
    """Those that were asked for last, by what they say. One thread's only."""

    def __init__(self, kept_max: int) -> None:
        """``kept_max`` are remembered, some 10 kB each."""
        self._kept_max = kept_max
        self._made: OrderedDict[bytes, CompiledTable] = OrderedDict()

    def of(self, table: BundledTable) -> CompiledTable:
        """The table with its function; raises `UnsoundTable` where it cannot be read."""
        found = self._made.get(table.sha256)
        if found is None:
            name = f"{table.table_name}, version {table.version}"
            found = self._made[table.sha256] = compiled_table(read_table(table, name))
            if len(self._made) > self._kept_max:
                self._made.popitem(last=False)
        self._made.move_to_end(table.sha256)
        return found

    def forget(self) -> None:
        """Begin anew."""
        self._made.clear()
