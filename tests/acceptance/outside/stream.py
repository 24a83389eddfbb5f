"""The whole input of a run, in the order it is produced."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from .carts import Till
from .faults import disturb, number
from .journal import chain
from .malformed import KINDS, spoil
from .message import Message, message_of
from .plan import Plan, parse_time, rfc3339
from .scenes import make_scenes
from .world import World

Event = dict[str, Any]
BIG_ONES = 3
SCENES_END = 0.4
"""By then all scenes are over: a run of faults ends somewhere in the second half of its stream."""
CLOCKS_OFF_HOURS = (-24 * 390, -30, -3, 1, 9, 30, 24 * 400)
"""Not 400 days behind: the first till of a new shop would set a clock by which its day is over."""


def make_stream(plan: Plan, world: World, rng: random.Random) -> list[Message]:
    """All messages of a run: those of one till keep their order unless they are late.

    Every shop gives its tills the same numbers.
    """
    tills = plan.tills * len(world.selling)
    each = max(20, plan.events // tills)
    messages: list[Message] = []
    for location in world.selling:
        for at in range(plan.tills):
            messages += _till(plan, world, location, str(at + 1), each, rng)
    messages += _strangers(plan, world, rng)
    messages += _scenes(plan, rng) if plan.scenes else []
    messages.sort(key=lambda message: message.position)
    return messages


def _scenes(plan: Plan, rng: random.Random) -> list[Message]:
    messages = make_scenes(plan, rng)
    for message in messages:
        message.position *= SCENES_END
    return messages


def _till(
    plan: Plan, world: World, location: str, till_id: str, count: int, rng: random.Random
) -> list[Message]:
    till = Till(plan, world, location, till_id, random.Random(rng.getrandbits(64)))
    events = number(plan, till.script(count), till.rng)
    if plan.wrong_clocks and till.rng.random() < plan.wrong_clocks:
        _set_wrong(events, till.rng)
    if till.rng.random() < 0.4:
        chain(events)
    return disturb(events, till.rng)


def _set_wrong(events: list[Event], rng: random.Random) -> None:
    """A till whose clock is wrong all along: by hours, or by more than a year."""
    off = timedelta(hours=rng.choice(CLOCKS_OFF_HOURS))
    for event in events:
        event["occurred_at"] = rfc3339(parse_time(event["occurred_at"]) + off, rng)


def _strangers(plan: Plan, world: World, rng: random.Random) -> list[Message]:
    """One of every malformed kind, from tills never heard of otherwise, and the largest ones."""
    kinds = [*KINDS, *["big_junk"] * BIG_ONES]
    messages: list[Message] = []
    for at, kind in enumerate(kinds):
        event = _stranger(plan, rng.choice(world.locations), f"bad{at}", rng)
        messages.append(spoil(event, kind, at / len(kinds), rng))
    large = _stranger(plan, rng.choice(world.locations), "large", rng)
    large["padding"] = "a" * 900_000
    return [*messages, message_of(large, 0.5, rng)]


def _stranger(plan: Plan, location: str, name: str, rng: random.Random) -> Event:
    script = Till(plan, World([location], location, [], []), location, f"{location}-{name}", rng)
    beat: Event = {"type": "till_heartbeat", "location_id": location, "till_id": script.till_id}
    beat["business_date"] = plan.business_date(0).isoformat()
    return number(plan, [beat], rng)[0]
