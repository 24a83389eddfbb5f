"""Event ids as tills write them: UUID version 7 (RFC 9562), from a time and given bits.

The bits come from the caller, so that a seeded simulator or a repeated replay gives the same
ids again.
"""

UUID7_FREE_BITS = 74
"""Bits of a version 7 UUID that are neither time, version nor variant."""

_TAIL_BITS = 62
_TAIL_MASK = (1 << _TAIL_BITS) - 1
_VERSION = 0x7 << 76
_VARIANT = 0b10 << _TAIL_BITS


def uuid7(unix_ms: int, bits: int) -> str:
    """The id of an event at ``unix_ms``; ``bits`` are its `UUID7_FREE_BITS` free bits."""
    head = (bits >> _TAIL_BITS) << 64
    number = unix_ms << 80 | _VERSION | head | _VARIANT | bits & _TAIL_MASK
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
