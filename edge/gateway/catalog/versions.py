"""The versions of a store's catalog: the newest whole, and what leads to it from those before."""

from collections.abc import Mapping
from typing import NamedTuple

from edge.bundle.difference import BundleChanges, changes_between, difference_of
from edge.bundle.form import BundleName, BundleRows, RowKey, sha256_of, whole_of

VERSIONS_KEPT = 500
"""Versions from which a difference leads on. A till that was away for more of them fetches the
whole, some hundred KiB; each version that is kept keeps the keys that went in it."""


class StoreCatalog(NamedTuple):
    """The newest version, and in which one each row last changed, also those that are gone.

    ``known`` are the newest versions, the oldest first; all that changed since is in
    ``changed_in``.
    """

    location_id: str
    rows: BundleRows
    changed_in: Mapping[RowKey, int]
    known: tuple[BundleName, ...]

    @property
    def name(self) -> BundleName:
        """Of the newest version."""
        return self.known[-1]

    def whole(self) -> bytes:
        """The bytes of the newest version."""
        return whole_of(self.location_id, self.name.catalog_version, self.rows)

    def difference_from(self, origin: BundleName) -> bytes:
        """What leads from one of ``known`` to the newest."""
        changes = {
            key: self.rows.get(key)
            for key, version in self.changed_in.items()
            if version > origin.catalog_version
        }
        return difference_of(self.location_id, origin.sha256, self.name, changes)

    def known_as(self, have: str) -> BundleName | None:
        """The version that a till has, by hash or number; None where nothing leads on from it."""
        return next((each for each in reversed(self.known) if _is_called(each, have)), None)


def _is_called(name: BundleName, have: str) -> bool:
    return have in (name.sha256, str(name.catalog_version))


class NextVersion(NamedTuple):
    """A version that comes to be: what changed, and its bytes."""

    catalog: StoreCatalog
    changes: BundleChanges
    whole: bytes


def next_version(
    location_id: str, before: StoreCatalog | None, rows: BundleRows, number: int
) -> NextVersion | None:
    """The version of these rows under ``number``; None where nothing has changed.

    Raises `edge.bundle.errors.BundleTooLarge`.
    """
    changes = changes_between(before.rows if before else {}, rows)
    if before and not changes:
        return None
    whole = whole_of(location_id, number, rows)
    known = (*(before.known if before else ()), BundleName(number, sha256_of(whole)))
    known = known[-VERSIONS_KEPT:]
    changed_in = dict(before.changed_in if before else {}) | dict.fromkeys(changes, number)
    oldest = known[0].catalog_version
    live = {key: at for key, at in changed_in.items() if key in rows or at > oldest}
    return NextVersion(StoreCatalog(location_id, rows, live, known), changes, whole)
