"""What is wrong with a table's rows: gaps, overlaps, rows that never apply or say nothing."""

from collections.abc import Iterator

from edge.rules.coverage import coverage_faults
from edge.rules.faults import TableFault, UnsoundTable
from edge.rules.reading import DecisionTable
from edge.rules.regions import Region, Space, TooManyRegions, meet

EXAMPLES_TOLD = 3
"""Of the cases that no row covers. One missing row leaves many; the first show which it is."""

ROWS_MAX = 500
"""Of one table. Rows are compared with each other and with all tests: 500 take two seconds, and ten
times as many would hold up a till for minutes. Far fewer would refuse a price list's rules."""


def require_sound(table: DecisionTable, file: str) -> None:
    """Raises `UnsoundTable` with all that is wrong. One without rows has ended, and is sound."""
    if faults := list(faults_of(table, file)):
        raise UnsoundTable(faults)


def faults_of(table: DecisionTable, file: str) -> Iterator[TableFault]:
    """All that is wrong with a table that can be read."""
    if not table.rows:
        return
    if len(table.rows) > ROWS_MAX:
        yield TableFault("too large", file, "", "", f"{len(table.rows)} rows; {ROWS_MAX} may be")
        return
    space = Space(table)
    regions = [space.region_of(row) for row in table.rows]
    try:
        if table.hit_policy == "unique":
            yield from _overlaps(table, file, space, regions)
        if table.hit_policy == "first":
            yield from _shadowed(table, file, space, regions)
        if table.hit_policy != "collect":
            yield from _gaps(file, space, regions)
    except TooManyRegions:
        yield TableFault("too large", file, "", "", "too many cases to tell apart: make two tables")
    yield from coverage_faults(table, file)


def _overlaps(
    table: DecisionTable, file: str, space: Space, regions: list[Region]
) -> Iterator[TableFault]:
    """Each row is told of the first that it meets: one fault for each row at the most."""
    for at, region in enumerate(regions):
        for before in range(at):
            shared = meet(region, regions[before])
            if shared is not None:
                told = f"row {table.rows[before].name} applies as well: {space.example(shared)}"
                yield TableFault("overlap", file, table.rows[at].name, "", told)
                break


def _shadowed(
    table: DecisionTable, file: str, space: Space, regions: list[Region]
) -> Iterator[TableFault]:
    for at, region in enumerate(regions):
        before = [other for other in regions[:at] if meet(region, other)]
        if before and not space.left_of(region, before):
            told = "rows before it take all that it would apply to"
            yield TableFault("shadowed row", file, table.rows[at].name, "", told)


def _gaps(file: str, space: Space, regions: list[Region]) -> Iterator[TableFault]:
    left = space.left_of(space.whole, regions)
    for region in left[:EXAMPLES_TOLD]:
        yield TableFault("gap", file, "", "", f"no row applies to {space.example(region)}")
