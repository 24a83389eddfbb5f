"""What goes wrong between a till and the broker: gaps, delays, repeats, new epochs, bad bytes."""

from __future__ import annotations

import random
from typing import Any

from .journal import forked
from .malformed import KINDS, spoil
from .message import Message, message_of
from .plan import Plan, parse_time, rfc3339, uuid7

Event = dict[str, Any]


def number(plan: Plan, events: list[Event], rng: random.Random) -> list[Event]:
    """Give events their epoch, sequence, time and id; some tills are re-imaged on the way."""
    epoch, sequence = rng.choice((1, 1, 4)), 0
    cut = rng.randrange(len(events)) if rng.random() < 0.3 else -1
    for index, event in enumerate(events):
        if index == cut:
            epoch, sequence = epoch + rng.randint(1, 3), 0
        sequence += 1
        moment = plan.moment((index + rng.random()) / len(events))
        event.update(event_id=uuid7(moment, rng), epoch=epoch, sequence=sequence)
        event["occurred_at"] = rfc3339(moment, rng)
    return events


def disturb(events: list[Event], rng: random.Random) -> list[Message]:
    """Turn the events of a till into messages, with everything that goes wrong."""
    messages: list[Message] = []
    index = _start(events, messages, rng)
    while index < len(events):
        position = (index + rng.random()) / len(events)
        size, near = 1, position + rng.random() * 30 / len(events)
        if rng.random() < 0.006:
            size = rng.randint(1, 6)
            _block(events[index : index + size], position, messages, rng)
        else:
            _single(events[index], position, near, messages, rng)
        index += size
    return messages


def _start(events: list[Event], messages: list[Message], rng: random.Random) -> int:
    """Now and then the very first events of a till are late or lost."""
    size = rng.randint(1, 4) if rng.random() < 0.3 else 0
    _block(events[:size], 0.0, messages, rng)
    return size


def _block(
    events: list[Event], position: float, messages: list[Message], rng: random.Random
) -> None:
    """Lose a run of events (a quarter of the time), or send it late, perhaps shuffled."""
    if rng.random() < 0.25:
        return
    late = position + rng.choice((0.001, 0.02, 0.3, 1.0))
    held = [message_of(event, late + rng.random() * 0.001, rng) for event in events]
    if rng.random() < 0.5:
        for index, message in enumerate(held):
            message.position = late + index * 1e-9
    messages.extend(held)


def _single(
    event: Event, position: float, near: float, messages: list[Message], rng: random.Random
) -> None:
    choice = rng.random()
    if choice < 0.004:
        messages.append(_unusable(event, position, rng))
        if rng.random() < 0.5:
            messages.append(message_of(event, position + rng.random() * 0.1, rng))
        return
    messages.append(message_of(event, position, rng))
    if choice > 0.99:
        messages.append(_again(event, position + rng.choice((0, 1e-4, 0.2)), rng))
    elif choice > 0.987:
        messages.append(message_of(forked(event, rng), near, rng))


def _unusable(event: Event, position: float, rng: random.Random) -> Message:
    """What cannot be applied under a number that may come again."""
    if rng.random() < 0.2:
        return message_of(unreadable(event, rng), position, rng)
    return spoil(event, rng.choice(KINDS), position, rng)


def unreadable(event: Event, rng: random.Random) -> Event:
    """What a gateway says of an event that it could not read."""
    kept = ("location_id", "till_id", "epoch", "sequence", "occurred_at", "business_date")
    moment = parse_time(event["occurred_at"])
    said = {"type": "unreadable", "event_id": uuid7(moment, rng), "body": "AAE=", "reason": "cut"}
    return {**{name: event[name] for name in kept}, **said}


def _again(event: Event, position: float, rng: random.Random) -> Message:
    """The same event once more; a few repeats carry something else under the same number."""
    if rng.random() < 0.05:
        body = {"type": "cart_opened", "cart_id": f"{event['till_id']}-other"}
        event = {**event, **body}
    return message_of(event, position, rng)
