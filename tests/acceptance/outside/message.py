"""One message on its way to the input topic."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]
Header = tuple[str, bytes]


@dataclass
class Message:
    """Bytes to produce, and what an outsider knows of them.

    `bad` names what is wrong with it; such a message belongs in the dead letters. `astray`
    asks for a partition that is not the location's.
    """

    position: float
    key: bytes | None
    value: bytes | None
    event: Event | None = None
    bad: str | None = None
    astray: bool = False
    headers: list[Header] = field(default_factory=list[Header])


def encode(event: Event, rng: random.Random) -> bytes:
    """Write an event as JSON in one of the ways tills do."""
    choice = rng.random()
    if choice < 0.9:
        return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    if choice < 0.95:
        return json.dumps(event, ensure_ascii=True).encode()
    return json.dumps(event, ensure_ascii=False, indent=1).encode()


def message_of(event: Event, position: float, rng: random.Random) -> Message:
    """A well-formed message with its location as the key."""
    headers = [("trace", b"%016x" % rng.getrandbits(64))] if rng.random() < 0.1 else []
    key = event["location_id"].encode()
    return Message(position, key, encode(event, rng), event=event, headers=headers)
