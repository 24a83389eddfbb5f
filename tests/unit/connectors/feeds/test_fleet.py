"""Each store has what concerns it, and nothing else, whatever comes in whatever order."""

import json
from datetime import timedelta

import pytest

from connectors.feeds.feed import Feed
from connectors.feeds.fleet import Fleet
from connectors.feeds.rows import UntellableRow
from tests.feed_company import (
    HERE,
    NOW,
    THERE,
    StoreCopy,
    assortment,
    bought,
    customer,
    deleted,
    document,
    employee,
    follow,
    moved,
    offer,
    price,
    product,
    rule_table,
    tell,
    told,
    write,
)


def test_a_product_goes_with_its_prices_where_it_is_listed() -> None:
    fleet = tell(
        Fleet(),
        product("milk"),
        product("tea"),
        price("p-1", "milk"),
        price("p-2", "tea"),
        price("p-3", "milk", location_id=THERE),
        assortment(HERE, "milk"),
        assortment(THERE, "tea"),
    )
    assert set(told(fleet)) == {"product/milk", "price/p-1", "assortment/milk"}
    assert set(told(fleet, THERE)) == {"product/tea", "price/p-2", "assortment/tea"}


def test_a_product_that_moved_somewhere_stays_there_after_it_is_delisted() -> None:
    listed = assortment(HERE, "milk")
    fleet = tell(Fleet(), product("milk"), listed, moved(HERE, "milk"), deleted(listed))
    assert set(told(fleet)) == {"product/milk"}
    assert set(told(tell(fleet, moved(HERE, "milk", gone=True)))) == set()


def test_what_is_listed_after_its_product_was_told_goes_with_it() -> None:
    fleet, feed, store = tell(Fleet(), product("milk"), price("p-1", "milk")), Feed(HERE, "f"), []
    fleet.is_followed = True
    tell(fleet, assortment(HERE, "milk"))
    store = StoreCopy()
    store.apply(follow(fleet, feed))
    assert set(store.rows) == {"product/milk", "price/p-1", "assortment/milk"}
    tell(fleet, deleted(assortment(HERE, "milk")))
    store.apply(follow(fleet, feed))
    assert not store.rows


def test_an_employee_goes_where_they_work_and_no_store_learns_where_else() -> None:
    fleet = tell(Fleet(), employee("ann", HERE, THERE), employee("bob", THERE))
    assert set(told(fleet)) == {"employee/ann"}
    assert told(fleet)["employee/ann"]["locations"] == [HERE]
    assert "shop-2" not in json.dumps(told(fleet))


def test_who_moves_or_is_dismissed_leaves() -> None:
    fleet, feed, store = tell(Fleet(), employee("ann", HERE)), Feed(HERE, "f"), StoreCopy()
    store.apply(write(fleet, feed))
    fleet.is_followed = True
    tell(fleet, employee("ann", THERE))
    store.apply(follow(fleet, feed))
    assert not store.rows
    store.apply(follow(tell(fleet, employee("ann", HERE)), feed))
    assert set(store.rows) == {"employee/ann"}
    store.apply(follow(tell(fleet, employee("ann", HERE, active=False)), feed))
    assert not store.rows


def test_a_change_that_concerns_another_store_alone_says_nothing_here() -> None:
    fleet, feed = tell(Fleet(), employee("ann", HERE)), Feed(HERE, "f")
    write(fleet, feed)
    fleet.is_followed = True
    tell(fleet, employee("ann", HERE, THERE), product("tea"), offer("o-1", THERE))
    assert follow(fleet, feed) == []


def test_a_customer_goes_where_they_bought_until_they_stay_away() -> None:
    fleet = tell(Fleet(), customer("c-1"), customer("c-2"), bought(HERE, "c-1"))
    assert set(told(fleet)) == {"customer/c-1"}
    assert not told(fleet, THERE)
    fleet.now = NOW + timedelta(days=391)
    assert not told(fleet), "somebody who has not come for 400 days"


def test_a_sale_that_names_a_customer_before_their_row_is_told_waits_for_it() -> None:
    fleet, feed = tell(Fleet(), bought(HERE, "c-1")), Feed(HERE, "f")
    write(fleet, feed)
    fleet.is_followed = True
    said = follow(tell(fleet, customer("c-1")), feed)
    assert [each.key for each in said] == [b"customer/c-1"]


