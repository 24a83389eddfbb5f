"""One event of a batch: read, proven to be what its hash says, or set aside under its number."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

import msgspec
import orjson

from edge.gateway.unreadable import Place, shortened, unreadable
from edge.journal.chain import BrokenChain, NotCanonical, link_of
from topics.decoder import Refused
from topics.scalars import Hash
from topics.wire import decode_till_event


class ForeignEvent(Exception):
    """An event that says it is of another location or till."""


class AlteredEvent(Exception):
    """An event that can be read, and whose hash is not that of its content.

    The text says why; ``sequence`` is its number.
    """

    def __init__(self, sequence: int, why: str) -> None:
        super().__init__(why)
        self.sequence = sequence


class ReadEvent(NamedTuple):
    """An event at its place.

    ``raw`` is as it came; ``prev`` and ``hash`` are in lower-case hex, None where it does not say;
    ``fault`` says why nobody can read it, None where all is well.
    """

    sequence: int
    raw: bytes
    prev: str | None
    hash: str | None
    fault: str | None
    content: Mapping[str, Any]


class _Told(msgspec.Struct, gc=False):
    prev: Hash
    hash: Hash


def read_event(raw: bytes, place: Place) -> ReadEvent:
    """The event in ``raw``, which came as the one at ``place``.

    What cannot be read is taken all the same, so that it holds up nothing behind it. Raises
    `ForeignEvent` and `AlteredEvent`.
    """
    content = _content(raw)
    for name, own in (("location_id", place.location_id), ("till_id", place.till_id)):
        told = content.get(name)
        if isinstance(told, str) and told != own:
            raise ForeignEvent(f"event {place.sequence} is of {name} {told[:80]!r}")
    fault = _fault(raw, content, place)
    if fault is not None:
        return _set_aside(raw, place, fault, content)
    try:
        link = link_of(content)
    except BrokenChain as error:
        raise AlteredEvent(place.sequence, str(error)) from error
    except NotCanonical as error:
        return _set_aside(raw, place, str(error), content)
    return ReadEvent(place.sequence, raw, link.prev, link.hash, None, content)


def _content(raw: bytes) -> dict[str, Any]:
    """What can be read of an event's members; empty where nothing can."""
    try:
        found: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def _fault(raw: bytes, content: Mapping[str, Any], place: Place) -> str | None:
    try:
        event = decode_till_event.decode(raw)
    except Refused as refusal:
        return str(refusal)
    if not content:
        return "it is no JSON that every reader takes"
    if (event.epoch, event.sequence) != (place.epoch, place.sequence):
        return (
            f"it says epoch {event.epoch}, sequence {event.sequence}, and came as "
            f"{place.epoch}, {place.sequence}"
        )
    if _told(content) is None:
        return "it has no chain"
    return None


def _told(content: Mapping[str, Any]) -> dict[str, str] | None:
    try:
        told = msgspec.convert(content.get("chain"), _Told)
    except msgspec.ValidationError:
        return None
    return {"prev": told.prev.lower(), "hash": told.hash.lower()}


def _set_aside(raw: bytes, place: Place, fault: str, content: Mapping[str, Any]) -> ReadEvent:
    told = _told(content) or {}
    prev, own = told.get("prev"), told.get("hash")
    return ReadEvent(place.sequence, raw, prev, own, shortened(fault), content)


def published(event: ReadEvent, place: Place, now: datetime) -> bytes:
    """What goes to the topic of an event: its bytes, or in their place `unreadable`, with the
    hashes that stand for it in the chain."""
    if event.fault is None:
        return event.raw
    chain = None
    if event.prev is not None and event.hash is not None:
        chain = {"prev": event.prev, "hash": event.hash}
    return unreadable(event.raw, place, event.fault, event.content, chain, now)
