"""Whose number an event has, read from bytes of which the rest may be anything.

What cannot be applied still takes its number where it can be read: the till sent it, so it is not
missing (`topics.sequences`).
"""

import msgspec

from topics import scalars as s


class Numbered(msgspec.Struct, frozen=True, gc=False):
    """The four fields by which a till's event is known."""

    location_id: s.Identifier
    till_id: s.Identifier
    epoch: s.Epoch
    sequence: s.Ordinal


_decode = msgspec.json.Decoder(Numbered).decode


def numbered(value: bytes | None) -> Numbered | None:
    """The event's number, None where it cannot be read."""
    if value is None:
        return None
    try:
        return _decode(value)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
