"""Makes integer Python of a table: one function that says which rows apply.

The source is made of attributes' names, which come from `edge.rules.attributes` alone, and of
integers and texts as Python writes them itself: nothing of a cell gets into it as it stands.
"""

from collections.abc import Callable, Iterator
from typing import Any

from edge.rules.attributes import Attribute, Facts
from edge.rules.cells import Condition
from edge.rules.reading import DecisionRow, DecisionTable

Hits = Callable[[Facts], tuple[int, ...]]
"""The numbers of the rows that apply, in order, from 0."""


def compiled(table: DecisionTable) -> Hits:
    """The function of a table."""
    names: dict[str, Any] = {}
    exec(compile(source_of(table), f"<table {table.name}>", "exec"), names)  # noqa: S102 (above)
    return names["hits"]


def source_of(table: DecisionTable) -> str:
    """What is compiled."""
    used = {name for row in table.rows for name in row.conditions}
    read = [f"    {name} = facts.{name}" for name in sorted(used)]
    collects = table.hit_policy == "collect"
    body = list(_collecting(table) if collects else _first(table))
    return "\n".join(["def hits(facts):", *read, *body, ""])


def _first(table: DecisionTable) -> Iterator[str]:
    """Also of ``unique``: at most one row applies, so the first is it."""
    for at, row in enumerate(table.rows):
        yield f"    if {_expression(table, row)}:"
        yield f"        return ({at},)"
    yield "    return ()"


def _collecting(table: DecisionTable) -> Iterator[str]:
    yield "    found = ()"
    for at, row in enumerate(table.rows):
        yield f"    if {_expression(table, row)}:"
        yield f"        found += ({at},)"
    yield "    return found"


def _expression(table: DecisionTable, row: DecisionRow) -> str:
    attributes = {each.name: each for each in table.attributes}
    parts = [_condition(attributes[name], each) for name, each in row.conditions.items()]
    return " and ".join(parts) or "True"


def _condition(attribute: Attribute, condition: Condition) -> str:
    name = attribute.name
    held = _spans(attribute, condition) if condition.spans else _values(name, condition)
    if not attribute.may_be_missing:
        return f"({held})"
    if condition.missing:
        return f"({name} is None or ({held}))"
    return f"({name} is not None and ({held}))"


def _spans(attribute: Attribute, condition: Condition) -> str:
    return " or ".join(_span(attribute, low, high) for low, high in condition.spans)


def _span(attribute: Attribute, low: int, high: int) -> str:
    """Without the bound that the attribute has anyway, and so that Python compares once."""
    if low == high:
        return f"{attribute.name} == {low}"
    if low == attribute.low:
        return f"{attribute.name} <= {high}"
    if high == attribute.high:
        return f"{attribute.name} >= {low}"
    return f"{low} <= {attribute.name} <= {high}"


def _values(name: str, condition: Condition) -> str:
    values = sorted(condition.values)
    if not values:
        return repr(condition.excluded)
    if isinstance(values[0], bool):
        return name if values[0] else f"not {name}"
    if len(values) == 1:
        return f"{name} {'!=' if condition.excluded else '=='} {values[0]!r}"
    return f"{name} {'not in' if condition.excluded else 'in'} {{{', '.join(map(repr, values))}}}"
