"""What tills decide by, and whom they let in: rule tables and employees. Pure.

Of an employee pages show and change what is no secret. Card and PIN are set by
``tillstream employees``, and the board's role cannot read the hashes.
"""

from dashboards.board.catalog.fields import (
    ID_CHARACTERS_MAX,
    JSON_CHARACTERS_MAX,
    Field,
    Kind,
)
from topics import registry
from topics.people import EmployeeDuties
from topics.rule_tables import RuleTable

_IDS_CHARACTERS_MAX = 65_536
"""A thousand locations with the longest ids."""


def _json(name: str, label: str, hint: str, default: str = "") -> Field:
    characters = JSON_CHARACTERS_MAX
    return Field(name, label, "json", hint=hint, default=default, characters_max=characters)


RULE_TABLES = Kind(
    "rule_tables",
    "rule table",
    "Rule tables",
    registry.RULE_TABLES.name,
    RuleTable,
    ("table_name", "version"),
    (
        Field(
            "table_name",
            "Table",
            "id",
            hint="small letters, digits and -, as discounts",
            characters_max=ID_CHARACTERS_MAX,
        ),
        Field("version", "Version", "count", default="1", hint="one more than the one before"),
        Field(
            "hit_policy",
            "Rows that may apply",
            "choice",
            choices={"unique": "One", "first": "The first of several", "collect": "All of them"},
        ),
        _json("columns", "Columns", 'a list of {"name", "part": "when" or "then", "type"}'),
        _json("rows", "Rows", 'a list of {"row", "cells"}: a text or null for each column', "[]"),
        _json("tests", "Tests", 'a list of {"test", "given", "expect"}', "[]"),
        Field(
            "locations",
            "Locations",
            "ids",
            needed=False,
            hint="where it holds; empty for everywhere",
            characters_max=_IDS_CHARACTERS_MAX,
        ),
        Field("valid_from", "From", "moment", hint="in UTC, as 2026-12-01 08:00"),
    ),
    acts=frozenset({"create", "delete"}),
)

EMPLOYEES = Kind(
    "employees",
    "employee",
    "Employees",
    None,
    EmployeeDuties,
    ("employee_id",),
    (
        Field("employee_id", "Id", "id", characters_max=ID_CHARACTERS_MAX),
        Field("role", "Role", "text", hint="as cashier, supervisor or manager", characters_max=32),
        Field(
            "limits",
            "Limits",
            "numbers",
            needed=False,
            hint="a line for each, as refund_minor 5000",
            characters_max=4096,
        ),
        Field(
            "locations",
            "Locations",
            "ids",
            needed=False,
            hint="where card and PIN let them in",
            characters_max=_IDS_CHARACTERS_MAX,
        ),
        Field("active", "Let in at tills", "yes"),
    ),
    table="employees_shown",
    acts=frozenset({"change"}),
    needed="operator",
    shown_to="operator",
)
