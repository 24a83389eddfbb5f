"""What a till asks before it takes a bundle: that each table is sound, and passes its tests."""

from edge.bundle.errors import UnfitBundle
from edge.bundle.rows import BundledTable
from edge.rules.checks import require_sound
from edge.rules.compiling import compiled
from edge.rules.faults import UnsoundTable
from edge.rules.reading import DecisionTable, read_table

FAULTS_TOLD = 3
"""By a till, in its log and its state: a table in which all is wrong would fill both."""


TABLES_REMEMBERED = 256
"""A bundle has some tens of tables, in a few versions each. Where it has more, all are tried anew
with each changed price; each that is remembered takes a few hundred bytes."""


def sound_table(table: BundledTable, file: str) -> DecisionTable:
    """A table that may be decided by; raises `UnsoundTable` with all that is wrong."""
    read = read_table(table, file)
    require_sound(read, file)
    return read


def try_table(table: BundledTable) -> None:
    """Check a table and run its tests as they will be run; raises `UnfitBundle`."""
    if fault := _fault_of(table):
        raise UnfitBundle(fault)


class TriedTables:
    """As `try_table`, but of a table that was tried before it remembers what was found.

    Each changed price makes a new bundle with the same tables, and a large one takes seconds.
    """

    def __init__(self) -> None:
        self._found: dict[bytes, str] = {}

    def __call__(self, table: BundledTable) -> None:
        """Raises `UnfitBundle`."""
        key = table.sha256
        if key not in self._found:
            if len(self._found) >= TABLES_REMEMBERED:
                self._found.pop(next(iter(self._found)))
            self._found[key] = _fault_of(table)
        if fault := self._found[key]:
            raise UnfitBundle(fault)


def _fault_of(table: BundledTable) -> str:
    name = f"table {table.table_name}, version {table.version}"
    try:
        read = sound_table(table, name)
    except UnsoundTable as error:
        return _in_short(error)
    hits = compiled(read)
    for test in read.tests:
        if frozenset(read.rows[at].name for at in hits(test.facts)) != test.expect:
            return f"{name}, test {test.name}: compiled, other rows apply"
    return ""


def _in_short(error: UnsoundTable) -> str:
    told = "; ".join(str(each) for each in error.faults[:FAULTS_TOLD])
    more = len(error.faults) - FAULTS_TOLD
    return told if more <= 0 else f"{told}; and {more} more"
