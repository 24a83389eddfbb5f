"""Says in the log what is wrong with what tills send."""

from collections.abc import Sequence
from typing import Any

import structlog

from identity.names import TillName

SHOWN_MAX = 20
"""Numbers of a report that are shown: a batch may have 500."""


class ReportedIntake:
    """See `edge.gateway.reports.IntakeReports`."""

    def __init__(self) -> None:
        self._log: Any = structlog.get_logger("tillstream.gateway")

    def head(self, till: TillName, epoch: int, sequence: int, wrong: Sequence[str]) -> None:
        """See `IntakeReports`."""
        self._log.warning(
            "head_doubted", till=str(till), epoch=epoch, sequence=sequence, wrong=list(wrong)
        )

    def forked(self, till: TillName, epoch: int, numbers: Sequence[int]) -> None:
        """See `IntakeReports`."""
        shown = list(numbers[:SHOWN_MAX])
        self._log.error(
            "fork_taken", till=str(till), epoch=epoch, count=len(numbers), sequences=shown
        )

    def conflict(self, till: TillName, epoch: int, kind: str, detail: str) -> None:
        """See `IntakeReports`."""
        self._log.warning("batch_refused", till=str(till), epoch=epoch, conflict=kind, why=detail)

    def foreign(self, till: TillName, detail: str) -> None:
        """See `IntakeReports`."""
        self._log.error("foreign_event_refused", till=str(till), why=detail)
