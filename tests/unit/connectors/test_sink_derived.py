"""Derived topics to rows, without Kafka or database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel

from connectors.postgres.sink import derived
from connectors.postgres.sink.derived import DERIVED_BY_TOPIC, Newest
from tests.unit.topics.examples import ALERT, LEVEL, STATUS, TOTALS
from topics.derived import CheckoutTotals, RestockAlert, StockLevel, TillStatus


@dataclass
class Record:
    """A consumed record."""

    topic: str
    offset: int
    value: bytes | None
    partition: int = 0
    timestamp: int = 0
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


VALUES: dict[str, tuple[type[BaseModel], dict[str, Any], str]] = {
    "stock.levels": (StockLevel, LEVEL, "shop-1/milk"),
    "checkout.totals": (CheckoutTotals, TOTALS, "shop-1/2026-11-21"),
    "restock.alerts": (RestockAlert, ALERT, "shop-1/milk"),
    "till.status": (TillStatus, STATUS, "shop-1/till-1"),
}


def newest(topic: str, *values: dict[str, Any] | bytes | None, key: str = "") -> Newest:
    """What the sink keeps of some values under the topic's example key, or another."""
    held = Newest(DERIVED_BY_TOPIC[topic])
    held.add(
        Record(
            topic,
            offset,
            json.dumps(value).encode() if isinstance(value, dict) else value,
            key=(key or VALUES[topic][2]).encode(),
        )
        for offset, value in enumerate(values)
    )
    return held


def errors_of(held: Newest) -> list[str]:
    """What was said of the malformed records."""
    return [misfit.error for misfit in held.misfits]


@pytest.mark.parametrize("topic", VALUES)
def test_a_row_holds_what_the_contract_says(topic: str) -> None:
    model, value, _ = VALUES[topic]
    table = DERIVED_BY_TOPIC[topic]
    held = newest(topic, value | {"a_later_field": 1})
    assert not held.misfits
    (row,) = held.rows.values()
    found = dict(zip(table.columns, row, strict=True))
    assert set(found) == set(model.model_fields), "a field of the contract has no column"
    said = json.loads(msgspec.json.encode(found))
    reference = model.model_validate_json(json.dumps(value)).model_dump_json()
    assert model.model_validate(said, strict=False) == model.model_validate_json(reference)


@pytest.mark.parametrize("topic", VALUES)
@pytest.mark.parametrize("value", [b"", b"{}", b"\xff", b'{"version": 1}', b"[" * 100_000])
def test_a_malformed_derived_record_is_set_apart_by_its_place(topic: str, value: bytes) -> None:
    good = VALUES[topic][1]
    held = newest(topic, value, good)
    assert [error.split(" ")[0] for error in errors_of(held)] == [f"{topic}-0-0"]
    assert len(held.rows) == 1, "its neighbour was lost"


@pytest.mark.parametrize("topic", VALUES)
def test_a_row_under_another_key_than_its_own_is_malformed(topic: str) -> None:
    held = newest(topic, VALUES[topic][1], key="shop-2/milk")
    assert not held.rows
    assert "has the key b'shop-2/milk'" in errors_of(held)[0]


@pytest.mark.parametrize("topic", VALUES)
def test_a_row_whose_id_holds_markup_is_set_apart(topic: str) -> None:
    spoiled = VALUES[topic][1] | {"location_id": "<p>"}
    held = newest(topic, spoiled, key=VALUES[topic][2].replace("shop-1", "<p>"))
    assert held.misfits and not held.rows


def test_a_tills_day_has_the_till_in_its_key() -> None:
    held = newest("checkout.totals", TOTALS | {"till_id": "till-1"}, key="shop-1/till-1/2026-11-21")
    assert list(held.rows) == [("shop-1", "till-1", date(2026, 11, 21))]


@pytest.mark.parametrize("field", list(LEVEL))
def test_a_level_without_one_of_its_fields_is_malformed(field: str) -> None:
    held = newest("stock.levels", {name: LEVEL[name] for name in LEVEL if name != field})
    assert held.misfits and not held.rows


@pytest.mark.parametrize("on_hand", [-(2**53), 2**53, 2**63, 10**30])
def test_a_number_beyond_what_we_say_is_malformed(on_hand: int) -> None:
    held = newest("stock.levels", LEVEL | {"on_hand": on_hand}, LEVEL)
    assert len(held.misfits) == 1 and len(held.rows) == 1


def test_a_time_that_no_reader_can_hold_is_malformed() -> None:
    late = "9999-12-31T23:59:59-12:00"
    assert newest("stock.levels", LEVEL | {"as_of": late}).misfits
    assert newest("restock.alerts", ALERT | {"cleared_at": late}).misfits


def test_only_the_newest_version_of_a_key_is_written_whatever_the_order() -> None:
    older = LEVEL | {"version": 6, "on_hand": 5}
    rows = newest("stock.levels", older, LEVEL, older).rows
    assert [(row[1], row[2]) for row in rows.values()] == [("milk", -1)]


@pytest.mark.parametrize(
    ("topic", "key", "ident"),
    [
        ("stock.levels", "shop-1/milk", ("shop-1", "milk")),
        ("till.status", "shop-1/till-1", ("shop-1", "till-1")),
        ("checkout.totals", "shop-1/2026-11-21", ("shop-1", None, date(2026, 11, 21))),
        ("checkout.totals", "shop-1/t/2026-11-21", ("shop-1", "t", date(2026, 11, 21))),
    ],
)
def test_a_tombstone_says_which_row_is_gone(
    topic: str, key: str, ident: tuple[object, ...]
) -> None:
    assert newest(topic, None, key=key).gone == {ident}


@pytest.mark.parametrize("topic", VALUES)
@pytest.mark.parametrize("key", ["x", "a/b/c/d", "shop 1/milk"])
def test_a_tombstone_whose_key_cannot_be_read_is_malformed(topic: str, key: str) -> None:
    held = newest(topic, None, key=key)
    assert held.misfits and not held.gone


@pytest.mark.parametrize("key", ["a/20261121", "a/2026-13-01", "a/t/x", "a//2026-11-21"])
def test_a_tombstone_of_a_day_that_is_none_is_malformed(key: str) -> None:
    assert newest("checkout.totals", None, key=key).misfits


def test_after_a_tombstone_a_record_counts_whatever_its_version() -> None:
    held = newest("stock.levels", LEVEL, None, LEVEL | {"version": 1, "on_hand": 4})
    assert [row[2] for row in held.rows.values()] == [4]
    assert held.gone == {("shop-1", "milk")}, "the older row of the table must go first"


def test_a_tombstone_at_the_end_leaves_nothing() -> None:
    held = newest("stock.levels", LEVEL, None)
    assert not held.rows and held.gone == {("shop-1", "milk")}


def test_a_flood_of_malformed_records_is_counted_and_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(derived, "MISFITS_KEPT", 3)
    held = newest("stock.levels", *[b"{}"] * 10)
    assert held.misfits_met == 10
    assert [misfit.record.offset for misfit in held.misfits] == [7, 8, 9]