def test_a_table_for_some_locations_goes_to_those_and_names_no_other() -> None:
    fleet = tell(Fleet(), rule_table("off5", 1), rule_table("off5", 2, HERE, THERE))
    assert told(fleet)["rule_table/off5/2"]["locations"] == [HERE]
    assert set(told(fleet, "shop-3")) == {"rule_table/off5/1"}


def test_a_future_price_is_sent_ahead_and_says_from_when_it_holds() -> None:
    ahead = price("p-9", "milk", valid_from="2027-01-01T00:00:00+01:00")
    fleet = tell(Fleet(), product("milk"), assortment(HERE, "milk"), ahead)
    said = {each.key: json.loads(each.value or b"") for each in write(fleet, Feed(HERE, "f"))}
    assert said[b"price/p-9"]["valid_from"] == "2026-12-31T23:00:00Z"


def test_a_price_that_ended_or_was_replaced_long_ago_leaves() -> None:
    fleet = tell(
        Fleet(),
        product("milk"),
        assortment(HERE, "milk"),
        price("old", "milk", valid_from="2026-01-01T00:00:00Z"),
        price("new", "milk", valid_from="2026-11-01T00:00:00Z"),
        price("over", "milk", valid_from="2026-02-01T00:00:00Z", valid_to="2026-03-01T00:00:00Z"),
        price("own", "milk", valid_from="2026-01-02T00:00:00Z", location_id=HERE),
    )
    prices = {key for key in told(fleet) if key.startswith("price/")}
    assert prices == {"price/new", "price/own"}, "one of the store's own is replaced by its own"


def test_a_price_that_is_moved_to_another_product_is_told_once() -> None:
    before, after = price("p-1", "milk"), price("p-1", "tea", changed_ms=2)
    both = (product("milk"), product("tea"), assortment(HERE, "milk"), assortment(HERE, "tea"))
    for moves in ((deleted(before), after), (after, deleted(before))):
        fleet = tell(Fleet(), *both, before, *moves)
        assert told(fleet)["price/p-1"]["sku"] == "tea"


def test_a_document_goes_to_its_store_until_it_is_long_done_with() -> None:
    fleet = tell(Fleet(), document("d-1", HERE), document("d-2", HERE, state="closed"))
    assert set(told(fleet)) == {"document/d-1", "document/d-2"}
    assert not told(fleet, THERE)
    fleet.now = NOW + timedelta(days=120)
    assert set(told(fleet)) == {"document/d-1"}, "one that is open waits for as long as it takes"


def test_columns_of_the_next_release_go_down_whole() -> None:
    fleet = tell(Fleet(), product("milk", shelf="a7"), assortment(HERE, "milk"))
    assert told(fleet)["product/milk"]["shelf"] == "a7"
    assert "__source_ts_ms" not in told(fleet)["assortment/milk"]


@pytest.mark.parametrize(
    ("topic", "key", "value"),
    [
        ("cdc.products", b"milk", b"\xff"),
        ("cdc.products", b"milk", b"[]"),
        ("cdc.products", b"milk", b"{}"),
        ("cdc.products", b"milk", b'{"sku":"<b>milk</b>"}'),
        ("cdc.prices", b"milk", b'{"sku":"milk","price_id":"p","valid_from":"soon"}'),
        ("cdc.employees", b"a", b'{"employee_id":"a","active":true,"locations":7}'),
        ("stock.levels", b"\xff", b"{}"),
        ("cdc.devices", b"shop-1", b"{}"),
        ("tillstream.store-customers", b"shop-1/c", b"nothing"),
    ],
)
def test_what_nobody_can_read_is_refused_and_changes_nothing(
    topic: str, key: bytes, value: bytes
) -> None:
    fleet = tell(Fleet(), product("milk"), assortment(HERE, "milk"))
    before = told(fleet)
    with pytest.raises(UntellableRow):
        fleet.hear(topic, key, value)
    assert told(fleet) == before


def test_a_row_that_is_sent_again_behind_a_newer_one_changes_nothing() -> None:
    first, second = price("p-1", "milk", 100, 1), price("p-1", "milk", 200, 2)
    fleet = tell(Fleet(), product("milk"), assortment(HERE, "milk"), first, second)
    assert told(tell(fleet, first))["price/p-1"]["price_minor"] == 200
    tell(fleet, deleted(second, 3))
    assert "price/p-1" not in told(tell(fleet, first, second)), "what was deleted came back"
    assert "price/p-1" in told(tell(fleet, price("p-1", "milk", 300, 4)))
