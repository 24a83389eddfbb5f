"""Rows of the database as change data capture tells them: which row, whose it is, from when. Pure.

A row goes down whole, with columns that this release does not know. So only what decides whose it
is, and when it holds, is read of it.
"""

import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from topics.down import canonical, key_of
from topics.for_stores import CUSTOMERS, EMPLOYEES, OFFERS, PRICES, RECALLS, RULE_TABLES
from topics.registry import ASSORTMENT, DOCUMENTS, LOCATIONS, PRODUCTS
from topics.scalars import ID_PATTERN, anchored

KIND_OF_TOPIC: Mapping[str, str] = {
    PRODUCTS.name: "product",
    PRICES.name: "price",
    ASSORTMENT.name: "assortment",
    LOCATIONS.name: "location",
    EMPLOYEES.name: "employee",
    CUSTOMERS.name: "customer",
    RULE_TABLES.name: "rule_table",
    OFFERS.name: "offer",
    RECALLS.name: "recall",
    DOCUMENTS.name: "document",
}

OF_ONE_PLACE = frozenset({"assortment", "document", "location", "offer"})
"""Kinds of which each row is of one location, by its key."""

DOCUMENTS_KEPT = timedelta(days=90)
"""How long a store is told of a document after it was ordered, once it is booked or closed: a
store that was dark all the while hears that it was closed."""

DELETED = "__deleted"
CHANGED_MS = "__source_ts_ms"

_ID = re.compile(anchored(ID_PATTERN))


class UntellableRow(ValueError):
    """What cannot be told to anybody; the text says what is wrong, and repeats no value."""


class DownRow(NamedTuple):
    """A row as it goes down: ``body`` is its canonical JSON."""

    body: bytes
    valid_from: str | None = None


class ToldRow(NamedTuple):
    """One record of change data capture.

    ``place`` is the record's own key: what moves to another key is told under both. ``row`` is None
    where the row is gone. ``changed_ms`` is when the database changed it, 0 where nobody says.
    """

    kind: str
    id: str
    place: str
    row: dict[str, Any] | None
    changed_ms: int = 0


class StandingRow(NamedTuple):
    """A row that stands, with what decides whose it is: None concerns everybody."""

    row: DownRow
    place: str
    changed_ms: int
    sku: str | None = None
    location_id: str | None = None
    locations: tuple[str, ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None


def read(topic: str, key: bytes | None, value: bytes | None) -> ToldRow:
    """The record of one of `KIND_OF_TOPIC`; raises `UntellableRow`."""
    kind = KIND_OF_TOPIC[topic]
    try:
        place = (key or b"").decode()
        if value is None:  # the key is the row's id, where a topic has tombstones
            return ToldRow(kind, place, place, None)
        told = orjson.loads(value)
        row = {name: each for name, each in told.items() if not name.startswith("__")}
        row_id = key_of(kind, row).id
        changed_ms = int(told.get(CHANGED_MS) or 0)
        is_gone = told.get(DELETED) == "true" or _is_dismissed(kind, row)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise UntellableRow(f"no row of the kind {kind}: {type(error).__name__}") from error
    if not all(_ID.match(part) for part in row_id.split("/")):
        raise UntellableRow(f"a {kind} whose id is none")
    return ToldRow(kind, sys.intern(row_id), place, None if is_gone else row, changed_ms)


def _is_dismissed(kind: str, row: Mapping[str, Any]) -> bool:
    """No store needs the PIN of somebody whom it must not let in."""
    return kind == "employee" and row.get("active") is not True


def held(told: ToldRow) -> StandingRow:
    """A row that stands; raises `UntellableRow`."""
    row = told.row or {}
    try:
        begins, ends = _time(row.get("valid_from")), _ends(told.kind, row)
        return StandingRow(
            DownRow(_exact(canonical(row)), begins and _text(begins)),
            sys.intern(told.place),
            told.changed_ms,
            _once(row.get("sku")),
            _once(row.get("location_id")),
            tuple(row.get("locations") or ()),
            begins,
            ends,
        )
    except (ValueError, TypeError, OverflowError, KeyError) as error:
        raise UntellableRow(f"no row of the kind {told.kind}: {type(error).__name__}") from error


def cut_to(location_id: str, whole: DownRow) -> DownRow:
    """The row as one location has it: of all that it names, that location alone."""
    row = orjson.loads(whole.body)
    return whole._replace(body=canonical({**row, "locations": [location_id]}))


def _exact(body: bytes) -> bytes:
    """The same in as much memory as it needs: what orjson gives has a kilobyte, and there are
    millions of rows."""
    return bytes(memoryview(body))


def _once(told: object) -> str | None:
    """A name that many rows have, in memory once."""
    return None if told is None else sys.intern(str(told))


def _ends(kind: str, row: Mapping[str, Any]) -> datetime | None:
    """When it holds no more; of a document that is done with, when nobody asks for it any more."""
    if kind != "document":
        return _time(row.get("valid_to"))
    ordered = _time(row["ordered_at"])
    return None if ordered is None or row.get("state") == "open" else ordered + DOCUMENTS_KEPT


def _time(told: object) -> datetime | None:
    if told is None:
        return None
    found = datetime.fromisoformat(str(told))
    if found.tzinfo is None:
        raise ValueError("a time without an offset")
    return found.astimezone(UTC)


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
