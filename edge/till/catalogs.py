"""The till's catalog: what its disk has, kept up to date while there is a way to the gateway."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

from edge.bundle.catalog import RefusedTable, TillCatalog
from edge.bundle.errors import UnkeptBundle
from edge.bundle.fetching import CatalogFetcher
from edge.bundle.holding import CatalogHolder
from edge.problems import Refusal
from edge.proxy.upstream import Upstream
from edge.rules.trying import TriedTables
from edge.signing.session import Reply


class CatalogKeeper:
    """Whatever is wrong with a catalog, the till sells by the last good one, or by what its
    programs say."""

    def __init__(self) -> None:
        self._holder: CatalogHolder | None = None
        self.fault = ""
        """Why there is none, or no newer one."""
        self._refused: Sequence[RefusedTable] = ()
        """Those that were told of."""

    def open(self, folder: Path, location_id: str) -> None:
        """Use what the disk has."""
        try:
            self._holder = CatalogHolder(folder, location_id, TriedTables())
        except UnkeptBundle as error:
            self.fault = str(error)
            structlog.get_logger("tillstream.till").error("no_catalog", why=self.fault)
        self._tell_refused()

    def current(self) -> TillCatalog | None:
        """The newest that is here."""
        return self._holder and self._holder.current

    async def run(self, way: Upstream) -> None:
        """Fetch for ever."""
        if self._holder is not None:
            await CatalogFetcher(_Asking(way), self._holder, self._told).run()

    def _told(self, error: Exception | None) -> None:
        why = "" if error is None else str(error) or type(error).__name__
        if why and why != self.fault:
            structlog.get_logger("tillstream.till").warning("catalog_waits", why=why)
        self.fault = why
        self._tell_refused()

    @property
    def refused_tables(self) -> Sequence[RefusedTable]:
        """Versions of decision tables that came and do not count; those before them do."""
        catalog = self.current()
        return catalog.refused_tables if catalog else ()

    def _tell_refused(self) -> None:
        """Once for each: a price that changes brings all of them again."""
        for each in self.refused_tables:
            if each not in self._refused:
                structlog.get_logger("tillstream.till").error(
                    "table_refused", **each._asdict(), then="the version before it counts"
                )
        self._refused = self.refused_tables

    def told(self) -> dict[str, Any]:
        """How it stands, as programs are told."""
        catalog = self.current()
        name = catalog and catalog.name
        return {
            "catalog_version": name and name.catalog_version,
            "sha256": name and name.sha256,
            "fault": self.fault,
            "refused_tables": [each._asdict() for each in self.refused_tables],
        }


class _Asking:
    """The way as the fetcher wants it: who is away is an error of the network."""

    def __init__(self, way: Upstream) -> None:
        self._way = way

    async def request(self, method: str, target: str) -> Reply:
        """The answer, whatever it says."""
        try:
            return await self._way.ask(method, target, b"", {"Accept-Encoding": "gzip"})
        except Refusal as refusal:
            raise ConnectionError(refusal.detail) from refusal
