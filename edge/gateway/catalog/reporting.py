"""Says how the store's catalog fares, in the log and in figures."""

from collections.abc import Callable, Sequence
from typing import Any

import structlog

from edge.bundle.catalog import RefusedTable
from edge.bundle.form import BundleName
from edge.gateway.catalog.metrics import CatalogMetrics


class ReportedCatalog:
    """See `edge.gateway.catalog.desk.CatalogReports`."""

    def __init__(
        self, metrics: CatalogMetrics, refuse: Callable[[Sequence[RefusedTable]], object]
    ) -> None:
        """``refuse`` is told of the tables that count for nobody now."""
        self._log: Any = structlog.get_logger("tillstream.gateway")
        self._metrics = metrics
        self._refuse = refuse
        self._refused: Sequence[RefusedTable] = ()

    def changed(self, name: BundleName, rows: int, whole_bytes: int, packed_bytes: int) -> None:
        """See `CatalogReports`."""
        self._metrics.version.set(name.catalog_version)
        self._metrics.rows.set(rows)
        self._metrics.whole_bytes.set(whole_bytes)
        self._metrics.packed_bytes.set(packed_bytes)
        self._metrics.changed.set_to_current_time()
        version, sha256 = name
        self._log.info("catalog_counts", catalog_version=version, sha256=sha256, rows=rows)

    def is_current(self) -> None:
        """See `CatalogReports`."""
        self._metrics.current.set_to_current_time()

    def kept_back(self, why: str) -> None:
        """See `CatalogReports`."""
        self._metrics.kept_back.inc()
        self._log.error("catalog_kept_back", why=why, then="tills sell by the version before")

    def tables_refused(self, tables: Sequence[RefusedTable]) -> None:
        """See `CatalogReports`; each is said once for as long as it lasts."""
        self._metrics.tables_refused.set(len(tables))
        self._refuse(tables)
        for each in tables:
            if each not in self._refused:
                told = each._asdict()
                self._log.error("table_refused", **told, then="tills decide by the one before")
        self._refused = tables

    def left_out(self, what: str, why: str) -> None:
        """See `CatalogReports`."""
        self._metrics.left_out.inc()
        self._log.error("catalog_row_left_out", row=what, why=why)
