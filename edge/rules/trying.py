"""What a till asks before it takes a bundle: that each table is sound, and passes its tests."""

from edge.bundle.errors import UnfitBundle
from edge.bundle.rows import BundledTable
from edge.rules.checks import require_sound
from edge.rules.compiling import compiled
from edge.rules.faults import UnsoundTable
from edge.rules.reading import DecisionTable, read_table


FAULTS_TOLD = 3
"""By a till, in its log and its state: a table in which all is wrong would fill both."""


def sound_table(table: BundledTable, file: str) -> DecisionTable:
    """A table that may be decided by; raises `UnsoundTable` with all that is wrong."""
    read = read_table(table, file)
    require_sound(read, file)
    return read


def try_table(table: BundledTable) -> None:
    """Check a table and run its tests as they will be run; raises `UnfitBundle`."""
    name = f"table {table.table_name}, version {table.version}"
    try:
        read = sound_table(table, name)
    except UnsoundTable as error:
        raise UnfitBundle(_in_short(error)) from error
    hits = compiled(read)
    for test in read.tests:
        if frozenset(read.rows[at].name for at in hits(test.facts)) != test.expect:
            raise UnfitBundle(f"{name}, test {test.name}: compiled, other rows apply")


def _in_short(error: UnsoundTable) -> str:
    told = "; ".join(str(each) for each in error.faults[:FAULTS_TOLD])
    more = len(error.faults) - FAULTS_TOLD
    return told if more <= 0 else f"{told}; and {more} more"
