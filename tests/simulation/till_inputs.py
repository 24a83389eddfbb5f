"""What the tills say: lost, late, twice, malformed, or simply once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.acceptance.outside.carts import Till
from tests.acceptance.outside.faults import number, unreadable
from tests.acceptance.outside.journal import chain, forked
from tests.acceptance.outside.malformed import ASTRAY, KINDS, spoil
from tests.acceptance.outside.message import Message, message_of
from tests.acceptance.outside.plan import Plan, parse_time, rfc3339
from tests.acceptance.outside.world import World

from .sent import NIGHT, TILL_EVENTS, Effect, Sent, places


def tills(plan: Plan, world: World, rng: random.Random) -> Iterator[list[Sent]]:
    for location in world.selling:
        for at in range(rng.randint(1, 2)):
            yield _till(plan, world, location, str(at), rng)


def _till(plan: Plan, world: World, location: str, till_id: str, rng: random.Random) -> list[Sent]:
    script = Till(plan, world, location, till_id, rng).script(rng.randint(4, 16))
    events = number(plan, script, rng)
    morning, slept = len(events), timedelta()
    if rng.random() < 0.6:
        morning = rng.randrange(len(events))
        slept = _sleep(events[morning:], rng)
    if rng.random() < 0.5:
        chain(events)
    messages: list[Message] = []
    for index, event in enumerate(events):
        messages += _delivered(event, float(index), rng)
    messages.sort(key=lambda message: message.position)
    return [
        _sent(message, slept if message.position >= morning else timedelta(), rng)
        for message in messages
    ]


def _sleep(events: list[dict[str, Any]], rng: random.Random) -> timedelta:
    """A night passes, or the till's clock goes wrong by more than a day; the night."""
    off = rng.choice((NIGHT, NIGHT, timedelta(hours=30), timedelta(hours=-30)))
    for event in events:
        event["occurred_at"] = rfc3339(parse_time(event["occurred_at"]) + off, rng)
    return off if off == NIGHT else timedelta()


def _delivered(event: dict[str, Any], at: float, rng: random.Random) -> Iterator[Message]:
    """An event as it arrives: lost, late, malformed, twice, or simply once."""
    fate = rng.random()
    if fate < 0.02:
        return
    if fate < 0.07:
        yield _spoilt(event, at, rng)
    elif fate < 0.08:
        yield message_of(unreadable(event, rng), at, rng)
    if fate < 0.05:
        return
    late = rng.choice((0.0, 1.5, 6.0)) if rng.random() < 0.15 else 0.0
    yield message_of(event, at + late, rng)
    if rng.random() < 0.1:
        yield message_of(event, at + late + rng.choice((0.5, 8.0)), rng)
    if rng.random() < 0.05:
        yield message_of(forked(event, rng), at + late + rng.choice((-0.5, 0.5, 8.0)), rng)


def _spoilt(event: dict[str, Any], at: float, rng: random.Random) -> Message:
    kind = rng.choice(KINDS)
    if kind in ASTRAY:
        event = {**event, "location_id": next(places(event["location_id"], here=False))}
    return spoil(event, kind, at, rng)


def _sent(message: Message, slept: timedelta, rng: random.Random) -> Sent:
    skips = rng.randint(1, 3) if rng.random() < 0.02 else 0
    headers, effect = tuple(message.headers), _effect(message)
    sent = Sent(TILL_EVENTS, message.key, message.value, effect, headers, message.bad)
    return replace(sent, skips=skips, slept=slept)


def _effect(message: Message) -> Effect | None:
    event, value = message.event, message.value
    if message.bad in ASTRAY:
        return None
    if message.bad is not None:
        return lambda expected, stamp: expected.oracle.malformed(value, stamp)
    return None if event is None else lambda expected, stamp: expected.oracle.event(event, stamp)
