"""What an event says by itself: its number, its content, and what it moves."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .limits import EPOCH_MAX, NUMBER_MAX
from .tills_oracle import Content
from .world import Key

Event = dict[str, Any]
Cause = tuple[Any, ...]
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass
class Level:
    """Stock of one product at one location, and the ledger rows that make it.

    `by_tills` and `by_movements` are the moves in their topics' orders; how the two meet is not
    settled by any contract.
    """

    on_hand: int = 0
    rows: int = 0
    by_tills: list[int] = field(default_factory=list[int])
    by_movements: list[int] = field(default_factory=list[int])
    changed: datetime = LONG_AGO
    mentioned: datetime = LONG_AGO

    def touch(self, moment: datetime, moved: bool) -> None:
        """Note the time of an event that concerns the level."""
        self.mentioned = max(self.mentioned, moment)
        self.changed = max(self.changed, moment if moved else LONG_AGO)


def has_number(event: Any) -> bool:
    """Whether a message can be read far enough to take its number."""
    return (
        isinstance(event, dict)
        and all(_is_id(event.get(name)) for name in ("location_id", "till_id"))
        and _is_within(event.get("epoch"), EPOCH_MAX)
        and _is_within(event.get("sequence"), NUMBER_MAX)
    )


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None


def _is_within(value: Any, most: int) -> bool:
    return type(value) is int and 1 <= value <= most


def content(event: Event) -> Content:
    """By what a repeat is told from a fork."""
    return event.get("event_id", ""), event.get("chain", {}).get("hash")


def number(event: Event) -> Cause:
    """What names a receipt."""
    return event["location_id"], event["till_id"], event["epoch"], event["sequence"]


def skus(event: Event) -> set[str]:
    """The products that an event names."""
    lines = event.get("lines", []) + ([event["line"]] if "line" in event else [])
    return {line["sku"] for line in lines}


def sign(event: Event) -> int:
    """Which way the lines of an event move the stock."""
    if event["type"] == "cart_completed":
        return -1
    return 1 if event["type"] == "goods_returned" and event["restock"] else 0


def moves(event: Event) -> dict[Key, int]:
    """What an event moves, by location and product."""
    moved: Counter[Key] = Counter()
    if sign(event):
        for line in event["lines"]:
            moved[event["location_id"], line["sku"]] += sign(event) * line["quantity"]
    return moved
