"""Tables of the tests, as rows of a bundle have them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from edge.bundle.rows import BundledTable
from edge.rules.attributes import ATTRIBUTES, OUTCOMES
from edge.rules.faults import TableFault, UnsoundTable
from edge.rules.trying import sound_table

Cells = Mapping[str, Sequence[str | None]]
Tests = list[tuple[dict[str, Any], list[str]]]


def table(
    when: list[str],
    rows: Cells,
    tests: Tests = [],  # noqa: B006 (nobody changes it)
    then: list[str] = [],  # noqa: B006
    hit_policy: str = "unique",
    **fields: Any,
) -> BundledTable:
    """A table whose columns have the types of their attributes."""
    columns = [{"name": each, "part": "when", "type": ATTRIBUTES[each].type} for each in when]
    columns += [{"name": each, "part": "then", "type": OUTCOMES[each].type} for each in then]
    whole = {
        "table_name": "tried",
        "version": 1,
        "hit_policy": hit_policy,
        "columns": columns,
        "rows": [{"row": name, "cells": cells} for name, cells in rows.items()],
        "tests": [
            {"test": f"test {at}", "given": given, "expect": expect}
            for at, (given, expect) in enumerate(tests)
        ],
        "valid_from": "2026-12-01T00:00:00Z",
    }
    return msgspec.convert(whole | fields, BundledTable)


def faults_of(tried: BundledTable) -> list[TableFault]:
    """What is wrong with it."""
    try:
        sound_table(tried, "tried.csv")
    except UnsoundTable as error:
        return list(error.faults)
    return []


def kinds_of(tried: BundledTable) -> set[str]:
    """The kinds of what is wrong with it."""
    return {each.kind for each in faults_of(tried)}


OFF5 = table(
    ["subtotal_minor"],
    {"off5": [">= 5000", "5"], "none": ["< 5000", None]},
    [({"subtotal_minor": 5000}, ["off5"]), ({"subtotal_minor": 4999}, ["none"])],
    ["percent"],
)
