"""What the tills and the database say in a run: a small shop or two, with all that goes wrong.

The events are those of `tests.acceptance.outside`; here they are few, and more of them are
lost, late, repeated or malformed.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from tests.acceptance.outside.plan import Plan, uuid7
from tests.acceptance.outside.world import Movement, Policy, Product, World, quantity_for

from .row_numbers import numbered
from .sent import (
    ASSORTMENT,
    LOCATIONS,
    MOVEMENTS,
    PRODUCTS,
    STARTED,
    Effect,
    Inputs,
    Sent,
    places,
    stamped,
)
from .till_inputs import tills


@lru_cache(maxsize=2)
def make_inputs(seed: int) -> Inputs:
    """The input of a seed."""
    rng = random.Random(seed)
    plan = Plan(seed, 60, "s", STARTED)
    world = _world(plan, rng)
    changes = _changes(world, rng)
    sent = stamped([*_opening(world), *_merged([*tills(plan, world, rng), changes], rng)])
    return Inputs(plan, numbered(sent) if rng.random() < 0.7 else sent)


def _world(plan: Plan, rng: random.Random) -> World:
    products = [_product(plan, at, rng) for at in range(rng.randint(1, 4))]
    here = places(plan.prefix, here=True)
    locations = [next(here) for _ in range(rng.randint(1, 2))]
    world = World(locations, next(here), products, [_product(plan, 9, rng)])
    for location in locations:
        for product in products:
            if rng.random() < 0.8:
                point = rng.choice((0, 5, 20)) * (300 if product.unit == "gram" else 1)
                above = rng.choice((None, 0, 4, point))
                listed = rng.random() > 0.1
                policy = Policy(location, product.sku, listed, point, point * 3 + 10, above)
                world.policies[policy.key] = policy
            world.opening.append([_movement(location, product, "delivery", 40, rng)])
    return world


def _product(plan: Plan, at: int, rng: random.Random) -> Product:
    unit = "gram" if rng.random() < 0.2 else "each"
    return Product(f"{plan.prefix}p{at}", f"Äpfel {at}", unit, rng.randint(19, 4999), 700)


def _movement(
    location: str, product: Product, reason: str, most: int, rng: random.Random
) -> Movement:
    moment = STARTED - timedelta(minutes=rng.randint(1, 50))
    quantity = quantity_for(product, rng, most)
    return Movement(uuid7(moment, rng), location, product.sku, quantity, reason, None, moment)


def _opening(world: World) -> list[Sent]:
    sent = [_row(LOCATIONS, _location_row(location)) for location in world.locations]
    sent += [_row(PRODUCTS, _product_row(product)) for product in world.products]
    sent += [_policy_row(policy) for policy in world.policies.values()]
    sent += [_movement_row(row) for rows in world.opening for row in rows]
    return [replace(one, is_opening=True) for one in sent]


def _row(topic: str, row: dict[str, Any], effect: Effect | None = None, skips: int = 0) -> Sent:
    key = row.get("location_id", row.get("sku", ""))
    return Sent(topic, str(key).encode(), json.dumps(row).encode(), effect, skips=skips)


def _location_row(location: str) -> dict[str, Any]:
    return {"location_id": location, "name": location, "kind": "shop", "time_zone": "Europe/Paris"}


def _product_row(product: Product) -> dict[str, Any]:
    row: dict[str, Any] = {"sku": product.sku, "name": product.name, "category": "c"}
    row |= {"unit": product.unit, "price_minor": product.price_minor, "currency": "EUR"}
    return {**row, "tax_basis_points": product.tax_basis_points}


def _policy_row(policy: Policy, changed_ms: int = 1_000) -> Sent:
    row: dict[str, Any] = {"location_id": policy.location_id, "sku": policy.sku}
    row |= {"listed": policy.listed, "reorder_point": policy.reorder_point}
    row |= {"order_up_to": policy.order_up_to, "hysteresis": policy.hysteresis}
    row["__source_ts_ms"] = changed_ms
    return _row(ASSORTMENT, row, lambda expected, _: expected.set_policy(policy))


def _movement_row(movement: Movement) -> Sent:
    row = {**vars(movement), "occurred_at": movement.occurred_at.isoformat()}
    return _row(MOVEMENTS, row, lambda expected, _: expected.movement(movement))


def _changes(world: World, rng: random.Random) -> list[Sent]:
    """What the database does later."""
    changed = world.products
    sent: list[Sent] = []
    for _ in range(rng.randint(0, 6)):
        location, product = rng.choice(world.locations), rng.choice(changed)
        movement = _movement(location, product, "adjustment", 20, rng)
        sign = rng.choice((1, -1, -1))
        row = _movement_row(replace(movement, quantity=sign * movement.quantity))
        sent.append(row)
        if rng.random() < 0.3:  # a connector that was reset sends it again
            sent.append(replace(row, skips=rng.randint(0, 2)))
        if rng.random() < 0.1:
            sent.append(replace(row, value=(row.value or b"")[:-9], effect=None, bad="broken_json"))
    sent += _policy_changes(world, changed, rng)
    rng.shuffle(sent)
    return sent


def _policy_changes(world: World, changed: list[Product], rng: random.Random) -> list[Sent]:
    sent: list[Sent] = []
    for policy in world.policies.values():
        if policy.sku not in [product.sku for product in changed] or rng.random() < 0.6:
            continue
        point = policy.reorder_point * 2 + 7
        above = 5 if policy.hysteresis is None else None
        moved = Policy(policy.location_id, policy.sku, policy.listed, point, point * 3, above)
        sent += [_policy_row(moved, 2_000)] if rng.random() < 0.6 else _removal(policy)
        if rng.random() < 0.4:  # somebody sends an old row back from the dead letters
            sent.append(replace(_policy_row(policy), effect=None))
    return sent


def _removal(policy: Policy) -> list[Sent]:
    """A deleted row, as Debezium tells it: its last state with a mark, and a tombstone."""
    row = _policy_row(policy, 2_000)
    marked = (row.value or b"")[:-1] + b', "__deleted": "true"}'
    removed = replace(row, value=marked, effect=lambda expected, _: expected.remove_policy(policy))
    return [removed, replace(row, value=None, effect=None)]


def _merged(streams: list[list[Sent]], rng: random.Random) -> list[Sent]:
    """All streams, each in its own order."""
    order = [at for at, stream in enumerate(streams) for _ in stream]
    rng.shuffle(order)
    left = [iter(stream) for stream in streams]
    return [next(left[at]) for at in order]
