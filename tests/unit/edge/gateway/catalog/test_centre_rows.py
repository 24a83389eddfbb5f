"""Which of the centre's rows a store's tills are given."""

import json
from datetime import timedelta
from typing import Any

import pytest

from edge.bundle.catalog import TillCatalog
from edge.bundle.errors import UnfitBundle
from edge.bundle.form import ROW_BYTES_MAX
from edge.bundle.rows import BundledTable
from edge.bundle.trying import tried
from edge.gateway.catalog.centre_rows import PAST_KEPT, BadRow, CentreRows
from tests.unit.edge.bundle.catalogs import HERE, HOUR, NOON, whole

LONG_AGO = NOON - PAST_KEPT - HOUR


class Centre:
    """Tells rows as Debezium does."""

    def __init__(self) -> None:
        self.rows = CentreRows(HERE, self._try)
        self.unsound: set[int] = set()
        self.list_product("tea")

    def tell(self, topic: str, key: str, row: dict[str, Any] | None) -> bool:
        value = None if row is None else json.dumps(row, default=lambda at: at.isoformat()).encode()
        return self.rows.hear(topic, key.encode(), value)

    def list_product(self, sku: str, location: str = HERE, **fields: Any) -> bool:
        row = {"location_id": location, "sku": sku, "listed": True, "reorder_point": 1}
        return self.tell("cdc.assortment", location, {**row, "order_up_to": 2, **fields})

    def product(self, sku: str, **fields: Any) -> bool:
        row = {
            "sku": sku, "name": "Tea", "category": "drinks", "unit": "each", "price_minor": 300,
            "currency": "EUR", "tax_basis_points": 700, "cost_minor": 111, "supplier": "Leaf",
            "style": None,
        }  # fmt: skip
        return self.tell("cdc.products", sku, {**row, **fields})

    def _try(self, table: BundledTable) -> None:
        if table.version in self.unsound:
            raise UnfitBundle(f"table {table.table_name}, version {table.version}, row off5: gap")

    def price(self, price_id: str, **fields: Any) -> bool:
        row = {
            "sku": "tea", "location_id": None, "price_minor": 250, "currency": "EUR",
            "valid_from": NOON, "valid_to": None, "price_id": price_id,
        } | fields  # fmt: skip
        return self.tell("cdc.prices", row["sku"], row)

    def offer(self, offer_id: str, **fields: Any) -> bool:
        row = {
            "offer_id": offer_id, "location_id": HERE, "sku": "tea", "category": None, "percent": 5,
            "price_minor": None, "valid_from": NOON, "valid_to": NOON + HOUR,
        } | fields  # fmt: skip
        return self.tell("cdc.offers", row["location_id"], row)

    def employee(self, employee_id: str, **fields: Any) -> bool:
        row = {
            "employee_id": employee_id, "card_hash": "a" * 64, "pin_hash": "scrypt$",
            "role": "cashier", "limits": '{"refund_minor": 500}', "locations": [HERE],
            "active": True,
        } | fields  # fmt: skip
        return self.tell("cdc.employees", employee_id, row)

    def table(self, version: int, **fields: Any) -> bool:
        row = {
            "table_name": "discounts", "version": version, "hit_policy": "unique",
            "columns": '[{"name": "subtotal_minor", "part": "when", "type": "integer"}]',
            "rows": '[{"row": "off5", "cells": [">= 5000"]}]', "tests": "[]", "locations": [],
            "valid_from": NOON,
        } | fields  # fmt: skip
        return self.tell("cdc.rule-tables", "discounts", row)

    def ids(self, kind: str, later: timedelta = timedelta()) -> list[str]:
        chosen = self.rows.selected(NOON + later).rows
        return sorted(row_id for each, row_id in chosen if each == kind)

    def catalog(self) -> TillCatalog:
        return tried(whole(*self.rows.selected(NOON).rows.items()), HERE)


@pytest.fixture
def centre() -> Centre:
    return Centre()


def test_what_is_told_can_be_sold_by(centre: Centre) -> None:
    centre.product("tea", gtin="4006381333931")
    centre.price("p")
    centre.offer("o")
    centre.employee("e")
    centre.table(1)
    row = {"location_id": HERE, "name": "Corner", "kind": "shop", "time_zone": "Europe/Berlin"}
    centre.tell("cdc.locations", HERE, {**row, "region": None})
    recall = {"sku": "tea", "lot": "7", "reason": "glass", "valid_from": NOON, "recall_id": "r"}
    centre.tell("cdc.recalls", "tea", recall)
    catalog = centre.catalog()
    assert catalog.price_of("tea", NOON) == (250, "EUR", "p")
    assert [each.offer_id for each in catalog.offers_of("tea", NOON)] == ["o"]
    found = catalog.employee("a" * 64)
    assert found and found.limits == {"refund_minor": 500}
    assert [each.table_name for each in catalog.rule_tables(NOON)] == ["discounts"]
    assert catalog.location and catalog.location.name == "Corner"
    assert catalog.recall_of("tea", "7", NOON)


