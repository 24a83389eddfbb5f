"""From a message of a derived topic to the row that it brings, or takes away. Pure."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from dashboards.board.feed.rows import TOPICS, Gone, Ident, Row, Totals, ident_of, times_of
from topics.scalars import ID_PATTERN, anchored, in_utc


class Malformed(Exception):
    """A message that its topic's contract does not know; the text says why."""


def _decoder(struct: type[Row]) -> Callable[[bytes], Row]:
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(struct)
    return decoder.decode


_DECODE = {topic: _decoder(struct) for topic, struct in TOPICS.items()}


def decode(topic: str, value: bytes) -> Row:
    """The row in ``value``; raises `Malformed` where it is none of that topic."""
    try:
        row = _DECODE[topic](value)
        for time in times_of(row):
            in_utc(time)
    # A value that is nested some thousand levels deep ends in a RecursionError.
    except (ValueError, RecursionError) as fault:
        raise Malformed(str(fault)) from fault
    return row


def read_row(topic: str, key: bytes | None, value: bytes | None) -> Row | Gone:
    """What a message brings: a row, or that one is gone. Raises `Malformed`.

    A row under another key than its own would never be compacted away, nor taken back.
    """
    try:
        text = (key or b"").decode()
        if value is None:
            return Gone(TOPICS[topic], _ident_in(topic, text))
    except ValueError as fault:
        raise Malformed(f"no key of {topic}: {key!r}") from fault
    row = decode(topic, value)
    if "/".join(ident_of(row)) != text:
        raise Malformed(f"the row of {'/'.join(ident_of(row))} has the key {text!r}")
    return row


_IDENTIFIER = re.compile(anchored(ID_PATTERN))


def _ident_in(topic: str, key: str) -> Ident:
    """The parts of a key; ValueError where it is none of that topic."""
    ident = tuple(key.split("/"))
    *names, last = ident
    if TOPICS[topic] is Totals:
        date.fromisoformat(last)
    else:
        names = ident
    right = len(ident) == 2 or (len(ident) == 3 and TOPICS[topic] is Totals)
    if not right or not all(_IDENTIFIER.match(name) for name in names):
        raise ValueError(key)
    return ident
