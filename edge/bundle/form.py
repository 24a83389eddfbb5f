"""The bytes of a bundle: canonical JSON, as the journal's chain has it, and their SHA-256.

    {"catalog_version":7,"location_id":"L-1","rows":{"product":{"SKU-1":{…}}},"schema":1}

Keys are sorted, there are no spaces, and UTF-8 is not escaped. So a version has one sequence of
bytes, whoever writes it, and its hash names it. A row is passed on as its bytes: a till keeps, and
hashes, what a newer gateway says of it and it does not know.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Annotated, NamedTuple

import msgspec
import orjson

from edge.bundle.errors import BundleTooLarge, UnreadableBundle
from topics.scalars import Identifier, Number

SCHEMA = 1
"""The form that this release writes. It rises only where an older till could not read, or would
misread, what it is given: fields and kinds that are added do not count."""

BUNDLE_BYTES_MAX = 16 * 1024 * 1024
"""Of a whole, uncompressed: some 40,000 products with their prices. A till holds it in memory
while it changes from one version to the next, and `edge.signing.session` takes no longer answer."""

ROW_BYTES_MAX = 256 * 1024
"""Of one row: a decision table of a thousand rows. One row more must not push out all others."""

RowKey = tuple[str, str]
"""Kind and id, as in the feed: ``product/SKU-1``."""

BundleRows = Mapping[RowKey, bytes]
"""Rows by key, each as its canonical JSON."""

Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]

RawRows = dict[str, dict[str, msgspec.Raw]]
"""Rows by kind and id, each as it stands in what was read."""


class BundleName(NamedTuple):
    """One version: ``catalog_version`` for people and receipts, ``sha256`` for programs."""

    catalog_version: int
    sha256: str


class ReadBundle(msgspec.Struct, frozen=True):
    """A bundle that was read, with its rows not yet."""

    catalog_version: Number
    location_id: Identifier
    rows: RawRows
    schema: int


def canonical_row(row: object) -> bytes:
    """The bytes of a row that is made of structs, dicts, lists, texts, integers and flags."""
    return orjson.dumps(msgspec.to_builtins(row), option=orjson.OPT_SORT_KEYS)


def whole_of(location_id: str, catalog_version: int, rows: BundleRows) -> bytes:
    """The bytes of a version; raises `BundleTooLarge`."""
    by_kind: dict[str, list[bytes]] = {}
    for (kind, row_id), row in sorted(rows.items()):
        by_kind.setdefault(kind, []).append(orjson.dumps(row_id) + b":" + row)
    kinds = (orjson.dumps(kind) + b":" + braced(members) for kind, members in by_kind.items())
    whole = braced(
        (
            b'"catalog_version":%d' % catalog_version,
            b'"location_id":' + orjson.dumps(location_id),
            b'"rows":' + braced(kinds),
            b'"schema":%d' % SCHEMA,
        )
    )
    if len(whole) > BUNDLE_BYTES_MAX:
        words = f"a bundle of {len(rows)} rows has {len(whole)} bytes, {BUNDLE_BYTES_MAX} at most"
        raise BundleTooLarge(words)
    return whole


def braced(members: Iterable[bytes]) -> bytes:
    """A JSON object of members that are written already."""
    return b"{" + b",".join(members) + b"}"


def sha256_of(whole: bytes) -> str:
    """The hash that names a version, in lower-case hex."""
    return sha256(whole).hexdigest()


_decode = msgspec.json.Decoder(ReadBundle).decode


def read_bundle(whole: bytes) -> ReadBundle:
    """The bundle in these bytes; raises `UnreadableBundle` and `BundleTooLarge`."""
    if len(whole) > BUNDLE_BYTES_MAX:
        raise BundleTooLarge(f"a bundle has {BUNDLE_BYTES_MAX} bytes at most")
    try:
        bundle = _decode(whole)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableBundle(f"the bundle cannot be read: {error}") from error
    if bundle.schema != SCHEMA:
        words = f"the bundle has schema {bundle.schema}, and this release knows {SCHEMA}"
        raise UnreadableBundle(words)
    return bundle


def rows_of(bundle: ReadBundle) -> dict[RowKey, bytes]:
    """Its rows by key."""
    return {
        (kind, row_id): bytes(row)
        for kind, rows in bundle.rows.items()
        for row_id, row in rows.items()
    }
