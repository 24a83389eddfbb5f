"""Trucks fill the shelves that tills empty, and every movement can be booked."""

from collections import Counter

import msgspec
import pytest
from pydantic import TypeAdapter

from edge.simulator.simulation import Plan, Simulation
from edge.simulator.world import World, build_world
from topics.changes import StockMovement
from topics.wire import WireCartCompleted, WireGoodsReturned, WireMovement

PLAN = Plan(seed=5, epoch=9, start_ms=1_763_629_200_000, rate=20)
EVENTS = 40_000


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(5, 3, 2)


class Day:
    """A simulated day, and stock added up from what was sold and moved, on its own account."""

    def __init__(self, world: World) -> None:
        simulation = Simulation(world, PLAN, {})
        self.policies = simulation.stockroom.policies
        self.opening = list(simulation.stockroom.opening_movements(PLAN.start_ms))
        self.movements: list[WireMovement] = list(self.opening)
        self.on_hand: Counter[tuple[str, str]] = Counter()
        for movement in self.opening:
            self._add(movement.location_id, movement.sku, movement.quantity)
        for moment in simulation.moments(EVENTS):
            event = moment.event
            if isinstance(event, WireCartCompleted):
                for line in event.lines:
                    self._add(event.location_id, line.sku, -line.quantity)
            elif isinstance(event, WireGoodsReturned) and event.restock:
                for line in event.lines:
                    self._add(event.location_id, line.sku, line.quantity)
            for movement in moment.movements:
                self._add(movement.location_id, movement.sku, movement.quantity)
            self.movements += moment.movements

    def _add(self, location_id: str, sku: str, quantity: int) -> None:
        self.on_hand[location_id, sku] += quantity


@pytest.fixture(scope="module")
def day(world: World) -> Day:
    return Day(world)


def test_every_location_opens_with_every_article_in_stock(world: World, day: Day) -> None:
    filled = {(m.location_id, m.sku) for m in day.opening if m.quantity > 0}

    assert len(filled) == len(world.locations) * len(world.articles)


def test_opening_stock_has_the_same_ids_in_every_run(world: World, day: Day) -> None:
    later = Simulation(world, Plan(5, 10, PLAN.start_ms + 60_000, 20), {})
    ids = {movement.movement_id for movement in later.stockroom.opening_movements(0)}

    assert ids == {movement.movement_id for movement in day.opening}, (
        "a second run would fill the shelves twice"
    )


def test_no_two_movements_share_an_id_and_the_contract_accepts_them(day: Day) -> None:
    reference = TypeAdapter(StockMovement)

    assert len({movement.movement_id for movement in day.movements}) == len(day.movements)
    for movement in day.movements:
        reference.validate_json(msgspec.json.encode(movement))


def test_shelves_that_run_low_are_filled_again(day: Day) -> None:
    low = [key for key, policy in day.policies.items() if day.on_hand[key] < policy.reorder_point]

    assert sum(m.reason in ("delivery", "transfer_in") for m in day.movements) > 100
    assert len(low) < len(day.policies) // 4, "the trucks do not keep up"
    assert low, "nothing is ever low, so no alert would be seen"


def test_what_leaves_the_warehouse_arrives_in_a_shop(day: Day) -> None:
    def moved(reason: str) -> Counter[tuple[str | None, str]]:
        totals: Counter[tuple[str | None, str]] = Counter()
        for movement in day.movements:
            if movement.reason == reason:
                totals[movement.reference, movement.sku] += movement.quantity
        return totals

    left, arrived = moved("transfer_out"), moved("transfer_in")
    assert {key: -quantity for key, quantity in left.items()} == dict(arrived)


def test_goods_are_also_lost_counted_and_sent_back(day: Day) -> None:
    reasons = {movement.reason for movement in day.movements}

    assert reasons >= {"shrinkage", "stocktake", "adjustment", "vendor_return"}


def test_stock_that_an_earlier_run_left_low_is_delivered_before_anything_is_sold(
    world: World,
) -> None:
    key = (world.sites[0].location.location_id, "bananas")
    simulation = Simulation(world, PLAN, {key: -10_000})
    policy = simulation.stockroom.policies[key]

    delivered = [
        movement.quantity
        for moment in simulation.moments(20_000)
        for movement in moment.movements
        if (movement.location_id, movement.sku) == key and movement.reason == "delivery"
    ]
    assert delivered[0] >= policy.order_up_to + 10_000
