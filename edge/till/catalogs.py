"""The till's catalog: what its disk has, kept up to date while there is a way to the gateway."""

from collections.abc import Sequence
from functools import partial
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
from edge.till.employees.news import StaffNews

_AGE_DIGITS_MAX = 10
"""Of the header ``Age``: three hundred years in seconds."""


class CatalogKeeper:
    """Whatever is wrong with a catalog, the till sells by the last good one, or by what its
    programs say."""

    def __init__(self) -> None:
        self._holder: CatalogHolder | None = None
        self.news = StaffNews()
        """How old what it says of employees is."""
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
            asking = _Asking(way)
            await CatalogFetcher(asking, self._holder, partial(self._told, asking)).run()

    def _told(self, asking: "_Asking", error: Exception | None) -> None:
        if error is None and asking.age_seconds is not None:
            self.news.hear(asking.age_seconds)
        why = "" if error is None else str(error) or type(error).__name__
        if why and why != self.fault:
            structlog.get_logger("tillstream.till").warning("catalog_waits", why=why)
        self.fault = why
        self._tell_refused()

    @property
    def age_seconds(self) -> int | None:
        """For how long nobody has said that it is what the centre has; None without one."""
        return None if self.current() is None else int(self.news.age_seconds)

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
        self.age_seconds: float | None = None
        """How long ago the gateway heard that its catalog is current, by its last answer; None
        where it has not heard since its start."""

    async def request(self, method: str, target: str) -> Reply:
        """The answer, whatever it says."""
        try:
            reply = await self._way.ask(method, target, b"", {"Accept-Encoding": "gzip"})
        except Refusal as refusal:
            raise ConnectionError(refusal.detail) from refusal
        age = reply.headers.get("Age", "")
        is_told = age.isascii() and age.isdigit() and len(age) <= _AGE_DIGITS_MAX
        self.age_seconds = float(age) if is_told else None
        return reply
