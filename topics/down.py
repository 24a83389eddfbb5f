"""The feed of a store, `down.LOCATION`: its master data as the centre has it, version by version.

What a reader must know:

1. The topic has one partition and is compacted. Its keys are ``kind/id``, split at the first
   slash, for ids of rule tables have one too (``rule_table/discounts/3``); and `HEAD_KEY`. A value
   under `HEAD_KEY` is a `FeedHead`, one under another key a `FeedRow` or a `FeedGone`, which says
   ``gone: true``: `read_feed` tells them apart.
2. ``version`` ascends with the offset, over rows and gone ones alike, and names one change for
   ever. It begins where it likes, and compaction and new starts of the writer make holes. Apply a
   record if its version is above the last that was applied, else it is known; that is all that
   idempotence takes.
3. A row is whole, never a difference: the columns of the centre's table as its change data capture
   tells them (JSON columns are texts that hold JSON; times are RFC 3339), without Debezium's
   ``__`` fields. A newer centre may add columns, and kinds: keep aside what you do not know,
   it counts in `FeedHead` all the same.
4. ``locations`` of an employee or a rule table names this store alone, or stays empty.
   A ``device_list`` is the signed list as the registration makes it, under the location's id; its
   order of precedence is the list's own ``number``.
5. Parents may come after those that refer to them, within one lot of records.
6. ``valid_from`` repeats the row's, in UTC: what holds later is sent ahead.
7. `FeedGone`: delete the row. Who deletes what it never had has done enough. The record stays
   until the store has reported (`topics.store_status`) a later version; then it becomes a
   tombstone (null), which means nothing to a reader that has passed the version, and nothing to a
   new one: pass over it.
8. A head follows each lot of changes and is the newest record whenever the writer rests. Its
   ``version`` is the highest before it. Who has applied all up to there compares: ``rows`` counts
   the rows that stand, by kind, ``hash`` says what they are; kinds without a row are in neither.
   A head whose version is below what was applied, or another ``feed``, is of a feed that was made
   anew or put back: do not go on in silence.
9. ``hash`` of a kind is the sum, modulo 2^256, of the SHA-256 of each of its rows, as 64 lower-case
   hex digits. What is hashed is ``kind/id`` in UTF-8, a newline, and the row as JSON: keys sorted,
   no spaces, UTF-8 not escaped (`row_digest`). So order means nothing, and a change costs one
   subtraction and one addition (`FeedSums`). A store keeps each row's digest beside its version.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Annotated, Any, Literal, NamedTuple

import orjson
from pydantic import Field, TypeAdapter

from topics.event_parts import Contract
from topics.scalars import Count, Hash, Positive, Text, UtcTime

HEAD_KEY = "head"

KINDS = (
    "product",
    "price",
    "assortment",
    "location",
    "employee",
    "customer",
    "device_list",
    "rule_table",
    "offer",
    "feature",
    "recall",
    "document",
    "release",
    "assignment",
)
"""All that the contracts name. A reader meets others once the centre is newer than it."""

Kind = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]
RowId = Annotated[str, Field(min_length=1, max_length=192, pattern=r"^[A-Za-z0-9._/-]+$")]

ID_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "product": ("sku",),
    "price": ("price_id",),
    "assortment": ("sku",),
    "location": ("location_id",),
    "employee": ("employee_id",),
    "customer": ("customer_id",),
    "device_list": ("location_id",),
    "rule_table": ("table_name", "version"),
    "offer": ("offer_id",),
    "recall": ("recall_id",),
    "document": ("document_id",),
}
"""The fields of a row that are its id in a feed, joined by slashes; an assortment's location is the
feed's own. Of kinds that no row is sent of yet there is none."""

HASH_MODULUS = 2**256


class FeedRow(Contract):
    """A row of the store's master data, whole, as it stands from ``version`` on.

    ``valid_from`` is when it begins to hold, where it has such a time: it may lie ahead.
    """

    kind: Kind
    id: RowId
    version: Positive
    valid_from: UtcTime | None = None
    row: dict[Text, Any]


class FeedGone(Contract):
    """A row that the store is to delete: it is no more, or concerns the store no more."""

    kind: Kind
    id: RowId
    version: Positive
    gone: Literal[True]


class FeedHead(Contract):
    """How far the feed is: by this a store knows whether it has all, and the same.

    ``rows`` and ``hash`` are by kind. ``feed`` is drawn when the topic's first record is written:
    another one is another feed.
    """

    version: Count
    rows: dict[Kind, Positive]
    hash: dict[Kind, Hash]
    feed: Text


FeedRecord = FeedRow | FeedGone

_records: TypeAdapter[FeedRecord] = TypeAdapter(FeedGone | FeedRow)

FeedMessage = Annotated[FeedRow | FeedGone | FeedHead, Field(union_mode="smart")]

feed_adapter: TypeAdapter[FeedMessage] = TypeAdapter(FeedMessage)
"""Of the topic, for its description; `read_feed` reads one message by its key."""


class FeedKey(NamedTuple):
    """What a row is called in a feed; the key of its records is its text."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


def key_of(kind: str, row: Mapping[str, Any]) -> FeedKey:
    """What a row is called; raises KeyError for a kind of `KINDS` that has no rows yet, and where
    the row lacks the fields of its id."""
    return FeedKey(kind, "/".join(str(row[column]) for column in ID_COLUMNS[kind]))


def read_key(key: bytes) -> FeedKey | None:
    """Of the key of a record: what it names, None for the head. Raises ValueError."""
    text = key.decode()
    if text == HEAD_KEY:
        return None
    kind, slash, row_id = text.partition("/")
    if not (kind and slash and row_id):
        raise ValueError(f"no key of a feed: {text[:200]!r}")
    return FeedKey(kind, row_id)


def read_feed(key: bytes, value: bytes) -> FeedRecord | FeedHead:
    """A record that is no tombstone; raises ValueError, of which pydantic's is one, where it is
    not what its key says."""
    named = read_key(key)
    if named is None:
        return FeedHead.model_validate_json(value)
    told = _records.validate_json(value)
    if (told.kind, told.id) != named:
        raise ValueError(f"under the key {named} there is {told.kind}/{told.id}")
    return told


def canonical(row: Mapping[str, Any]) -> bytes:
    """The bytes of a row that are hashed, and written. Raises TypeError for an integer beyond 64
    bits, which no column holds."""
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS)


def row_digest(key: FeedKey | str, canonical_row: bytes) -> int:
    """What a row adds to the hash of its kind."""
    return int.from_bytes(sha256(f"{key}\n".encode() + canonical_row).digest())


class FeedSums:
    """Rows and hash by kind, of rows that come and go in any order."""

    def __init__(self) -> None:
        self._rows: Counter[str] = Counter()
        self._sums: Counter[str] = Counter()

    def add(self, kind: str, digest: int) -> None:
        """A row is there that was not."""
        self._move(kind, digest, 1)

    def remove(self, kind: str, digest: int) -> None:
        """A row is there no more."""
        self._move(kind, -digest, -1)

    def _move(self, kind: str, digest: int, rows: int) -> None:
        self._rows[kind] += rows
        self._sums[kind] = (self._sums[kind] + digest) % HASH_MODULUS

    def rows(self) -> dict[str, int]:
        """As `FeedHead.rows`."""
        return {kind: self._rows[kind] for kind in self._kinds()}

    def hash(self) -> dict[str, str]:
        """As `FeedHead.hash`."""
        return {kind: f"{self._sums[kind]:064x}" for kind in self._kinds()}

    def _kinds(self) -> Iterator[str]:
        return (kind for kind in sorted(self._rows) if self._rows[kind])
