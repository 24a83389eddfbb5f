"""All feeds together: what is lost, what is wrong with a clock, and whose stores are whose."""

import json
from datetime import timedelta

from connectors.feeds.rows import KIND_OF_TOPIC, DownRow
from connectors.feeds.told import InputsLost, ToldStores
from tests.feed_company import HERE, NOW, THERE, Record, assortment, price, product

NOW_MS = int(NOW.timestamp() * 1000)


def heard(told: ToldStores, *records: Record, time_ms: int = NOW_MS) -> ToldStores:
    for topic, key, row in records:
        told.hear(topic, key.encode(), json.dumps(row).encode(), time_ms)
    return told


def keys(told: ToldStores, location_id: str) -> set[str]:
    """What a store is told, once all is looked at."""
    told.compare(location_id)
    list(told.lots([location_id], 1_000))
    return set(told.feeds[location_id].keys())


def test_a_clock_that_is_a_year_ahead_takes_no_price_from_anybody() -> None:
    ahead = price("p-2", "milk", valid_from="2027-02-01T00:00:00Z")
    ending = price("p-1", "milk", valid_to="2027-01-01T00:00:00Z")
    told = heard(
        ToldStores(lambda topic, why: None),
        product("milk"),
        assortment(HERE, "milk"),
        ahead,
        ending,
    )
    told.add([HERE])
    told.set_clock(NOW)
    before = keys(told, HERE)
    told.set_clock(NOW + timedelta(days=365))
    assert keys(told, HERE) == before
    heard(told, product("tea"), time_ms=NOW_MS + 60 * 86_400_000)
    told.set_clock(NOW + timedelta(days=365))
    assert "price/p-1" not in keys(told, HERE), "that time has come, by others' clocks as well"


def test_of_several_processes_each_keeps_what_is_its_own() -> None:
    told = ToldStores(lambda topic, why: None, lambda each: each == HERE)
    heard(told, product("milk"), assortment(HERE, "milk"), assortment(THERE, "milk"))
    told.add([HERE, THERE])
    told.set_clock(NOW)
    assert keys(told, HERE) == {"product/milk", "assortment/milk"}
    assert keys(told, THERE) == set()


def test_what_stores_were_told_is_not_taken_back_because_a_topic_was_lost() -> None:
    told = ToldStores(lambda topic, why: None)
    told.add(["shop-1"])
    list(told.feeds["shop-1"].say({"product/milk": DownRow(b"{}")}))
    ends = dict.fromkeys(KIND_OF_TOPIC, 0)
    told.require_inputs({**ends, "cdc.products": 1})
    try:
        told.require_inputs(ends)
    except InputsLost as fault:
        assert "product" in str(fault)
    else:
        raise AssertionError("it would have told every store that it has nothing")
