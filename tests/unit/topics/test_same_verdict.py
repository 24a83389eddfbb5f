"""The fast decoders and the reference models accept and refuse the same bytes."""

import json
from datetime import date, datetime
from typing import Any, NoReturn

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from tests.unit.topics import examples
from tests.unit.topics.spoiling import spoiled
from topics import wire, wire_derived
from topics.changes import AssortmentPolicy, Location, Product, StockMovement
from topics.derived import (
    CheckoutTotals,
    LevelOfProduct,
    ProductStock,
    RestockAlert,
    StockLevel,
    TillStatus,
)
from topics.events import till_event_adapter
from topics.upkeep import till_upkeep_adapter

PAIRS: dict[str, tuple[wire.Decoder[Any], TypeAdapter[Any], list[dict[str, Any]]]] = {
    "till event": (wire.decode_till_event, till_event_adapter, examples.TILL_EVENTS),
    "movement": (wire.decode_movement, TypeAdapter(StockMovement), [examples.MOVEMENT]),
    "policy": (wire.decode_policy, TypeAdapter(AssortmentPolicy), [examples.POLICY]),
    "location": (wire.decode_location, TypeAdapter(Location), [examples.LOCATION]),
    "upkeep": (wire.decode_till_upkeep, till_upkeep_adapter, examples.UPKEEP),
    "product": (wire.decode_product, TypeAdapter(Product), [examples.PRODUCT]),
    "level": (wire_derived.decode_level, TypeAdapter(StockLevel), [examples.LEVEL]),
    "product stock": (
        wire_derived.decode_product_stock,
        TypeAdapter(ProductStock),
        [examples.PRODUCT_STOCK],
    ),
    "level of a product": (
        wire_derived.decode_level_of_product,
        TypeAdapter(LevelOfProduct),
        examples.LEVELS_OF_PRODUCT,
    ),
    "totals": (wire_derived.decode_totals, TypeAdapter(CheckoutTotals), examples.ALL_TOTALS),
    "alert": (wire_derived.decode_alert, TypeAdapter(RestockAlert), examples.ALERTS),
    "status": (wire_derived.decode_status, TypeAdapter(TillStatus), [examples.STATUS]),
}


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def plain(value: Any) -> Any:
    """A struct or a model as plain values that can be compared."""
    if isinstance(value, BaseModel):
        value = value.model_dump(by_alias=True)
    return _with_lists(msgspec.to_builtins(value, builtin_types=(datetime, date)))


