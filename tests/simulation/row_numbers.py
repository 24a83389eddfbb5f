"""The numbers that the business database gives to movements, by the location that books them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

from .sent import MOVEMENTS, Sent

RowKey = tuple[str, str, str]


def numbered(sent: list[Sent]) -> list[Sent]:
    """The same rows with their numbers; one that is sent again has the number that it had."""
    numbers: dict[RowKey, int] = {}
    last: Counter[str] = Counter()
    return [_with_number(one, numbers, last) if _is_row(one) else one for one in sent]


def _is_row(one: Sent) -> bool:
    return one.topic == MOVEMENTS and one.bad is None and one.value is not None


def _with_number(one: Sent, numbers: dict[RowKey, int], last: Counter[str]) -> Sent:
    row = json.loads(one.value or b"")
    location = row["location_id"]
    key = (row["movement_id"], location, row["sku"])
    if key not in numbers:
        last[location] += 1
        numbers[key] = last[location]
    return replace(
        one, value=json.dumps({**row, "origin": location, "number": numbers[key]}).encode()
    )
