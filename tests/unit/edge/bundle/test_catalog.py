"""What a till is told by its catalog."""

from datetime import timedelta
from typing import Any

import pytest

from edge.bundle.errors import UnfitBundle
from edge.bundle.form import canonical_row
from edge.bundle.trying import tried
from tests.unit.edge.bundle.catalogs import (
    HERE,
    HOUR,
    NOON,
    catalog,
    offer,
    price,
    product,
    table,
    timed,
    whole,
)

TICK = timedelta(microseconds=1)


def test_a_product_is_found_by_sku_and_by_gtin_of_any_length() -> None:
    held = catalog(product("tea", gtin="4006381333931"), product("4006381333931x"))
    for code in ("tea", "4006381333931", "04006381333931"):
        found = held.product(code)
        assert found and found.sku == "tea", code
    assert held.product("4006381333932") is None
    assert held.product("") is None


def test_of_two_with_one_gtin_the_one_that_took_the_others_place_is_sold() -> None:
    old, new = product("z", gtin="42"), product("a", gtin="42", replaces_sku="z")
    found = catalog(old, new).product("42")
    assert found and found.sku == "a"
    old, new = product("a", gtin="42"), product("z", gtin="42", replaces_sku="a")
    found = catalog(old, new).product("42")
    assert found and found.sku == "z"


def test_the_products_own_price_holds_where_no_other_does() -> None:
    held = catalog(product("tea"), price("p", 200, NOON, valid_to=NOON + HOUR))
    assert held.price_of("tea", NOON - TICK) == (300, "EUR", None)
    assert held.price_of("tea", NOON) == (200, "EUR", "p")
    assert held.price_of("tea", NOON + HOUR - TICK) == (200, "EUR", "p")
    assert held.price_of("tea", NOON + HOUR) == (300, "EUR", None), "its end is outside"
    assert held.price_of("unknown", NOON) is None


def test_of_prices_that_hold_the_stores_own_counts_and_then_the_one_that_began_last() -> None:
    held = catalog(
        product("tea"),
        price("old", 280, NOON - 2 * HOUR),
        price("promotion", 200, NOON, valid_to=NOON + HOUR),
        price("store", 250, NOON - HOUR, location_id=HERE, valid_to=NOON + HOUR / 2),
    )
    assert held.price_of("tea", NOON) == (250, "EUR", "store")
    assert held.price_of("tea", NOON + HOUR / 2) == (200, "EUR", "promotion")
    assert held.price_of("tea", NOON + HOUR) == (280, "EUR", "old")


def test_offers_are_of_the_product_or_its_category_and_have_their_time() -> None:
    held = catalog(
        product("tea"),
        product("soap", category="care"),
        offer("b", sku="tea", percent=10),
        offer("a", category="drinks", percent=5),
    )
    assert [each.offer_id for each in held.offers_of("tea", NOON)] == ["a", "b"]
    assert not held.offers_of("soap", NOON)
    assert not held.offers_of("tea", NOON + HOUR)


def test_a_recall_is_of_all_or_of_one_lot() -> None:
    lot = timed("recall", "r1", sku="tea", lot="7", reason="glass")
    held = catalog(product("tea"), lot)
    assert held.recall_of("tea", "8", NOON) is None
    assert held.recall_of("tea", None, NOON) is None
    found = held.recall_of("tea", "7", NOON)
    assert found and found.reason == "glass"
    everything = timed("recall", "r2", sku="tea", reason="salt")
    assert catalog(everything).recall_of("tea", None, NOON)
    assert not catalog(everything).recall_of("tea", None, NOON + HOUR)


def test_an_employee_is_found_by_the_cards_hash() -> None:
    row = {"employee_id": "e1", "card_hash": "a" * 64, "pin_hash": "scrypt$", "role": "cashier"}
    held = catalog((("employee", "e1"), canonical_row(row | {"limits": {"refund_minor": 5}})))
    found = held.employee("A" * 64)
    assert found and (found.role, found.limits) == ("cashier", {"refund_minor": 5})
    assert held.employee("b" * 64) is None


def test_variants_share_a_style() -> None:
    held = catalog(product("m", style="shirt", size="M"), product("l", style="shirt"), product("x"))
    assert {each.sku for each in held.variants("m")} == {"m", "l"}
    assert held.variants("x") == []
    assert held.tax_of("m") == 700


def test_of_a_table_the_version_counts_that_began_last_and_an_empty_one_ends_it() -> None:
    held = catalog(table(3), table(2, NOON + HOUR), table(4, NOON + 2 * HOUR, rows=[], tests=[]))
    assert not held.rule_tables(NOON - TICK)
    assert [each.version for each in held.rule_tables(NOON)] == [3]
    assert [each.version for each in held.rule_tables(NOON + HOUR)] == [2]
    assert not held.rule_tables(NOON + 2 * HOUR)


def test_kinds_and_fields_of_a_later_release_are_left_alone() -> None:
    later = (("weather", "today"), canonical_row({"rain": True}))
    assert tried(whole(product("tea", smell="good"), later), HERE).product("tea")


@pytest.mark.parametrize(
    "row",
    [
        product("tea", price_minor="300"),
        product("tea", price_minor=3.5),
        product("tea", price_minor=-1),
        price("p", 1, NOON, valid_from="2026-11-29T12:00:00"),
        offer("o", percent="5"),
    ],
)
def test_no_till_sells_by_a_bundle_with_a_row_that_it_cannot_read(row: object) -> None:
    with pytest.raises(UnfitBundle):
        tried(whole(row), HERE)  # type: ignore[arg-type]


def test_no_till_sells_by_the_bundle_of_another_store() -> None:
    with pytest.raises(UnfitBundle, match="shop-2"):
        tried(whole(product("tea"), location_id="shop-2"), HERE)


@pytest.mark.parametrize(
    "fields",
    [
        {"columns": []},
        {"tests": [{"test": "t", "given": {}, "expect": ["nobody"]}]},
        {"rows": [{"row": "a", "cells": ["1"]}, {"row": "a", "cells": ["2"]}]},
        {"rows": [{"row": "a", "cells": []}]},
        {"hit_policy": "priority"},
        {"rows": "none"},
    ],
)
def test_a_table_that_is_not_whole_or_that_nobody_can_read_is_passed_over(
    fields: dict[str, Any],
) -> None:
    rows = (product("tea"), table(1, NOON - HOUR), table(2, **fields))
    catalog = tried(whole(*rows), HERE)
    assert catalog.product("tea"), "one table kept all prices back"
    assert [each.version for each in catalog.rule_tables(NOON)] == [1]
    (refused,) = catalog.refused_tables
    assert refused.table == "discounts" and refused.why
