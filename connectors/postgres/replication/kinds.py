"""Which kind of a feed's rows is whose table's. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from topics.down import KINDS, FeedKey
from topics.registry import ASSORTMENT, LOCATIONS, PRODUCTS


@dataclass(frozen=True, slots=True)
class KindTable:
    """``key`` are the columns of the primary key, ``alone`` those of another key, empty where there
    is none: no two rows may have the same there, and a null is like any other value where
    ``null_counts``."""

    kind: str
    table: str
    key: tuple[str, ...]
    alone: tuple[str, ...] = ()
    null_counts: bool = False


TABLES: Mapping[str, KindTable] = {
    each.kind: each
    for each in (
        KindTable("product", "products", ("sku",)),
        KindTable(
            "price", "prices", ("price_id",), ("sku", "location_id", "valid_from"), null_counts=True
        ),
        KindTable("assortment", "assortment", ("location_id", "sku")),
        KindTable("location", "locations", ("location_id",)),
        KindTable("employee", "employees", ("employee_id",), ("card_hash",)),
        KindTable("customer", "customers", ("customer_id",), ("card_hash",)),
        KindTable("rule_table", "rule_tables", ("table_name", "version")),
        KindTable("offer", "offers", ("offer_id",)),
        KindTable("recall", "recalls", ("recall_id",)),
    )
}

UNTABLED = frozenset(KINDS) - TABLES.keys()
"""Kinds that are known and that no table holds: a list of devices is whole as it was signed, and is
the gateway's; the others' tables come with what they are for."""

ONWARD: Mapping[str, str] = {
    "product": PRODUCTS.name,
    "assortment": ASSORTMENT.name,
    "location": LOCATIONS.name,
}
"""What the store's own workers are told, as Debezium tells the centre's, and in which topic."""

DOCUMENT = "document"
"""What the centre wants booked. The store's own rows of that table say how far it is, so a function
of the database takes it (`take_document`), and nothing here writes them."""

UNKNOWN = "this release does not know the kind"


def key_values(location_id: str, table: KindTable, row_id: str) -> dict[str, str]:
    """The primary key of a row by its id in the feed; raises ValueError."""
    if table.kind == "assortment":
        values = (location_id, row_id)
    else:
        values = tuple(row_id.rsplit("/", len(table.key) - 1))
    if len(values) != len(table.key):
        raise ValueError(f"{row_id!r} is no id of a row of {table.table}")
    return dict(zip(table.key, values, strict=True))


def as_columns(
    location_id: str, key: FeedKey, row: Mapping[str, Any], types: Mapping[str, str]
) -> dict[str, Any]:
    """A row as its table takes it: columns that the table has, JSON in place of texts that hold it.

    Raises ValueError where the row is not the one that its key names.
    """
    table = TABLES[key.kind]
    found = {name: _value(value, types[name]) for name, value in row.items() if types.get(name)}
    named = key_values(location_id, table, key.id)
    told = {name: str(found.get(name)) for name in table.key}
    if told != named:
        raise ValueError(f"under {key} there is {told}")
    return found


def _value(value: Any, of_type: str) -> Any:
    is_packed = of_type == "jsonb" and isinstance(value, str)
    return orjson.loads(value) if is_packed else value
