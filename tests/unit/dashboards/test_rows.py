"""What the board reads is what the contracts say, and what they do not say is passed over."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel, ValidationError

from dashboards.board.feed.rows import (
    Gone,
    OlderEpoch,
    ShownLocation,
    ShownProduct,
    Till,
    ident_of,
)
from topics import changes, derived
from topics.decoder import Refused
from topics.derived_records import DECODERS, ROWS, read_record
from topics.registry import BY_NAME, OUTPUTS

WHEN = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

LEVEL: dict[str, Any] = {
    "location_id": "shop-1",
    "sku": "milk",
    "on_hand": -1,
    "in_carts": 0,
    "available": -1,
    "version": 1,
    "as_of": "2026-11-21T09:30:00Z",
}
ALERT: dict[str, Any] = {
    "location_id": "shop-1",
    "sku": "milk",
    "state": "raised",
    "reason": "out_of_stock",
    "on_hand": 0,
    "reorder_point": 0,
    "suggested_quantity": 0,
    "raised_at": "2026-11-21T09:30:00Z",
    "cleared_at": None,
    "version": 1,
}
TILL = derived.TillStatus(
    location_id="shop-1",
    till_id="t1",
    epoch=2,
    last_sequence=9,
    last_hash="aF" * 32,
    missing=((3, 5),),
    missing_count=3,
    older=(derived.OlderEpoch(epoch=1, last_sequence=7, missing=((2, 2),)),),
    quarantined=1,
    duplicates=0,
    forks=2,
    unlisted=0,
    last_seen=WHEN,
    version=511 << 44,
)


def test_every_derived_topic_is_followed() -> None:
    assert set(ROWS) == {spec.name for spec in OUTPUTS}


@pytest.mark.parametrize(
    ("struct", "model", "more"),
    [
        (ROWS["stock.levels"], derived.StockLevel, set[str]()),
        (ROWS["checkout.totals"], derived.CheckoutTotals, set[str]()),
        (ROWS["restock.alerts"], derived.RestockAlert, set[str]()),
        (ROWS["till.status"], derived.TillStatus, set[str]()),
        (OlderEpoch, derived.OlderEpoch, set[str]()),
        (ShownLocation, changes.Location, {"currency"}),
        (ShownProduct, changes.Product, set[str]()),
    ],
)
def test_every_field_is_one_of_the_contract(
    struct: type[msgspec.Struct], model: type[BaseModel], more: set[str]
) -> None:
    assert set(struct.__struct_fields__) - more <= set(model.model_fields)


def test_a_value_that_the_contract_writes_is_read() -> None:
    read = read_record("till.status", b"shop-1/t1", TILL.model_dump_json().encode())
    assert isinstance(read, Till)
    assert (read.missing, read.missing_events, read.forks) == ([(3, 5)], 4, 2)
    assert ident_of(read) == ("shop-1", "t1")


def test_a_field_that_is_not_known_yet_is_passed_over() -> None:
    value = {**LEVEL, "colour": "blue"}
    assert DECODERS["stock.levels"](json.dumps(value).encode()).version == 1


SPOILED = [
    ("stock.levels", LEVEL, {"version": -1}),
    ("stock.levels", LEVEL, {"version": 2**53}),
    ("stock.levels", LEVEL, {"on_hand": 10**400}),
    ("stock.levels", LEVEL, {"on_hand": 1.5}),
    ("stock.levels", LEVEL, {"location_id": "../etc"}),
    ("stock.levels", LEVEL, {"location_id": None}),
    ("stock.levels", LEVEL, {"sku": "milk\n"}),
    ("stock.levels", LEVEL, {"as_of": "2026-11-21T09:30:00"}),
    ("stock.levels", LEVEL, {"as_of": "0001-01-01T00:00:00+01:00"}),
    ("restock.alerts", ALERT, {"reason": "bored"}),
    ("restock.alerts", ALERT, {"cleared_at": "9999-12-31T23:59:59-01:00"}),
    ("till.status", TILL.model_dump(mode="json"), {"epoch": 2**31}),
    ("till.status", TILL.model_dump(mode="json"), {"older": [{"epoch": 0}]}),
    ("till.status", TILL.model_dump(mode="json"), {"missing": [[1]]}),
]


@pytest.mark.parametrize(("topic", "value", "spoiled"), SPOILED, ids=lambda told: str(told)[:40])
def test_what_the_contract_refuses_the_board_refuses(
    topic: str, value: dict[str, Any], spoiled: dict[str, Any]
) -> None:
    body = json.dumps({**value, **spoiled}).encode()
    model: Any = BY_NAME[topic].model
    with pytest.raises(ValidationError):
        model.model_validate_json(body)
    with pytest.raises(Refused):
        DECODERS[topic](body)


MARKUP = 'x"></hx-partial><p hx-post="/sign-out" hx-trigger="load">'


@pytest.mark.parametrize("name", ["location_id", "sku"])
def test_an_id_that_holds_markup_reaches_no_page(name: str) -> None:
    for topic, value in (("stock.levels", LEVEL), ("restock.alerts", ALERT)):
        spoiled = {**value, name: MARKUP}
        key = f"{spoiled['location_id']}/{spoiled['sku']}".encode()
        for body in (json.dumps(spoiled).encode(), None):
            with pytest.raises(Refused):
                read_record(topic, key, body)


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"{}", b"[]", b"null", b"\xff", b'{"x":' + b"[" * 100_000]
)
def test_what_is_no_json_of_ours_is_malformed_and_nothing_worse(body: bytes) -> None:
    for topic in ROWS:
        with pytest.raises(Refused):
            read_record(topic, b"shop-1/milk", body)


def test_a_row_under_another_key_than_its_own_is_not_believed() -> None:
    body = json.dumps(LEVEL).encode()
    assert read_record("stock.levels", b"shop-1/milk", body)
    for key in (None, b"", b"milk", b"shop-2/milk", b"\xff"):
        with pytest.raises(Refused):
            read_record("stock.levels", key, body)


@pytest.mark.parametrize(
    ("topic", "key", "right"),
    [
        ("stock.levels", "shop-1/milk", True),
        ("till.status", "shop-1/1", True),
        ("checkout.totals", "shop-1/2026-11-21", True),
        ("checkout.totals", "shop-1/1/2026-11-21", True),
        ("checkout.totals", "shop-1/1/2026-13-21", False),
        ("checkout.totals", "shop-1/2/1/2026-11-21", False),
        ("checkout.totals", "shop-1", False),
        ("till.status", "1", False),
        ("till.status", "shop-1/1/2", False),
        ("stock.levels", "shop-1/", False),
    ],
)
def test_a_tombstone_names_what_is_gone(topic: str, key: str, *, right: bool) -> None:
    if right:
        assert read_record(topic, key.encode(), None) == Gone(ROWS[topic], tuple(key.split("/")))
    else:
        with pytest.raises(Refused):
            read_record(topic, key.encode(), None)
