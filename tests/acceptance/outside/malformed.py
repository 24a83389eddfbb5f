"""Every kind of message that cannot be an event of its location's partition."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from .limits import EPOCH_MAX, NUMBER_MAX
from .message import Header, Message, encode

Event = dict[str, Any]
ENVELOPE = ("type", "event_id", "location_id", "till_id", "epoch", "sequence", "occurred_at")
REQUIRED = {
    "cart_opened": ("cart_id",),
    "line_added": ("cart_id", "line"),
    "line_voided": ("cart_id", "line_no"),
    "cart_abandoned": ("cart_id",),
    "cart_suspended": ("cart_id",),
    "cart_resumed": ("cart_id", "from_till_id", "lines"),
    "cart_completed": ("cart_id", "receipt_no", "currency", "lines", "total_minor"),
    "goods_returned": ("return_id", "receipt_no", "lines", "refund_minor", "restock"),
    "till_heartbeat": ("business_date",),
    "shift_opened": ("shift_id", "cashier_id"),
    "shift_counted": ("shift_id", "cashier_id"),
    "shift_closed": ("shift_id", "cashier_id"),
    "cash_moved": ("shift_id", "cashier_id"),
    "tender_requested": ("cart_id", "tender_id", "kind", "amount_minor"),
    "tender_settled": ("cart_id", "tender_id", "kind", "amount_minor"),
    "age_checked": ("cashier_id",),
    "drawer_opened": ("cashier_id",),
    "noted": ("kind", "detail"),
}


def _missing_field(event: Event, rng: random.Random) -> None:
    del event[rng.choice((*ENVELOPE, "business_date", *REQUIRED[event["type"]]))]


def _unknown_type(event: Event, rng: random.Random) -> None:
    event["type"] = rng.choice(("cart_exploded", "", "Cart_Opened", "line-added", 7))


def _sequence_zero(event: Event, rng: random.Random) -> None:
    event["sequence"] = rng.choice((0, 0, -1))


def _bad_time(event: Event, rng: random.Random) -> None:
    event["occurred_at"] = rng.choice(("yesterday", "", "2026-13-41T25:61:00Z", None))


def _bad_date(event: Event, rng: random.Random) -> None:
    event["business_date"] = rng.choice(("21.11.2026", "2026-02-30", "", None))


def _bad_id(event: Event, rng: random.Random) -> None:
    event["till_id"] = rng.choice(("", "till 1", "t" * 65, "t/1", "kässe"))


def _on_line(event: Event, name: str, value: Any) -> None:
    """Spoil a field of a line; an event without lines becomes a spoilt `line_added`."""
    line: Event = {"line_no": 1, "sku": "x", "quantity": 1, "unit": "each"}
    line |= {"unit_price_minor": 5, "amount_minor": 5}
    if event.get("lines"):
        event["lines"] = [{**event["lines"][0], name: value}, *event["lines"][1:]]
    else:
        event.update(
            type="line_added", cart_id="c-x", line={**event.get("line", line), name: value}
        )


def _negative_quantity(event: Event, rng: random.Random) -> None:
    _on_line(event, "quantity", -rng.randint(1, 9))


def _fraction(event: Event, rng: random.Random) -> None:
    _on_line(event, rng.choice(("quantity", "amount_minor")), 1.5)


def _text_number(event: Event, rng: random.Random) -> None:
    _on_line(event, "quantity", rng.choice(("3", "many", None, [3])))


def _beyond(event: Event, rng: random.Random) -> None:
    """A number just beyond what any number may be."""
    choice = rng.randrange(4)
    if choice == 0:
        event["epoch"] = EPOCH_MAX + 1
    elif choice == 1:
        event["sequence"] = NUMBER_MAX + 1
    else:
        _on_line(event, rng.choice(("quantity", "amount_minor", "line_no")), NUMBER_MAX + 1)


def _unknown_unit(event: Event, rng: random.Random) -> None:
    _on_line(event, "unit", rng.choice(("litre", "", "EACH")))


SPOILERS: dict[str, Callable[[Event, random.Random], None]] = {
    "missing_field": _missing_field,
    "unknown_type": _unknown_type,
    "sequence_zero": _sequence_zero,
    "bad_time": _bad_time,
    "bad_date": _bad_date,
    "bad_id": _bad_id,
    "negative_quantity": _negative_quantity,
    "fraction": _fraction,
    "text_number": _text_number,
    "unknown_unit": _unknown_unit,
    "beyond": _beyond,
}


def _not_utf8(good: bytes) -> bytes:
    return good.rstrip()[:-1] + b',"note":"\xff\xfe\x80"}'


def _other_json(rng: random.Random) -> bytes:
    return json.dumps(rng.choice(([], [1, 2], 7, "text", None, True, {}))).encode()


def _junk(rng: random.Random) -> bytes:
    return rng.randbytes(1_000_000)


BYTES = ("broken_json", "not_utf8", "other_json", "empty", "null", "small_junk")
ASTRAY = ("wrong_partition", "wrong_key")
KINDS = (*SPOILERS, *BYTES, *ASTRAY)


def _bytes(kind: str, good: bytes, rng: random.Random) -> bytes | None:
    made: dict[str, Callable[[], bytes | None]] = {
        "broken_json": lambda: good.rstrip()[: rng.randint(1, len(good.rstrip()) - 1)],
        "not_utf8": lambda: _not_utf8(good),
        "other_json": lambda: _other_json(rng),
        "empty": lambda: b"",
        "null": lambda: None,
        "small_junk": lambda: rng.randbytes(rng.randint(1, 400)),
        "big_junk": lambda: _junk(rng),
    }
    return made[kind]()


def _headers(rng: random.Random) -> list[Header]:
    headers: list[Header] = [("trace", b"%016x" % rng.getrandbits(64)), ("empty", b"")]
    headers += [("twice", b"1"), ("twice", b"\xff\x00")]
    return headers[: rng.randint(0, 4)]


def spoil(event: Event, kind: str, position: float, rng: random.Random) -> Message:
    """Turn a good event into a bad message of a kind."""
    key, event = event["location_id"].encode(), dict(event)
    if kind in SPOILERS:
        SPOILERS[kind](event, rng)
    value = encode(event, rng)
    if kind in BYTES or kind == "big_junk":
        value = _bytes(kind, value, rng)
        key = key if value is None else rng.choice((key, key, None, b"\xff\x00key"))
    message = Message(position, key, value, event=event, bad=kind, headers=_headers(rng))
    message.astray = kind in ASTRAY
    return message
