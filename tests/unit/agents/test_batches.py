"""The result is that of the records, not of how they were batched or how often restarted."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.agents.partition_world import (
    SHOP,
    Fetched,
    World,
    after,
    line,
    receipt,
    returned,
    said,
)
from topics.registry import ASSORTMENT, STOCK_MOVEMENTS, TILL_EVENTS

SKUS = ("milk", "bread", "salt")

Step = tuple[str, Fetched]


def till_event(random: Random, sequence: int, till: str) -> dict[str, Any]:
    cart = f"c-{random.randrange(6)}"
    one = line(random.choice(SKUS), random.randrange(4), random.randrange(3))
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("cart_opened", {"cart_id": cart}),
        ("line_added", {"cart_id": cart, "line": one}),
        ("line_voided", {"cart_id": cart, "line_no": one["line_no"]}),
        ("cart_abandoned", {"cart_id": cart}),
        ("cart_completed", receipt(one, cart=cart)),
        ("goods_returned", returned(one, refund=10, restock=random.random() < 0.5)),
        ("till_heartbeat", {}),
    ]
    kind, added = random.choice(kinds)
    minutes = sequence * 5 + random.randrange(60)
    return said(kind, sequence, minutes, till=till, epoch=random.randrange(1, 3), **added)


def row(random: Random) -> tuple[str, dict[str, Any]]:
    sku = random.choice(SKUS)
    if random.random() < 0.5:
        policy: dict[str, Any] = {"location_id": SHOP, "sku": sku, "listed": random.random() < 0.8}
        return ASSORTMENT.name, policy | {"reorder_point": random.randrange(4), "order_up_to": 9}
    movement: dict[str, Any] = {
        "movement_id": f"m-{random.randrange(20)}",
        "location_id": SHOP,
        "sku": sku,
    }
    return STOCK_MOVEMENTS.name, movement | {
        "quantity": random.randrange(-3, 6),
        "reason": "adjustment",
        "occurred_at": after(random.randrange(300)).isoformat(),
    }


def history(random: Random, world: World) -> list[Step]:
    steps: list[Step] = []
    for _ in range(120):
        topic, value = (
            TILL_EVENTS.name,
            till_event(random, random.randrange(1, 60), random.choice(("till-1", "till-2"))),
        )
        if random.random() < 0.25:
            topic, value = row(random)
        steps.append((topic, world.record(topic, value)))
    return steps


def result(steps: list[Step], cuts: set[int], restarts: set[int]) -> object:
    world = World(default_hysteresis=1)
    batch: list[Fetched] = []
    for at, (topic, record) in enumerate(steps):
        batch.append(record)
        if at in cuts or at + 1 == len(steps) or steps[at + 1][0] != topic:
            world.give_records(topic, batch)
            batch = []
            if at in restarts:
                world.restart()
    last = {
        topic: {message.key: message.value for message in messages}
        for topic, messages in world.sent.items()
    }
    alerts = [message.value for message in world.sent.get("restock.alerts", [])]
    carts = sorted((key, repr(cart)) for key, cart in world.state.table("carts").scan())
    return last, alerts, carts


places = st.sets(st.integers(0, 119))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), places, places)
def test_batching_and_restarts_change_neither_the_state_nor_the_alerts_history(
    seed: int, cuts: set[int], restarts: set[int]
) -> None:
    steps = history(Random(seed), World())
    assert result(steps, cuts, restarts) == result(steps, set(), set())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_versions_never_come_again_and_levels_add_up(seed: int) -> None:
    world = World()
    for topic, record in history(Random(seed), World()):
        world.give_records(topic, [record])
    for topic in ("stock.levels", "checkout.totals", "restock.alerts", "till.status"):
        for key in {message.key for message in world.sent.get(topic, [])}:
            versions = [each.version for each in world.history(topic, (key or b"").decode())]
            assert versions == sorted(set(versions)), f"{topic} {key!r}: {versions}"
    carts = dict(world.state.table("carts").scan())
    for key, item in world.state.table("items").scan():
        sku = key.split("/")[1]
        lines = [each for cart in carts.values() for each in cart.lines if each.sku == sku]
        assert item.in_carts == sum(each.quantity for each in lines), f"{key} lost a cart's line"
    opened = sum(not cart.closed for cart in carts.values())
    rows = {key: row for key, row in world.state.table("totals").scan() if key.count("/") == 1}
    assert sum(row.open_carts for row in rows.values()) == opened
