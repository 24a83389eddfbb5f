"""The feed of one store: what was said in it, and what to say next. Pure.

All that is known of a feed can be read back from its topic, so nothing else is kept anywhere.
"""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from connectors.feeds.rows import DownRow
from topics.down import HEAD_KEY, KINDS, FeedSums, canonical, row_digest

_DIGEST_BYTES = 32

DIGESTS_KEPT = 65_536
"""Rows that several stores have are hashed once for all of them, and lie in memory once; some
30 MiB."""

_FIRST = ("location", "product", "rule_table", "employee", "customer", "device_list")
"""What others refer to goes first, and leaves last."""

_PLACE_OF_KIND = {kind: at for at, kind in enumerate((*_FIRST, *KINDS)[::-1])}


class SaidRecord(NamedTuple):
    """A record of a feed; without a value it lets compaction remove the key. ``what`` it says:
    row, gone, forgotten or head."""

    key: bytes
    value: bytes | None
    what: str


class Feed:
    """What was said. ``feed_id`` is another one for each topic that begins anew.

    Memory: some 200 bytes for each row that stands.
    """

    def __init__(self, location_id: str, feed_id: str) -> None:
        self.location_id = location_id
        self.feed_id = feed_id
        self.version = 0
        self._said: dict[str, bytes] = {}
        self._gone: dict[str, int] = {}
        self._sums = FeedSums()
        self._head: bytes | None = None

    @property
    def rows(self) -> int:
        """How many rows stand."""
        return len(self._said)

    @property
    def gone(self) -> int:
        """How many records say that something is gone, and wait for the store's word."""
        return len(self._gone)

    @property
    def kinds(self) -> Collection[str]:
        """Of which rows stand."""
        return self._sums.rows()

    def keys(self) -> Collection[str]:
        """Of all rows that stand."""
        return self._said.keys()

    def recover(self, key: bytes, value: bytes | None) -> None:
        """Take back a record of the topic, in order."""
        text = sys.intern(key.decode())
        if value is None:
            self._gone.pop(text, None)
            return
        told = orjson.loads(value)
        self.version = max(self.version, told["version"])
        if text == HEAD_KEY:
            self.feed_id, self._head = told["feed"], value
        elif told.get("gone"):
            self._put(text, None)
            self._gone[text] = told["version"]
        else:
            self._put(text, canonical(told["row"]))

    def say(self, wanted: Mapping[str, DownRow | None]) -> Iterator[SaidRecord]:
        """What brings the rows under these keys to what is wanted: nothing where they are so.

        Every message counts as said once it was made: who fails to write one begins anew.
        """
        new = [key for key, row in wanted.items() if row is not None and self._differs(key, row)]
        old = [key for key, row in wanted.items() if row is None and key in self._said]
        for key in sorted(new, key=_order, reverse=True):
            row = wanted[key]
            assert row is not None  # noqa: S101 - by the choice above
            yield self._row(sys.intern(key), row)
        for key in sorted(old, key=_order):
            yield self._leave(key)

    def forget(self, applied: int) -> Iterator[SaidRecord]:
        """What lets go of records that the store has long passed: those of which it has reported
        a later version."""
        for key in [key for key, version in self._gone.items() if version < applied]:
            del self._gone[key]
            yield SaidRecord(key.encode(), None, "forgotten")

    def heading(self) -> Iterator[SaidRecord]:
        """A head, where the newest one does not say what stands."""
        head = self._head_value()
        if head != self._head:
            self._head = head
            yield SaidRecord(HEAD_KEY.encode(), head, "head")

    def _differs(self, key: str, row: DownRow) -> bool:
        return self._said.get(key) != _digest(key, row.body)

    def _row(self, key: str, row: DownRow) -> SaidRecord:
        self.version += 1
        self._put(key, row.body)
        begins: dict[str, Any] = {"valid_from": row.valid_from} if row.valid_from else {}
        told = {**_named(key), "version": self.version, **begins}
        return SaidRecord(key.encode(), _with_row(told, row.body), "row")

    def _leave(self, key: str) -> SaidRecord:
        self.version += 1
        self._put(key, None)
        self._gone[key] = self.version
        told = {**_named(key), "version": self.version, "gone": True}
        return SaidRecord(key.encode(), orjson.dumps(told), "gone")

    def _put(self, key: str, body: bytes | None) -> None:
        kind = key.partition("/")[0]
        before = self._said.pop(key, None)
        if before is not None:
            self._sums.remove(kind, int.from_bytes(before))
        self._gone.pop(key, None)
        if body is not None:
            self._said[key] = _digest(key, body)
            self._sums.add(kind, int.from_bytes(self._said[key]))

    def _head_value(self) -> bytes:
        rows, hashes = self._sums.rows(), self._sums.hash()
        told = {"version": self.version, "rows": rows, "hash": hashes, "feed": self.feed_id}
        return orjson.dumps(told)


@lru_cache(maxsize=DIGESTS_KEPT)
def _digest(key: str, body: bytes) -> bytes:
    return row_digest(key, body).to_bytes(_DIGEST_BYTES)


def _named(key: str) -> dict[str, Any]:
    kind, _, row_id = key.partition("/")
    return {"kind": kind, "id": row_id}


def _with_row(told: Mapping[str, Any], body: bytes) -> bytes:
    """As one JSON object, without writing the row again."""
    return b'%b,"row":%b}' % (orjson.dumps(told)[:-1], body)


def _order(key: str) -> tuple[int, str]:
    kind = key.partition("/")[0]
    return _PLACE_OF_KIND.get(kind, 0), key


Wanted = Callable[[str, str, str], DownRow | None]
"""A location, a kind and an id, to the row as that store should have it."""


def wanted_by(wanted: Wanted, location_id: str, keys: Iterable[str]) -> dict[str, DownRow | None]:
    """What is wanted under these keys."""
    return {key: wanted(location_id, *key.split("/", 1)) for key in keys}
