"""A small company, as change data capture tells it: records by topic, key and value."""

import json
from datetime import UTC, datetime
from typing import Any

from connectors.feeds.feed import Feed, SaidRecord, wanted_by
from connectors.feeds.fleet import Fleet
from topics.down import FeedHead, FeedRow, FeedSums, canonical, read_feed, row_digest

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)

Record = tuple[str, str, dict[str, Any] | None]
"""Topic, key, row; None is a tombstone."""


def product(sku: str, name: str = "Milk", **more: Any) -> Record:
    row = {"sku": sku, "name": name, "category": "food", "unit": "each", "price_minor": 199}
    return "cdc.products", sku, row | {"currency": "EUR", "tax_basis_points": 700} | more


def assortment(location_id: str, sku: str, changed_ms: int = 1, **more: Any) -> Record:
    row = {"location_id": location_id, "sku": sku, "listed": True, "reorder_point": 3}
    marks = {"order_up_to": 9, "__deleted": "false", "__source_ts_ms": changed_ms}
    return "cdc.assortment", location_id, row | marks | more


def price(
    price_id: str, sku: str, minor: int = 149, changed_ms: int = 1, location_id: str | None = None,
    **more: Any,
) -> Record:  # fmt: skip
    row = {"price_id": price_id, "sku": sku, "location_id": location_id, "price_minor": minor}
    row |= {"currency": "EUR", "valid_from": "2026-11-01T00:00:00Z", "valid_to": None}
    return "cdc.prices", sku, row | {"__deleted": "false", "__source_ts_ms": changed_ms} | more


def employee(employee_id: str, *locations: str, active: bool = True) -> Record:
    row = {"employee_id": employee_id, "card_hash": "a" * 64, "pin_hash": "scrypt$x"}
    row |= {"role": "cashier", "limits": "{}", "locations": list(locations), "active": active}
    return "cdc.employees", employee_id, row


def customer(customer_id: str, **more: Any) -> Record:
    row = {"customer_id": customer_id, "card_hash": None, "sealed": "{}", "consents": "{}"}
    return "cdc.customers", customer_id, row | more


def bought(location_id: str, customer_id: str, day: str = "2026-11-20") -> Record:
    row = {"location_id": location_id, "customer_id": customer_id, "last_bought": day}
    return "tillstream.store-customers", f"{location_id}/{customer_id}", row


def moved(location_id: str, sku: str, *, gone: bool = False) -> Record:
    return "stock.levels", f"{location_id}/{sku}", None if gone else {"on_hand": 3}


def offer(offer_id: str, location_id: str, changed_ms: int = 1, **more: Any) -> Record:
    row = {"offer_id": offer_id, "location_id": location_id, "sku": "milk", "percent": 10}
    row |= {"valid_from": "2026-11-01T00:00:00Z", "valid_to": "2027-01-01T00:00:00Z"}
    return "cdc.offers", location_id, row | {"__source_ts_ms": changed_ms} | more


def document(document_id: str, location_id: str, state: str = "open") -> Record:
    row = {"document_id": document_id, "location_id": location_id, "kind": "order"}
    row |= {"lines": "[]", "rounds": 1, "state": state, "ordered_by": "ann", "version": 1}
    return "cdc.documents", location_id, row | {"ordered_at": "2026-11-20T08:00:00Z"}


def rule_table(name: str, version: int, *locations: str) -> Record:
    row = {"table_name": name, "version": version, "hit_policy": "first", "columns": "[]"}
    row |= {"rows": "[]", "tests": "[]", "locations": list(locations)}
    return "cdc.rule-tables", name, row | {"valid_from": "2026-11-01T00:00:00Z"}


def deleted(record: Record, changed_ms: int = 2) -> Record:
    """The same row, gone, of a topic that marks what is deleted."""
    topic, key, row = record
    return topic, key, (row or {}) | {"__deleted": "true", "__source_ts_ms": changed_ms}


def tell(fleet: Fleet, *records: Record) -> Fleet:
    """Let a fleet hear records."""
    fleet.now = NOW
    for topic, key, row in records:
        value = None if row is None else json.dumps(row).encode()
        fleet.hear(topic, key.encode(), value)
    return fleet


def write(fleet: Fleet, feed: Feed) -> list[SaidRecord]:
    """Bring a feed up to all that its store should have."""
    keys = {*feed.keys(), *fleet.all_wanted(feed.location_id)}
    said = list(feed.say(wanted_by(fleet.wanted, feed.location_id, keys)))
    return [*said, *feed.heading()]


def follow(fleet: Fleet, feed: Feed) -> list[SaidRecord]:
    """Bring a feed up to what was noted as changed."""
    keys = fleet.changed().get(feed.location_id, set())
    return list(feed.say(wanted_by(fleet.wanted, feed.location_id, keys)))


class StoreCopy:
    """A store that knows nothing but what its feed says, and `topics.down`."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.version = 0
        self.head: FeedHead | None = None

    def apply(self, messages: list[SaidRecord]) -> None:
        """Take records in order; those that are known change nothing."""
        for key, value, _ in messages:
            if value is None:
                continue
            told = read_feed(key, value)
            if isinstance(told, FeedHead):
                self.head = told
            elif told.version > self.version:
                self.version = told.version
                if isinstance(told, FeedRow):
                    self.rows[key.decode()] = told.row
                else:
                    self.rows.pop(key.decode(), None)

    def sums(self) -> FeedSums:
        """Rows and hash of what it has."""
        sums = FeedSums()
        for key, row in self.rows.items():
            sums.add(key.partition("/")[0], row_digest(key, canonical(row)))
        return sums


def told(fleet: Fleet, location_id: str = "shop-1") -> dict[str, dict[str, Any]]:
    """What a new store would be told."""
    store = StoreCopy()
    store.apply(write(fleet, Feed(location_id, "f")))
    return store.rows


HERE, THERE, LATER = "shop-1", "shop-2", "shop.3"

COMPANY = (
    *(product(sku) for sku in ("milk", "tea", "salt")),
    *(assortment(HERE, sku) for sku in ("milk", "tea")),
    assortment(THERE, "salt"),
    *(assortment(LATER, sku) for sku in ("milk", "tea", "salt")),
    price("p-1", "milk"),
    price("p-2", "salt"),
    employee("ann", HERE, LATER),
    employee("bob", THERE),
    customer("c-1"),
    customer("c-2"),
    bought(THERE, "c-2"),
    rule_table("off5", 1),
)

OWN = {
    *("product/milk", "product/tea", "assortment/milk", "assortment/tea", "price/p-1"),
    *("employee/ann", "rule_table/off5/1"),
}
"""What the store `HERE` is to have of `COMPANY`."""
