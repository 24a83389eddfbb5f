"""What goes on in place of an event that nobody can read: its bytes, under its number."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from topics.decoder import Refused
from topics.wire import decode_till_event

REASON_LENGTH_MAX = 200
"""Characters of a reason. It goes into each answer for the number; a batch may have 500."""

_OWN_WORDS = ("event_id", "occurred_at", "business_date")


class Place(NamedTuple):
    """Where an event stands: whose it is, and its number there."""

    location_id: str
    till_id: str
    epoch: int
    sequence: int


def shortened(reason: str) -> str:
    """A reason as it is told and kept."""
    return reason.replace("\x00", " ")[:REASON_LENGTH_MAX]


def unreadable(
    raw: bytes,
    place: Place,
    reason: str,
    content: Mapping[str, Any],
    chain: Mapping[str, str] | None,
    now: datetime,
) -> bytes:
    """The `unreadable` event for these bytes.

    ``content`` is what could be read of them: id, time and business date are its own where they
    can be. An id is otherwise made of the bytes, so that the same bytes are the same event.
    """
    utc = now.astimezone(UTC)
    event: dict[str, Any] = {
        "type": "unreadable",
        "event_id": _id_of(raw, place),
        **place._asdict(),
        "occurred_at": utc.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "business_date": utc.date().isoformat(),
        "body": base64.b64encode(raw).decode(),
        "reason": reason,
    }
    if chain is not None:
        event["chain"] = dict(chain)
    own = {name: content[name] for name in _OWN_WORDS if name in content}
    for name, value in own.items():
        event = _with(event, name, value)
    return orjson.dumps(event)


def _with(event: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The event with that member, or as it is where nobody could read it then."""
    tried = {**event, name: value}
    try:
        decode_till_event.decode(orjson.dumps({**tried, "body": ""}))
    except (Refused, TypeError):
        return event
    return tried


def _id_of(raw: bytes, place: Place) -> str:
    named = "/".join(map(str, place)).encode()
    return str(UUID(bytes=sha256(named + b"\n" + raw).digest()[:16], version=5))
