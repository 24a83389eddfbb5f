"""Says in the log how the store's catalog fares."""

from typing import Any

import structlog

from edge.bundle.form import BundleName


class ReportedCatalog:
    """See `edge.gateway.catalog.desk.CatalogReports`."""

    def __init__(self) -> None:
        self._log: Any = structlog.get_logger("tillstream.gateway")

    def changed(self, name: BundleName, rows: int, whole_bytes: int, packed_bytes: int) -> None:
        """See `CatalogReports`."""
        self._log.info(
            "catalog_changed",
            catalog_version=name.catalog_version,
            sha256=name.sha256,
            rows=rows,
            bytes=whole_bytes,
            packed_bytes=packed_bytes,
        )

    def kept_back(self, why: str) -> None:
        """See `CatalogReports`."""
        self._log.error("catalog_kept_back", why=why, then="tills sell by the version before")

    def left_out(self, what: str, why: str) -> None:
        """See `CatalogReports`."""
        self._log.error("catalog_row_left_out", row=what, why=why)
