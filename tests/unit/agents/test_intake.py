from typing import Any

import pytest

from tables.offsets import OffsetSeen
from tables.times import microseconds
from tests.unit.agents.partition_world import PARTITIONS, SHOP, World, after, line, receipt, said
from topics.partitioning import partition_of
from topics.registry import INPUTS, TILL_EVENTS

SALE = said("cart_completed", 1, **receipt(line()))
LOCATION = {"location_id": SHOP, "name": "Shop", "kind": "shop", "time_zone": "UTC"}


def without(event: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != name}


@pytest.mark.parametrize(
    "bad",
    [
        b"{",
        b"",
        None,
        without(SALE, "till_id"),
        SALE | {"type": "cart_stolen"},
        SALE | {"lines": [line(quantity=-1)]},
        SALE | {"sequence": 0},
    ],
    ids=["json", "empty", "none", "field", "type", "quantity", "sequence"],
)
def test_a_malformed_event_becomes_a_dead_letter_and_its_neighbours_count(bad: Any) -> None:
    world = World()
    world.sell(said("till_heartbeat", 1), bad, said("cart_completed", 2, **receipt(line())))
    (letter,) = world.dead(TILL_EVENTS.name)
    headers = dict(letter.headers)
    assert (headers["reason"], headers["source"]) == (
        b"malformed",
        f"till.cart-events-{partition_of(SHOP, PARTITIONS)}-1".encode(),
    )
    assert headers["error"]
    assert (world.totals().receipts, world.till().last_sequence) == (1, 2)
    assert world.tally.counts[-1].dead_letters == {(TILL_EVENTS.name, "malformed"): 1}


def test_a_dead_letter_is_the_original_bytes_with_the_original_headers_sent_once() -> None:
    world = World()
    record = world.record(TILL_EVENTS.name, b"\xff{", headers=[("trace", b"7")])
    world.give_records(TILL_EVENTS.name, [record])
    world.sell(said("till_heartbeat", 1))
    (letter,) = world.dead(TILL_EVENTS.name)
    assert (letter.key, letter.value) == (record.key, record.value)
    assert ("trace", b"7") in letter.headers


@pytest.mark.parametrize("spec", [s for s in INPUTS if s.by_location], ids=lambda s: s.name)
def test_what_lies_in_another_partition_than_its_locations_is_a_dead_letter(spec: Any) -> None:
    values = {
        "till.cart-events": SALE,
        "cdc.stock-movements": {
            "movement_id": "m",
            "location_id": SHOP,
            "sku": "milk",
            "quantity": 1,
            "reason": "delivery",
            "occurred_at": after(0).isoformat(),
        },
        "cdc.assortment": {
            "location_id": SHOP,
            "sku": "milk",
            "listed": True,
            "reorder_point": 1,
            "order_up_to": 2,
        },
        "cdc.locations": LOCATION,
        "till.upkeep": {
            "type": "till_forgotten",
            "location_id": SHOP,
            "till_id": "till-1",
            "up_to_epoch": 1,
            "after_offset": 0,
            "decided_by": "ops",
            "decided_at": after(0).isoformat(),
        },
    }
    world = World(partition=(partition_of(SHOP, PARTITIONS) + 1) % PARTITIONS)
    world.give(spec.name, values[spec.name])
    (letter,) = world.dead(spec.name)
    assert dict(letter.headers)["reason"] == b"wrong_partition"
    assert set(world.sent) == {spec.name + ".dead-letter"}
    assert list(world.state.scan("")) == []


def test_products_lie_by_sku_and_only_malformed_ones_are_dead() -> None:
    world = World()
    product = {
        "sku": "milk",
        "name": "Milk",
        "category": "dairy",
        "unit": "each",
        "price_minor": 99,
        "currency": "EUR",
        "tax_basis_points": 700,
    }
    world.give("cdc.products", product, None, product | {"unit": "litre"})
    assert len(world.dead("cdc.products")) == 1


def test_events_of_an_unknown_location_are_applied_and_counted() -> None:
    world = World()
    world.sell(SALE)
    assert world.tally.counts[-1].unknown_location == 1
    world.give("cdc.locations", LOCATION)
    world.restart()
    world.sell(said("cart_completed", 2, **receipt(line(), cart="c-2")))
    assert (world.tally.counts[-1].unknown_location, world.totals().receipts) == (0, 2)
    world.give("cdc.locations", None)
    world.sell(said("till_heartbeat", 3))
    assert world.tally.counts[-1].unknown_location == 1, "a location that is gone is still known"


def test_a_batch_tells_how_old_its_events_are_and_what_was_sold() -> None:
    world = World()
    world.sell(SALE, said("till_heartbeat", 2, 3), said("till_heartbeat", 2, 9))
    counts = world.tally.counts[-1]
    assert counts.events == {"cart_completed": 1, "till_heartbeat": 1}
    assert counts.oldest_at_us == microseconds(after(0))
    assert counts.newest_at_us == microseconds(after(3))
    assert counts.newest_event_seconds == {SHOP: after(3).timestamp()}
    assert (counts.receipts, counts.net_sales_minor) == ({SHOP: 1}, {SHOP: 100})
    world.restart()
    assert world.tally.counts[-1].newest_event_seconds == {SHOP: after(3).timestamp()}


def test_a_record_that_the_state_holds_stops_the_fold() -> None:
    world = World()
    record = world.record(TILL_EVENTS.name, SALE)
    world.give_records(TILL_EVENTS.name, [record])
    with pytest.raises(OffsetSeen):
        world.give_records(TILL_EVENTS.name, [record])