def test_what_it_costs_to_buy_and_from_whom_goes_to_no_till(centre: Centre) -> None:
    centre.product("tea")
    row = b"".join(centre.rows.selected(NOON).rows.values())
    assert b"cost" not in row and b"Leaf" not in row and b"null" not in row


def test_a_product_comes_with_the_assortment_whichever_is_told_first(centre: Centre) -> None:
    centre.product("soap")
    centre.price("p", sku="soap")
    assert not centre.ids("product") + centre.ids("price")
    centre.list_product("soap", "shop-2")
    assert not centre.ids("product")
    assert centre.list_product("soap")
    assert centre.ids("product") == ["soap"] and centre.ids("price") == ["p"]
    assert centre.list_product("soap", listed=False) is False
    assert centre.ids("product") == ["soap"], "what is sold no more may still come back"
    assert centre.list_product("soap", __deleted="true")
    assert not centre.ids("product") + centre.ids("price")


def test_what_is_of_other_places_is_not_given(centre: Centre) -> None:
    centre.product("tea")
    for told in (
        centre.price("p", location_id="shop-2"),
        centre.offer("o", location_id="shop-2"),
        centre.employee("e", locations=["shop-2"]),
        centre.employee("nowhere", locations=[]),
        centre.table(1, locations=["shop-2"]),
    ):
        assert not told
    assert [kind for kind, _ in centre.rows.selected(NOON).rows] == ["product"]


def test_who_is_let_in_no_more_or_moves_away_is_gone(centre: Centre) -> None:
    for fields in ({"active": False}, {"locations": ["shop-2"]}):
        assert centre.employee("e")
        assert centre.ids("employee") == ["e"]
        assert centre.employee("e", **fields)
        assert not centre.ids("employee")
    centre.employee("e")
    assert centre.tell("cdc.employees", "e", None)
    assert not centre.ids("employee")


def test_what_is_deleted_is_gone_by_tombstone_or_by_mark(centre: Centre) -> None:
    centre.product("tea")
    centre.price("p")
    assert centre.price("p", __deleted="true")
    assert not centre.ids("price")
    assert centre.tell("cdc.products", "tea", None)
    assert not centre.ids("product")


def test_a_price_that_moves_to_another_product_is_there_whichever_record_comes_first(
    centre: Centre,
) -> None:
    centre.list_product("soap")
    centre.price("p", sku="tea")
    centre.price("p", sku="soap")
    centre.price("p", sku="tea", __deleted="true")
    assert centre.ids("price") == ["p"]


def test_what_was_sent_back_behind_a_newer_one_changes_nothing(centre: Centre) -> None:
    centre.product("tea")
    assert centre.price("p", price_minor=1, __source_ts_ms=20)
    assert not centre.price("p", price_minor=2, __source_ts_ms=10)
    assert centre.catalog().price_of("tea", NOON) == (1, "EUR", "p")
    centre.price("p", __deleted="true", __source_ts_ms=30)
    assert not centre.price("p", price_minor=2, __source_ts_ms=25)
    assert not centre.ids("price")
    assert not centre.list_product("soap", __deleted="true", __source_ts_ms=5)
    assert not centre.list_product("soap", __source_ts_ms=4)


def test_the_same_again_is_no_news(centre: Centre) -> None:
    assert centre.product("tea")
    assert not centre.product("tea")
    assert not centre.list_product("tea", reorder_point=5)
    assert not centre.product("tea", cost_minor=5), "no till is told what it costs to buy"


def test_what_has_ended_or_was_replaced_long_ago_leaves(centre: Centre) -> None:
    centre.product("tea")
    centre.price("older", valid_from=LONG_AGO - HOUR)
    centre.price("base", valid_from=LONG_AGO)
    centre.price("here", valid_from=LONG_AGO - HOUR, location_id=HERE)
    centre.price("ended", valid_from=LONG_AGO - HOUR, valid_to=LONG_AGO)
    centre.price("just-ended", valid_from=LONG_AGO + HOUR, valid_to=NOON - HOUR)
    centre.price("future", valid_from=NOON + 1000 * HOUR)
    assert centre.ids("price") == ["base", "future", "here", "just-ended"]
    centre.table(1, valid_from=LONG_AGO - HOUR)
    centre.table(2, valid_from=LONG_AGO)
    centre.table(3, valid_from=NOON)
    assert centre.ids("rule_table") == ["discounts/2", "discounts/3"]
    centre.offer("o")
    assert centre.ids("offer") and not centre.ids("offer", PAST_KEPT + HOUR)