def _with_lists(value: Any) -> Any:
    """An array of JSON is one, whether it was read as a list or as a tuple."""
    if isinstance(value, dict):
        return {name: _with_lists(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_lists(inner) for inner in value]
    return value


def by_reference(adapter: TypeAdapter[Any], value: bytes) -> Any:
    """What RFC 8259 and the model make of the bytes; None where either refuses."""
    try:
        json.loads(value.decode(), parse_constant=_refuse)
        return plain(adapter.validate_json(value))
    except ValueError:
        return None


def by_wire(decode: wire.Decoder[Any], value: bytes) -> Any:
    """What the workers make of the bytes; None where they refuse."""
    try:
        return plain(decode(value))
    except wire.Refused as refusal:
        assert str(refusal), "a refusal without words leaves the dead letter unexplained"
        return None


def assert_same(kind: str, value: bytes) -> None:
    decode, adapter, _ = PAIRS[kind]
    assert by_wire(decode, value) == by_reference(adapter, value), (
        f"the wire decoder (left) and the reference model judge {kind} {value!r} differently"
    )


@pytest.mark.parametrize("kind", PAIRS)
def test_valid_values_are_accepted_by_both(kind: str) -> None:
    decode, _, valid = PAIRS[kind]
    for value in valid:
        written = json.dumps(value).encode()
        assert by_wire(decode, written) is not None, f"a valid {kind} was refused"
        assert_same(kind, written)


@given(spoiled(examples.TILL_EVENTS))
@settings(max_examples=600, deadline=None)
def test_spoiled_till_events_get_the_same_verdict(value: bytes) -> None:
    assert_same("till event", value)


@given(spoiled([examples.MOVEMENT]))
@settings(max_examples=200, deadline=None)
def test_spoiled_movements_get_the_same_verdict(value: bytes) -> None:
    assert_same("movement", value)


@given(spoiled([examples.POLICY]))
@settings(max_examples=200, deadline=None)
def test_spoiled_policies_get_the_same_verdict(value: bytes) -> None:
    assert_same("policy", value)


@given(spoiled([examples.LOCATION]))
@settings(max_examples=200, deadline=None)
def test_spoiled_locations_get_the_same_verdict(value: bytes) -> None:
    assert_same("location", value)


@given(spoiled(examples.UPKEEP))
@settings(max_examples=200, deadline=None)
def test_spoiled_decisions_get_the_same_verdict(value: bytes) -> None:
    assert_same("upkeep", value)


@given(spoiled([examples.PRODUCT]))
@settings(max_examples=200, deadline=None)
def test_spoiled_products_get_the_same_verdict(value: bytes) -> None:
    assert_same("product", value)


@given(spoiled([examples.LEVEL]))
@settings(max_examples=200, deadline=None)
def test_spoiled_levels_get_the_same_verdict(value: bytes) -> None:
    assert_same("level", value)


@given(spoiled([examples.PRODUCT_STOCK]))
@settings(max_examples=200, deadline=None)
def test_spoiled_stocks_of_products_get_the_same_verdict(value: bytes) -> None:
    assert_same("product stock", value)


@given(spoiled(examples.LEVELS_OF_PRODUCT))
@settings(max_examples=200, deadline=None)
def test_spoiled_levels_of_products_get_the_same_verdict(value: bytes) -> None:
    assert_same("level of a product", value)


@given(spoiled(examples.ALL_TOTALS))
@settings(max_examples=200, deadline=None)
def test_spoiled_totals_get_the_same_verdict(value: bytes) -> None:
    assert_same("totals", value)


@given(spoiled(examples.ALERTS))
@settings(max_examples=200, deadline=None)
def test_spoiled_alerts_get_the_same_verdict(value: bytes) -> None:
    assert_same("alert", value)


@given(spoiled([examples.STATUS]))
@settings(max_examples=200, deadline=None)
def test_spoiled_statuses_get_the_same_verdict(value: bytes) -> None:
    assert_same("status", value)


def _each_field_spoiled() -> list[tuple[str, bytes]]:
    from tests.unit.topics import spoiling

    cases: list[tuple[str, bytes]] = []
    odd = [json.dumps(text) for text in spoiling.TIMES + spoiling.DATES + spoiling.IDS]
    odd += [json.dumps(text) for text in spoiling.TEXTS] + spoiling.NUMBERS + spoiling.RAW
    odd += ["null", "true", "[]", "{}", '"1"']
    for kind, (_, _, valid) in PAIRS.items():
        for value in valid:
            for name in [*value, "unknown"]:
                written = json.dumps(value | {name: "@"})
                cases += [(kind, written.replace('"@"', text).encode()) for text in odd]
    return cases


def test_every_field_with_every_odd_value_gets_the_same_verdict() -> None:
    for kind, value in _each_field_spoiled():
        assert_same(kind, value)


@given(spoiled(examples.TILL_EVENTS), spoiled(examples.TILL_EVENTS))
@settings(max_examples=200, deadline=None)
def test_a_name_given_twice_counts_as_its_last_value_or_is_refused(a: bytes, b: bytes) -> None:
    doubled = a[:-1] + b"," + b[1:]
    accepted = by_wire(wire.decode_till_event, doubled)
    if accepted is not None:
        assert accepted == by_reference(till_event_adapter, doubled), (
            "the workers booked a value that other readers of the same bytes do not see"
        )


@pytest.mark.parametrize("depth", [150, 1_000, 100_000])
def test_deep_nesting_is_a_verdict_and_not_a_crash(depth: int) -> None:
    value = json.dumps(examples.TILL_EVENTS[0])[:-1] + ', "x": ' + "[" * depth + "]" * depth + "}"
    verdict = by_wire(wire.decode_till_event, value.encode())
    assert (verdict is not None) == (depth < 200)


def test_a_tombstone_is_refused_in_words() -> None:
    with pytest.raises(wire.Refused, match="tombstone"):
        wire.decode_movement(None)


def test_times_are_kept_in_utc_whatever_offset_they_came_with() -> None:
    written = json.dumps(examples.MOVEMENT | {"occurred_at": "2026-11-21T01:30:00+02:00"})
    movement = wire.decode_movement(written.encode())
    assert movement.occurred_at.isoformat() == "2026-11-20T23:30:00+00:00"


@given(st.lists(st.integers(0, 4), max_size=5))
def test_line_numbers_may_come_in_any_order_but_only_once(numbers: list[int]) -> None:
    sale = next(event for event in examples.TILL_EVENTS if event["type"] == "cart_completed")
    lines = [examples.LINE | {"line_no": number} for number in numbers]
    value = json.dumps(sale | {"lines": lines}).encode()
    assert_same("till event", value)
    accepted = by_wire(wire.decode_till_event, value) is not None
    assert accepted == (len(set(numbers)) == len(numbers))


def test_an_id_is_checked_again_after_the_memory_of_good_ones_was_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from topics import quick_checks

    monkeypatch.setattr(quick_checks, "IDS_REMEMBERED", 3)
    quick_checks.good_ids.clear()  # an id that another test has left there would not be a new one
    for sku in ["a", "b", "c", "d", "a b", "a"]:
        value = json.dumps(examples.TILL_EVENTS[1] | {"line": examples.LINE | {"sku": sku}})
        assert_same("till event", value.encode())
    assert len(quick_checks.good_ids) <= 5, "ids that a till makes up would fill the memory"


@pytest.mark.parametrize(
    "unknown",
    [b'"x": "\xff\xfe"', b'"\xff": 1', b'"x": "\xed\xa0\x80"', b'"x": "\xc0\x80"', b'"x": NaN'],
)
def test_what_is_not_utf_8_or_json_is_refused_even_in_an_unknown_field(unknown: bytes) -> None:
    value = json.dumps(examples.TILL_EVENTS[0]).encode()[:-1] + b", " + unknown + b"}"
    assert_same("till event", value)
    assert by_wire(wire.decode_till_event, value) is None
