"""Counts what became of sales that were decided again, and says in the log which differ."""

import time
from collections.abc import Callable
from typing import Any

import structlog

from edge.recomputing.sales import SaleDifference
from edge.watched import MinuteQuota, ResultCounter


class ReportedSales:
    """See `edge.recomputing.watch.SaleReports`."""

    def __init__(self, sales: ResultCounter, clock: Callable[[], float] = time.monotonic) -> None:
        """``sales`` counts by the result: ``same`` or ``different``."""
        self._same, self._different = sales.labels("same"), sales.labels("different")
        self._quota = MinuteQuota(clock)
        self._log: Any = structlog.get_logger("tillstream.rules")

    def same(self) -> None:
        """See `SaleReports`."""
        self._same.inc()

    def different(self, difference: SaleDifference) -> None:
        """See `SaleReports`."""
        self._different.inc()
        if self._quota.take():
            self._log.error("sale_differs", **difference.told())
