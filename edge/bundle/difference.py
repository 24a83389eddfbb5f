"""What leads from one version to another: rows that changed, and keys that are gone.

    {"catalog_version":8,"changed":{"price":{"p1":{…}}},"from":"<sha256>","gone":{"offer":["o1"]},
     "location_id":"L-1","schema":1,"sha256":"<sha256>"}

It is proven by its effect: what comes of it has the hash that it names, or it is not used.
"""

from collections.abc import Iterable, Mapping

import msgspec
import orjson

from edge.bundle.errors import AnotherVersion, UnreadableBundle
from edge.bundle.form import (
    SCHEMA,
    BundleName,
    BundleRows,
    RawRows,
    RowKey,
    Sha256,
    braced,
    read_bundle,
    rows_of,
    sha256_of,
    whole_of,
)
from topics.scalars import Identifier, Number

BundleChanges = Mapping[RowKey, bytes | None]
"""What became of rows, each as its canonical JSON; None where one is gone."""


class ReadDifference(msgspec.Struct, frozen=True, rename={"origin": "from"}):
    """A difference that was read: from the version with the hash ``origin`` to that of
    ``sha256``."""

    catalog_version: Number
    changed: RawRows
    origin: Sha256
    gone: dict[str, list[str]]
    location_id: Identifier
    schema: int
    sha256: Sha256


def changes_between(before: BundleRows, after: BundleRows) -> dict[RowKey, bytes | None]:
    """What became of the rows of ``before``."""
    changed: dict[RowKey, bytes | None] = {
        key: row for key, row in after.items() if before.get(key) != row
    }
    return changed | {key: None for key in before.keys() - after.keys()}


def difference_of(
    location_id: str, origin: str, target: BundleName, changes: BundleChanges
) -> bytes:
    """The bytes of a difference, canonical as a bundle's are."""
    changed: dict[str, list[bytes]] = {}
    gone: dict[str, list[str]] = {}
    for (kind, row_id), row in sorted(changes.items()):
        if row is None:
            gone.setdefault(kind, []).append(row_id)
        else:
            changed.setdefault(kind, []).append(orjson.dumps(row_id) + b":" + row)
    return braced(
        (
            b'"catalog_version":%d' % target.catalog_version,
            b'"changed":' + braced(_by_kind(changed)),
            b'"from":' + orjson.dumps(origin),
            b'"gone":' + orjson.dumps(gone),
            b'"location_id":' + orjson.dumps(location_id),
            b'"schema":%d' % SCHEMA,
            b'"sha256":' + orjson.dumps(target.sha256),
        )
    )


def _by_kind(members: Mapping[str, Iterable[bytes]]) -> Iterable[bytes]:
    return (orjson.dumps(kind) + b":" + braced(each) for kind, each in members.items())


_decode = msgspec.json.Decoder(ReadDifference).decode


def read_difference(body: bytes) -> ReadDifference:
    """The difference in these bytes; raises `UnreadableBundle`."""
    try:
        difference = _decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableBundle(f"the difference cannot be read: {error}") from error
    if difference.schema != SCHEMA:
        words = f"the difference has schema {difference.schema}, and this release knows {SCHEMA}"
        raise UnreadableBundle(words)
    return difference


def applied(whole: bytes, difference: ReadDifference) -> bytes:
    """The bytes of the version that it leads to.

    Raises `AnotherVersion` where it does not lead there from these, and what `read_bundle` and
    `whole_of` raise.
    """
    if difference.origin != sha256_of(whole):
        raise AnotherVersion("the difference is one from another version than the one held")
    bundle = read_bundle(whole)
    rows = rows_of(bundle)
    for kind, ids in difference.gone.items():
        for row_id in ids:
            rows.pop((kind, row_id), None)
    for kind, changed in difference.changed.items():
        rows |= {(kind, row_id): bytes(row) for row_id, row in changed.items()}
    made = whole_of(bundle.location_id, difference.catalog_version, rows)
    if sha256_of(made) != difference.sha256:
        raise AnotherVersion("what comes of the difference has not the hash that it names")
    return made
