"""The chain of a till's events: the bytes that are hashed, and the hash.

An event's ``chain`` is ``{"prev": hex, "hash": hex}``; ``hash`` is the SHA-256 of the 32 bytes of
``prev``, followed by the canonical JSON of the event without ``chain``: keys sorted by code point,
no spaces, UTF-8 with nothing escaped that need not be. An epoch begins with `EPOCH_BEGINS`.

    >>> link = follow(EPOCH_BEGINS, {"type": "till_heartbeat", "sequence": 1})
    >>> link_of(orjson.loads(link.wire())) == link
    True
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, NamedTuple

import msgspec
import orjson

from topics.scalars import HASH_PATTERN, NUMBER_MAX, anchored

EPOCH_BEGINS = "0" * 64
"""What stands before the first event of an epoch."""

DEPTH_MAX = 8
"""Lists and objects within each other, the event itself counted. Contracts nest three deep; what
nests without an end would cost whoever checks it the stack."""

_CHAIN = "chain"

_Integer = Annotated[int, msgspec.Meta(ge=-NUMBER_MAX, le=NUMBER_MAX)]
_Hash = Annotated[str, msgspec.Meta(pattern=anchored(HASH_PATTERN))]


def _plain(depth: int) -> Any:
    """The type of what an event may hold at ``depth`` further levels. No float can be meant: two
    programs would write one number in two ways."""
    scalar = None | bool | _Integer | str
    if not depth:
        return scalar
    below = _plain(depth - 1)
    return scalar | list[below] | dict[str, below]


class _Content(msgspec.Struct, gc=False):
    """msgspec knows how to check a struct's field; a bare type it would work out at each call."""

    event: dict[str, _plain(DEPTH_MAX - 1)]  # type: ignore[valid-type]


class _Chained(msgspec.Struct, gc=False):
    prev: _Hash
    hash: _Hash


class NotCanonical(ValueError):
    """An event that has no canonical bytes: a float, a number beyond the contract's, text that is
    no Unicode, or a type that JSON does not have."""


class BrokenChain(ValueError):
    """An event whose ``chain`` is missing, cannot be read, or is not that of its content."""


class Link(NamedTuple):
    """One event in its place: its canonical bytes, and the two hashes in lower-case hex."""

    body: bytes
    prev: str
    hash: str

    def wire(self) -> bytes:
        """The event as it is sent: the same JSON, with ``chain`` as its last member."""
        comma = b"," if len(self.body) > len(b"{}") else b""
        chain = f'"{_CHAIN}":{{"prev":"{self.prev}","hash":"{self.hash}"}}}}'.encode()
        return self.body[:-1] + comma + chain


def canonical(event: Mapping[str, Any]) -> bytes:
    """The bytes of an event that are hashed; ``chain`` is left out. Raises `NotCanonical`."""
    content = {name: value for name, value in event.items() if name != _CHAIN}
    try:
        msgspec.convert({"event": content}, _Content)
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except (msgspec.ValidationError, TypeError, RecursionError) as error:
        raise NotCanonical(f"the event has no canonical form: {error}") from error


def hash_of(prev: str, body: bytes) -> str:
    """The hash, in lower-case hex, of an event with these canonical bytes behind ``prev``."""
    return sha256(bytes.fromhex(prev) + body).hexdigest()


def follow(prev: str, event: Mapping[str, Any]) -> Link:
    """The event as the next behind ``prev``; raises `NotCanonical`."""
    body = canonical(event)
    return Link(body, prev, hash_of(prev, body))


def link_of(event: Mapping[str, Any]) -> Link:
    """The place that an event says it has, proven to be that of its content.

    Whether ``prev`` is the event before it is for the caller to compare. Raises `BrokenChain` and
    `NotCanonical`.
    """
    try:
        told = msgspec.convert(event.get(_CHAIN), _Chained)
    except msgspec.ValidationError as error:
        raise BrokenChain(f"the event's chain cannot be read: {error}") from error
    link = follow(told.prev.lower(), event)
    if link.hash != told.hash.lower():
        raise BrokenChain("the event's hash is not that of its content behind its prev")
    return link
