"""A decision table is whole as it comes from the database, or it is refused."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from topics.rule_tables import RuleTable

COLUMNS = [
    {"name": "subtotal_minor", "part": "when", "type": "integer"},
    {"name": "percent", "part": "then", "type": "integer"},
]
ROWS = [{"row": "off5", "cells": [">= 5000", "5"]}, {"row": "none", "cells": ["< 5000", None]}]


def told(**changed: Any) -> bytes:
    """The row of a table as Debezium publishes it: what is JSON in the database is a text."""
    parts = {"columns": COLUMNS, "rows": ROWS, "tests": [], **changed}
    row = {
        "table_name": "discounts",
        "version": 3,
        "hit_policy": "unique",
        "locations": ["L-1"],
        "valid_from": "2026-11-21T08:00:00.000000Z",
        "__deleted": "false",
        "__source_ts_ms": 1,
    }
    return json.dumps(row | {name: json.dumps(part) for name, part in parts.items()}).encode()


def test_a_table_is_read_with_its_columns_rows_and_tests() -> None:
    tests = [{"test": "at the limit", "given": {"subtotal_minor": 5000}, "expect": ["off5"]}]
    table = RuleTable.model_validate_json(told(tests=tests))
    assert [column.name for column in table.columns] == ["subtotal_minor", "percent"]
    assert table.rows[1].cells == ["< 5000", None]
    assert table.tests[0].expect == ["off5"]


@pytest.mark.parametrize(
    "changed",
    [
        {"columns": []},
        {"columns": [{"name": "Percent", "part": "then", "type": "integer"}]},
        {"columns": [COLUMNS[0], {**COLUMNS[1], "type": "float"}]},
        {"rows": [{"row": "off5", "cells": [">= 5000"]}]},
        {"rows": [ROWS[0], ROWS[0]]},
        {"rows": [{"row": "off5", "cells": [5000, "5"]}]},
        {"tests": [{"test": "half a cent", "given": {"subtotal_minor": 0.5}, "expect": []}]},
    ],
)
def test_a_table_that_is_not_whole_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RuleTable.model_validate_json(told(**changed))
