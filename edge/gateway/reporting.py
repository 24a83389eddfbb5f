"""Counts what tills send, and says in the log what is wrong with it."""

from collections.abc import Sequence
from typing import Any

import structlog

from edge.gateway.carts.keeping import GoneTwice
from edge.gateway.metrics import GatewayMetrics
from identity.names import TillName

SHOWN_MAX = 20
"""Numbers of a report that are shown: a batch may have 500."""


class ReportedIntake:
    """See `edge.gateway.reports.IntakeReports`."""

    def __init__(self, metrics: GatewayMetrics) -> None:
        self._metrics = metrics
        self._log: Any = structlog.get_logger("tillstream.gateway")

    def taken(self, till: TillName, new: int, unreadable: int) -> None:
        """See `IntakeReports`."""
        self._metrics.events.inc(new)
        if unreadable:
            self._metrics.quarantined.inc(unreadable)
            self._log.warning("events_quarantined", till=str(till), count=unreadable)

    def head(self, till: TillName, epoch: int, sequence: int, wrong: Sequence[str]) -> None:
        """See `IntakeReports`."""
        self._metrics.head_doubts.inc()
        self._log.warning(
            "head_doubted", till=str(till), epoch=epoch, sequence=sequence, wrong=list(wrong)
        )

    def forked(self, till: TillName, epoch: int, numbers: Sequence[int]) -> None:
        """See `IntakeReports`."""
        self._metrics.forks.inc(len(numbers))
        shown = list(numbers[:SHOWN_MAX])
        self._log.error(
            "fork_taken", till=str(till), epoch=epoch, count=len(numbers), sequences=shown
        )

    def went_on_twice(self, till: TillName, cart: GoneTwice) -> None:
        """See `IntakeReports`."""
        self._metrics.carts_twice.inc()
        self._log.warning(
            "cart_went_on_twice", cart=cart.cart_id, first=cart.first, second=cart.second
        )

    def conflict(self, till: TillName, epoch: int, kind: str, detail: str) -> None:
        """See `IntakeReports`."""
        self._metrics.conflicts.labels(kind).inc()
        self._log.warning("batch_refused", till=str(till), epoch=epoch, conflict=kind, why=detail)

    def foreign(self, till: TillName, detail: str) -> None:
        """See `IntakeReports`."""
        self._metrics.foreign.inc()
        self._log.error("foreign_event_refused", till=str(till), why=detail)
