"""What a till sells by: the newest catalog that was proven and tried, and that its disk has.

On any fault the last good one stays. A cart takes ``current`` when it is opened and keeps it, so
what is taken meanwhile counts from the next cart on.
"""

from contextlib import suppress
from pathlib import Path

from edge.bundle.catalog import TillCatalog
from edge.bundle.difference import applied, read_difference
from edge.bundle.errors import AnotherVersion, BundleError, UnkeptBundle, UnreadableBundle
from edge.bundle.form import sha256_of
from edge.bundle.keeping import VersionFolder
from edge.bundle.last_good import LastGoodTables, lacking
from edge.bundle.trying import TryTable, is_whole, tried


class CatalogHolder:
    """The catalogs of one till. One thread's only."""

    def __init__(self, folder: Path, location_id: str, try_table: TryTable = is_whole) -> None:
        """Open the folder or make it, and take the newest version in it that holds.

        Raises `UnkeptBundle` where the folder cannot be used.
        """
        self._location_id = location_id
        self._try_table = try_table
        self.current: TillCatalog | None = None
        self.fault: str | None = None
        """Why what came last is not used, None where it is."""
        try:
            self._folder = VersionFolder(folder)
            self._last_good = LastGoodTables(folder, try_table)
            self._open()
        except OSError as error:
            raise UnkeptBundle(f"no catalog can be kept in {folder}: {error}") from error

    def _open(self) -> None:
        for version in self._folder.kept():
            whole = self._folder.read(version)
            if whole is None:
                self.fault = f"{version.path} is not what was written there"
                continue
            try:
                self.current = self._tried(whole)
                self.current.take_over(lacking(self.current, self._last_good.tables))
                return
            except BundleError as error:
                self.fault = f"{version.path}: {error}"

    @property
    def catalog_version(self) -> int | None:
        """The number of ``current``, as a sale carries it."""
        return self.current and self.current.name.catalog_version

    @property
    def sha256(self) -> str | None:
        """The hash of ``current``, as the gateway is asked by it."""
        return self.current and self.current.name.sha256

    def take_whole(self, whole: bytes, sha256: str) -> None:
        """Sell by these bytes from the next cart on; raises `BundleError`, and nothing changes."""
        try:
            if sha256_of(whole) != sha256:
                raise UnreadableBundle("the bundle has not the hash by which it came")
            self._take(whole, sha256)
        except BundleError as error:
            self.fault = str(error)
            raise

    def take_difference(self, body: bytes) -> None:
        """Go on by a difference; raises `AnotherVersion` where only the whole helps, or another
        `BundleError`. Nothing changes then."""
        try:
            difference = read_difference(body)
            self._take(applied(self._whole(), difference), difference.sha256)
        except BundleError as error:
            self.fault = str(error)
            raise

    def _whole(self) -> bytes:
        """The bytes of ``current``: in memory they would double what a till needs."""
        try:
            for version in self._folder.kept():
                if version.sha256 == self.sha256:
                    return self._folder.read(version) or b""
        except OSError as error:
            raise AnotherVersion(f"the disk no longer has the version held: {error}") from error
        raise AnotherVersion("the disk no longer has the version held")

    def _take(self, whole: bytes, sha256: str) -> None:
        catalog = self._tried(whole)
        before = self.current.sound_tables if self.current else self._last_good.tables
        last_good = lacking(catalog, before)
        catalog.take_over(last_good)
        try:
            self._last_good.make_ready(last_good)
            self._folder.keep(sha256, whole)
        except OSError as error:
            raise UnkeptBundle(f"the bundle cannot be kept: {error}") from error
        self.current, self.fault = catalog, None
        with suppress(OSError):  # what nobody needs any more goes with the next version then
            self._last_good.settle(last_good)

    def _tried(self, whole: bytes) -> TillCatalog:
        return tried(whole, self._location_id, self._try_table)
