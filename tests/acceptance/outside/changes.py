"""What happens in the database while the tills sell."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime

from .plan import Plan, uuid7
from .world import Movement, Policy, World, quantity_for

CORRECTIONS = ("adjustment", "stocktake", "shrinkage", "vendor_return")


@dataclass(frozen=True)
class Change:
    """One transaction: movements, a changed policy or a removed one; perhaps rolled back."""

    movements: list[Movement] = field(default_factory=list[Movement])
    changed: Policy | None = None
    removed: Policy | None = None
    rolled_back: bool = False


def make_changes(plan: Plan, world: World, rng: random.Random) -> list[Change]:
    """Plan the transactions that run beside the sales."""
    count = max(60, plan.events // 300)
    changes = [_movement_change(plan, world, rng) for _ in range(count)]
    policies = rng.sample(list(world.policies.values()), min(90, len(world.policies)))
    changes += [Change(removed=policy) for policy in policies[:45]]
    changes += [Change(changed=_moved(policy)) for policy in policies[45:]]
    rng.shuffle(changes)
    return changes


def _moved(policy: Policy) -> Policy:
    point = policy.reorder_point * 2 + 7
    above = None if policy.hysteresis else 6
    return Policy(policy.location_id, policy.sku, policy.listed, point, point * 3, above)


def _movement_change(plan: Plan, world: World, rng: random.Random) -> Change:
    kind = rng.random()
    moment = plan.moment(rng.random())
    if kind < 0.4:
        rows = _delivery(world, moment, rng)
    elif kind < 0.7:
        rows = _transfer(world, moment, rng)
    else:
        rows = _correction(world, moment, rng)
    return Change(movements=rows, rolled_back=rng.random() < 0.03)


def _delivery(world: World, moment: datetime, rng: random.Random) -> list[Movement]:
    location, movement_id = rng.choice(world.locations), uuid7(moment, rng)
    reference = rng.choice((None, f"DN-{rng.randint(1, 99999)}"))
    return [
        Movement(
            movement_id,
            location,
            product.sku,
            quantity_for(product, rng, 90),
            "delivery",
            reference,
            moment,
        )
        for product in rng.sample(world.products, rng.randint(1, 6))
    ]


def _transfer(world: World, moment: datetime, rng: random.Random) -> list[Movement]:
    source, target = rng.sample(world.locations, 2)
    product = rng.choice(world.products)
    amount, reference = quantity_for(product, rng, 30), f"TR-{rng.randint(1, 99999)}"
    ids = (uuid7(moment, rng), uuid7(moment, rng))
    return [
        Movement(ids[0], source, product.sku, -amount, "transfer_out", reference, moment),
        Movement(ids[1], target, product.sku, amount, "transfer_in", reference, moment),
    ]


def _correction(world: World, moment: datetime, rng: random.Random) -> list[Movement]:
    reason = rng.choice(CORRECTIONS)
    product, location = rng.choice(world.products), rng.choice(world.locations)
    amount = -quantity_for(product, rng, 10)
    if reason in ("adjustment", "stocktake") and rng.random() < 0.5:
        amount = -amount
    return [Movement(uuid7(moment, rng), location, product.sku, amount, reason, None, moment)]