def test_the_last_good_version_of_a_table_stays_while_those_after_it_are_unsound(
    centre: Centre,
) -> None:
    """A till that is new, or was replaced, has it from nowhere else."""
    centre.product("tea")
    for version, age in enumerate((HOUR * 3, HOUR * 2, HOUR, 0 * HOUR), 1):
        centre.table(version, valid_from=LONG_AGO - age)
    centre.unsound = {3, 4}
    chosen = centre.rows.selected(NOON)
    assert centre.ids("rule_table") == [f"discounts/{version}" for version in (2, 3, 4)]
    assert centre.ids("product") == ["tea"], "a merchandiser's slip kept the products back"
    assert [each.version for each in chosen.refused] == [4, 3]
    assert "version 4, row off5: gap" in chosen.refused[0].why
    centre.table(5, valid_from=NOON + HOUR)
    assert len(centre.ids("rule_table")) == 4, "what has not begun has mended nothing"
    centre.table(5, valid_from=NOON)
    assert centre.ids("rule_table") == [f"discounts/{version}" for version in (2, 5)]
    assert not centre.rows.selected(NOON).refused, "what was mended is still complained of"
    centre.table(5, valid_from=NOON + 1000 * HOUR)
    centre.unsound = {3}
    assert centre.ids("rule_table") == ["discounts/4", "discounts/5"]
    assert not centre.rows.selected(NOON).refused


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        ("cdc.products", b"no json"), ("cdc.products", b"{}"), ("cdc.products", b"\xff"),
        ("cdc.prices", b'{"sku":"tea","price_minor":-1}'), ("cdc.assortment", b"[]"),
    ],
)  # fmt: skip
def test_a_row_that_nobody_can_read_changes_nothing(
    centre: Centre, topic: str, value: bytes
) -> None:
    centre.product("tea")
    before = centre.rows.selected(NOON)
    with pytest.raises(BadRow, match=topic):
        centre.rows.hear(topic, HERE.encode(), value)
    assert centre.rows.selected(NOON) == before


def test_a_number_that_no_bundle_can_carry_is_told_and_ends_nothing(centre: Centre) -> None:
    tests = json.dumps([{"test": "t", "given": {"quantity": 10**30}, "expect": []}])
    with pytest.raises(BadRow, match="discounts"):
        centre.table(1, tests=tests)
    assert centre.table(2), "nothing is heard after it"


def test_one_row_alone_cannot_fill_a_bundle(centre: Centre) -> None:
    with pytest.raises(BadRow, match="bytes"):
        centre.product("tea", name="x" * ROW_BYTES_MAX)


class Store(Centre):
    """Is told rows as its feed has them."""

    def __init__(self) -> None:
        self.rows = CentreRows(HERE, self._try)
        self.unsound: set[int] = set()

    def told(self, kind: str, row_id: str, row: dict[str, Any] | None) -> bool:
        value = None if row is None else json.dumps(row, default=lambda at: at.isoformat()).encode()
        return self.rows.hear_row(kind, row_id, value)


def test_a_feed_leads_to_the_catalog_that_the_centres_topics_lead_to() -> None:
    store, centre = Store(), Centre()
    tea = {"sku": "tea", "name": "Tea", "category": "drinks", "unit": "each", "price_minor": 300,
           "currency": "EUR", "tax_basis_points": 700}  # fmt: skip
    price = {"sku": "tea", "location_id": None, "price_minor": 250, "currency": "EUR",
             "valid_from": NOON, "valid_to": None, "price_id": "p-1"}  # fmt: skip
    centre.product("tea")
    centre.price("p-1")
    assert store.told("price", "p-1", price)
    assert store.told("product", "tea", {**tea, "cost_minor": 111, "supplier": "Leaf"})
    assert store.ids("product") == [], "it has not been listed"
    assert store.told("assortment", "tea", {"location_id": HERE, "sku": "tea"})
    chosen = store.rows.selected(NOON).rows
    assert chosen.keys() == {("product", "tea"), ("price", "p-1")}
    assert chosen == centre.rows.selected(NOON).rows
    assert not store.told("assortment", "tea", {"location_id": HERE, "sku": "tea"}), "no news"
    assert store.told("price", "p-1", None) and store.told("assortment", "tea", None)
    assert store.rows.selected(NOON).rows == {}


def test_a_feed_may_name_kinds_that_no_catalog_has_and_rows_that_nobody_can_read() -> None:
    store = Store()
    assert not store.told("loyalty_tier", "gold", {"tier": "gold"})
    assert not store.told("customer", "c-1", {"customer_id": "c-1"})
    with pytest.raises(BadRow) as fault:
        store.told("product", "tea", {"sku": "tea", "name": "Nobody may read this"})
    assert "Nobody" not in str(fault.value)
