"""The chain of a till's journal, and what a second device under the same identity would say."""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

from .plan import parse_time, uuid7

Event = dict[str, Any]
BEGINNING = "0" * 64


def chain(events: list[Event]) -> None:
    """Give each event its place in the chain, as a till does that writes its events in order."""
    epoch, prev = None, BEGINNING
    for event in events:
        if event["epoch"] != epoch:
            epoch, prev = event["epoch"], BEGINNING
        event["chain"] = {"prev": prev, "hash": hash_of(prev, event)}
        prev = event["chain"]["hash"]


def hash_of(prev: str, event: Event) -> str:
    """The hash of an event without its chain, behind another."""
    plain = {name: value for name, value in event.items() if name != "chain"}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(bytes.fromhex(prev) + text.encode()).hexdigest()


def forked(event: Event, rng: random.Random) -> Event:
    """Other content under the same number: told by the hash, or by the event's id."""
    other = {**event, "business_date": "2026-01-31"}
    if "chain" in event and rng.random() < 0.5:
        prev = event["chain"]["prev"]
        return {**other, "chain": {"prev": prev, "hash": hash_of(prev, other)}}
    return {**other, "event_id": uuid7(parse_time(event["occurred_at"]), rng)}
