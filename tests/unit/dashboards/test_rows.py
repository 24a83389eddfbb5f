"""What the board reads is what the contracts say."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from pydantic import BaseModel

from dashboards.board.feed.rows import TOPICS, Place, Product, decode
from topics import changes, derived
from topics.registry import OUTPUTS


def test_every_derived_topic_is_followed() -> None:
    assert set(TOPICS) == {spec.name for spec in OUTPUTS}


@pytest.mark.parametrize(
    ("struct", "model", "more"),
    [
        (TOPICS["stock.levels"], derived.StockLevel, set[str]()),
        (TOPICS["checkout.totals"], derived.CheckoutTotals, set[str]()),
        (TOPICS["restock.alerts"], derived.RestockAlert, set[str]()),
        (TOPICS["till.status"], derived.TillStatus, set[str]()),
        (Place, changes.Location, {"currency"}),
        (Product, changes.Product, set[str]()),
    ],
)
def test_every_field_is_one_of_the_contract(
    struct: type[msgspec.Struct], model: type[BaseModel], more: set[str]
) -> None:
    assert set(struct.__struct_fields__) - more <= set(model.model_fields)


def test_a_value_that_the_contract_writes_is_read() -> None:
    said = derived.TillStatus(
        location_id="shop-1",
        till_id="t1",
        epoch=1,
        last_sequence=9,
        missing=((3, 5),),
        duplicates=0,
        last_seen=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        version=4,
    )
    read = decode("till.status", said.model_dump_json().encode())
    assert msgspec.structs.asdict(read) == {**said.model_dump(), "missing": [(3, 5)]}


def test_a_field_that_is_not_known_yet_is_passed_over() -> None:
    value = {
        "location_id": "shop-1",
        "sku": "milk",
        "on_hand": -1,
        "in_carts": 0,
        "available": -1,
        "version": 1,
        "as_of": "2026-11-21T09:30:00Z",
        "colour": "blue",
    }
    assert decode("stock.levels", json.dumps(value).encode()).version == 1
