"""The newest catalog of a store: rows in, versions out, and tills that wait for the next."""

import asyncio
import gzip
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from edge.bundle.catalog import RefusedTable, TillCatalog, catalog_of
from edge.bundle.errors import BundleError, UnfitBundle
from edge.bundle.form import BundleName, BundleRows
from edge.gateway.catalog.keeping import CatalogFile
from edge.gateway.catalog.versions import StoreCatalog, next_version
from edge.gateway.catalog.waiting import WaitingTills
from edge.gateway.errors import GatewayUnusable

DIFFERENCES_KEPT = 16
"""Differences that are kept for the next till: nearly all ask from the version before."""

_GZIP_LEVEL = 6


class CatalogReports(Protocol):
    """Hears how the catalog fares."""

    def changed(self, name: BundleName, rows: int, whole_bytes: int, packed_bytes: int) -> None:
        """This version counts now; ``packed_bytes`` of its ``whole_bytes`` go over the line."""
        ...

    def is_current(self) -> None:
        """What counts now is all that there is."""
        ...

    def kept_back(self, why: str) -> None:
        """What the centre says cannot be told to tills; the version before still counts."""
        ...

    def tables_refused(self, tables: Sequence[RefusedTable]) -> None:
        """By these versions no till decides; the last good one of each table stays."""
        ...

    def left_out(self, what: str, why: str) -> None:
        """One row is no good, and the catalog goes on without it, or with what it was before."""
        ...


class PackedAnswer(NamedTuple):
    """What a till is answered, packed by gzip."""

    name: BundleName
    packed: bytes
    is_whole: bool


class _Seen(NamedTuple):
    """A version as it is told, and as it is read."""

    view: TillCatalog
    packed: bytes
    whole_bytes: int


class CatalogDesk:
    """The catalog of one store. One loop's only."""

    def __init__(
        self,
        location_id: str,
        file: CatalogFile,
        reports: CatalogReports,
        changed: Callable[[int], object],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``changed`` is told the number of each version that counts."""
        self._monotonic = monotonic
        self._current_at: float | None = None
        self._location_id = location_id
        self._file = file
        self._reports = reports
        self._changed = changed
        self._turn = asyncio.Lock()
        self._whole: PackedAnswer | None = None
        self._differences: dict[str, PackedAnswer] = {}
        self.catalog: StoreCatalog | None = None
        """What counts, None before the first."""
        self.view: TillCatalog | None = None
        """The same, as tills read it."""
        self.waiting = WaitingTills()
        if file.catalog is not None:
            self._show(file.catalog, _seen(file.catalog.whole()))

    async def take(self, rows: BundleRows, version: int | None = None) -> bool:
        """Let these rows count, all that the centre has for the store's tills now; whether they do.

        They are called by ``version`` where the store's feed has numbers of its own. What lies in
        the store's own Kafka may be old: then whoever hears the centre says so by `is_current`.

        They do once they are on the disk. False where that failed, or they are too many: what
        counted before still does, and the same may be tried again.
        """
        if not await self.retake(rows, version):
            return False
        if version is None:
            self.is_current()
        return True

    def is_current(self) -> None:
        """What counts is, now, all that the centre has; before the first catalog, nothing does."""
        if self.catalog is not None:
            self._current_at = self._monotonic()
            self._reports.is_current()

    async def retake(self, rows: BundleRows, version: int | None = None) -> bool:
        """The same, where what has changed is the store's own and nobody has heard the centre: what
        it said before is no newer by that."""
        async with self._turn:
            try:
                made = await asyncio.to_thread(self._made, rows, version)
            except (BundleError, GatewayUnusable) as error:
                self._reports.kept_back(str(error))
                return False
            if made is not None:
                self._show(*made)
            return True

    @property
    def age_seconds(self) -> int | None:
        """How long ago the catalog was known to be all that the centre has; None where nothing was
        heard since the start of this process."""
        return None if self._current_at is None else int(self._monotonic() - self._current_at)

    def _made(self, rows: BundleRows, version: int | None) -> tuple[StoreCatalog, _Seen] | None:
        """In a thread: for 10,000 products it is some 100 ms."""
        _require_products(self._file.catalog, rows)
        number = self._file.next_number(version)
        made = next_version(self._location_id, self._file.catalog, rows, number)
        if made is None:
            return None
        seen = _seen(made.whole)
        self._file.keep(made)
        return made.catalog, seen

    def _show(self, catalog: StoreCatalog, seen: _Seen) -> None:
        self.catalog, self.view = catalog, seen.view
        self._whole = PackedAnswer(catalog.name, seen.packed, is_whole=True)
        self._differences = {}
        self._changed(catalog.name.catalog_version)
        self._reports.changed(catalog.name, len(catalog.rows), seen.whole_bytes, len(seen.packed))
        self.waiting.tell()

    def answer(self, have: str | None) -> PackedAnswer | None:
        """What leads a till from what it has to the newest; None where that is what it has.

        Ask only where there is a ``catalog``.
        """
        catalog, whole = self.catalog, self._whole
        if catalog is None or whole is None:
            raise ValueError("there is no catalog yet")
        origin = catalog.known_as(have) if have else None
        if origin is None:
            return whole
        if origin == catalog.name:
            return None
        return self._difference(catalog, origin, whole)

    def _difference(
        self, catalog: StoreCatalog, origin: BundleName, whole: PackedAnswer
    ) -> PackedAnswer:
        found = self._differences.get(origin.sha256)
        if found is None:
            packed = _packed(catalog.difference_from(origin))
            found = PackedAnswer(catalog.name, packed, is_whole=False)
            if len(packed) >= len(whole.packed):
                found = whole
            if len(self._differences) >= DIFFERENCES_KEPT:
                self._differences.pop(next(iter(self._differences)))
            self._differences[origin.sha256] = found
        return found

    def close(self) -> None:
        """Hold nobody any more."""
        self.waiting.close()


def _require_products(before: StoreCatalog | None, rows: BundleRows) -> None:
    """Whoever sells something does not all at once sell nothing: the centre's topics were made
    anew, and are not filled yet. Raises `UnfitBundle`."""
    if before and _has_products(before.rows) and not _has_products(rows):
        raise UnfitBundle("the centre tells of no product any more, and this store sells some")


def _has_products(rows: BundleRows) -> bool:
    return any(kind == "product" for kind, _ in rows)


def _seen(whole: bytes) -> _Seen:
    return _Seen(catalog_of(whole), _packed(whole), len(whole))


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)
