"""What becomes of a message that a store has sent: it goes on to an input, or to the dead letters.

A message counts for the location that its value names, as the workers read it: where a name is
given twice, the last one. One that names another location than its store's, or none, goes nowhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from topics.dead_letters import ERROR_BYTES_MAX, Headers, dead_letter_headers
from topics.for_stores import STORE_STATUS
from topics.mirrored import (
    OFFER_REPORT,
    REPORT_HEADER,
    REPORTS_UP,
    STOCK_MOVEMENTS_UP,
    TILL_EVENTS_UP,
    letters_topic,
)
from topics.registry import OFFERS, STOCK_MOVEMENTS, TILL_EVENTS
from topics.store_status import STATUS_REPORT
from topics.taken import STORE_AT, store_at
from topics.topic_spec import EVENT_BYTES_MAX

FOREIGN = "foreign_location"
TOO_LARGE = "too_large"
UNKNOWN_REPORT = "unknown_report"

INPUT_BYTES_MAX = EVENT_BYTES_MAX - ERROR_BYTES_MAX
"""Key, value and headers of one message, as they are. What the inputs would refuse could not be
moved at all, and would hold up every store behind it."""

LETTER_BYTES_MAX = 2 * EVENT_BYTES_MAX
"""As much of a message goes into a dead letter; of a larger one, which only somebody who packs it
well can have sent, the letter names the place."""

_REPORTS = {OFFER_REPORT: OFFERS.name, STATUS_REPORT: STORE_STATUS.name}


class _Named(msgspec.Struct):
    location_id: str


_named = msgspec.json.Decoder(_Named).decode


@dataclass(frozen=True, slots=True)
class SentUp:
    """One message of a store: what it is among what stores send, and where it lies."""

    location_id: str
    what: str
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class MovedOn:
    """A message as it goes on. ``by_location`` says that its location's partition is its own;
    ``reason`` why it is a dead letter, and is empty where it is none."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    by_location: bool
    reason: str = ""


def judge(sent: SentUp) -> MovedOn:
    """Where a message goes, and as what."""
    refusal = _too_large(sent) or _foreign(sent)
    target = None if refusal else _TARGETS[sent.what](sent)
    if target is None:
        reason, error = refusal or (UNKNOWN_REPORT, f"no {REPORT_HEADER} that the centre knows")
        return _letter(sent, reason, error)
    headers = [each for each in sent.headers if each[0] != STORE_AT]
    headers.append(store_at(sent.timestamp_ms))
    return MovedOn(target, sent.location_id.encode(), sent.value, headers, by_location=True)


def _reported(sent: SentUp) -> str | None:
    kinds = [value for name, value in sent.headers if name == REPORT_HEADER]
    return _REPORTS.get((kinds[-1] or b"").decode(errors="replace")) if kinds else None


_TARGETS: dict[str, Callable[[SentUp], str | None]] = {
    TILL_EVENTS_UP: lambda _: TILL_EVENTS.name,
    STOCK_MOVEMENTS_UP: lambda _: STOCK_MOVEMENTS.name,
    REPORTS_UP: _reported,
}


def _too_large(sent: SentUp) -> tuple[str, str] | None:
    size = _size(sent.key, sent.value, sent.headers)
    if size <= INPUT_BYTES_MAX:
        return None
    return TOO_LARGE, f"{size} bytes, where {INPUT_BYTES_MAX} are the most"


def _foreign(sent: SentUp) -> tuple[str, str] | None:
    try:
        named = _named(sent.value or b"").location_id
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        return FOREIGN, f"it names no location, and came from {sent.location_id}: {fault}"
    if named == sent.location_id:
        return None
    return FOREIGN, f"it names {named[:80]!r}, and came from {sent.location_id}"


def _letter(sent: SentUp, reason: str, error: str) -> MovedOn:
    place = sent.topic, sent.partition, sent.offset
    headers = dead_letter_headers(sent.headers, reason, error, *place)
    is_whole = _size(sent.key, sent.value, headers) <= LETTER_BYTES_MAX
    if not is_whole:
        headers = dead_letter_headers((), reason, f"left where it lies: {error}", *place)
    topic = letters_topic(sent.location_id, sent.what)
    key, value = (sent.key, sent.value) if is_whole else (None, None)
    return MovedOn(topic, key, value, headers, by_location=False, reason=reason)


def _size(key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> int:
    of_headers = sum(len(name) + len(held or b"") for name, held in headers)
    return len(key or b"") + len(value or b"") + of_headers
