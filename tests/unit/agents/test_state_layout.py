"""State that is kept today is read by the next version, and by the one before after a rollback.

Values are encoded as arrays: a field is known by its place. A version may add fields at the end,
with a default, and nothing else; whatever needs more starts under a new application id.
"""

from typing import Any

import msgspec
import pytest

from tests.app_specs import products_spec, receipts_spec, retail_spec

SPECS = (retail_spec(partitions=1), products_spec(partitions=1), receipts_spec(partitions=1))
TABLES = {name: kind for spec in SPECS for name, kind in spec.tables.items()}

RELEASED: dict[str, tuple[str, ...]] = {
    "tills": (
        "epochs",
        "duplicates",
        "last_seen",
        "offset",
        "forks",
        "closed_to",
        "last_hash",
        "marks",
        "block",
        "blocks",
        "turns",
        "closed",
        "closed_first",
        "closed_next",
        "carts",
        "closed_oldest_us",
        "unlisted",
    ),
    "items": (
        "on_hand",
        "in_carts",
        "as_of",
        "stocked",
        "till_offset",
        "movement_offset",
        "policy_offset",
        "listed",
        "reorder_point",
        "order_up_to",
        "hysteresis",
        "raised",
        "reason",
        "alert_reorder_point",
        "raised_at",
        "cleared_at",
        "base",
        "leaving",
        "policy_ms",
    ),
    "carts": (
        "till_id",
        "business_date",
        "last_event_us",
        "closed",
        "lines",
        "voids",
        "turned",
        "suspended",
        "noted_us",
    ),
    "clocks": ("at_us", "closed_date", "base"),
    "totals": (
        "receipts",
        "returns",
        "units",
        "returned_units",
        "gross_minor",
        "discount_minor",
        "tax_minor",
        "refund_minor",
        "net_sales_minor",
        "tenders",
        "open_carts",
        "discrepancies",
        "as_of",
        "offset",
        "weight_grams",
        "returned_weight_grams",
        "heard_us",
        "turnover",
    ),
    "movements": ("offset",),
    "locations": ("offset",),
    "raised": ("items",),
    "days": ("tills",),
    "shares": ("on_hand", "in_carts", "version", "level_version"),
    "said": ("bits", "clock_us"),
    "sums": ("on_hand", "in_carts", "stocked", "empty", "as_of", "offset"),
}
"""Fields of each table's values, in the order in which stores and changelogs hold them. Add a new
field here with the release that brings it; never take one out, and never move one."""

PLAIN = {"deadlines": int, "marks": bytes, "closed": bytes, "upkeep": bytes, "places": int}
"""Tables whose values have no fields."""

BY_NAME = {"movement_numbers": ("last", "missing", "quarantined")}
"""Tables whose values are kept by their fields' names, as windows are everywhere."""

each_table = pytest.mark.parametrize("table", RELEASED)


def test_every_table_is_released() -> None:
    named = RELEASED.keys() | PLAIN.keys() | BY_NAME.keys()
    assert set(TABLES) == named, "a table more is compatible: name its fields here"
    assert all(TABLES[table] is kind for table, kind in PLAIN.items())
    for table, fields in BY_NAME.items():
        assert tuple(TABLES[table].__dataclass_fields__)[: len(fields)] == fields


def test_a_table_of_several_applications_is_the_same_in_each() -> None:
    assert all(TABLES[name] is kind for spec in SPECS for name, kind in spec.tables.items())


@each_table
def test_released_fields_keep_their_places(table: str) -> None:
    kind: Any = TABLES[table]
    assert kind.__struct_config__.array_like, "values are arrays: names would cost twice the bytes"
    assert kind.__struct_fields__[: len(RELEASED[table])] == RELEASED[table], (
        "state that is kept would be read into other fields: put new ones at the end, or release "
        "under a new application id"
    )


@each_table
def test_an_added_field_has_a_default(table: str) -> None:
    kind: Any = TABLES[table]
    added = msgspec.structs.fields(kind)[len(RELEASED[table]) :]
    assert not [field.name for field in added if field.required], "older state lacks the field"


def test_an_older_version_passes_over_a_field_that_a_newer_one_has_added() -> None:
    class Older(msgspec.Struct, array_like=True):
        units: int = 0

    class Newer(Older, array_like=True):
        refunds: int = 7

    encode, decode = msgspec.msgpack.encode, msgspec.msgpack.decode
    assert decode(encode(Older(1)), type=Newer) == Newer(1, 7), "upgraded"
    assert decode(encode(Newer(1, 2)), type=Older) == Older(1), "rolled back"
