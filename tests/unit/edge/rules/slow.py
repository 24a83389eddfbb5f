"""A slow reader of tables, written from docs/rule-tables.md alone: nothing here knows the compiler.

It looks at the text of each cell anew for each case.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

from edge.bundle.rows import BundledTable

ORDERS = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}


def cell_holds(cell: str | None, value: Any) -> bool:
    if cell is None:
        return True
    parts = [each.strip() for each in cell.removeprefix("not ").split(",")]
    if value is None:
        return "missing" in parts
    parts = [each for each in parts if each != "missing"]
    return any(part_holds(each, value) for each in parts) != cell.startswith("not ")


def part_holds(part: str, value: Any) -> bool:
    if part == "known":
        return True
    if part in ("yes", "no"):
        return value is (part == "yes")
    if part[0] in "'\"":
        return value == part[1:-1]
    for sign, holds in ORDERS.items():
        if part.startswith(sign):
            number, _, factor = part.removeprefix(sign).partition("x")
            return bool(
                holds(Decimal(value), Decimal(number.strip()) * Decimal(factor.strip() or 1))
            )
    if ".." in part:
        low, _, high = part.partition("..")
        return int(low) <= value <= int(high)
    return value == int(part)


def rows_that_hold(table: BundledTable, given: dict[str, Any]) -> list[int]:
    """The numbers of all rows whose conditions hold."""
    looked_at = [(at, each.name) for at, each in enumerate(table.columns) if each.part == "when"]
    return [
        number
        for number, row in enumerate(table.rows)
        if all(cell_holds(row.cells[at], given.get(name)) for at, name in looked_at)
    ]


def rows_that_apply(table: BundledTable, given: dict[str, Any]) -> tuple[int, ...]:
    """The numbers of the rows that apply under the hit policy."""
    found = rows_that_hold(table, given)
    return tuple(found if table.hit_policy == "collect" else found[:1])


def cases(values: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """All combinations of values; None is left out."""
    for chosen in product(*values.values()):
        yield {name: each for name, each in zip(values, chosen, strict=True) if each is not None}
