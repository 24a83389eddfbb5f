"""Counts what heads are worth, and says in the log which do not hold."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from edge.gateway.unreadable import Place
from edge.watched import MinuteQuota, ResultCounter


class ReportedHeads:
    """See `edge.heads.watch.HeadReports`."""

    def __init__(self, heads: ResultCounter, clock: Callable[[], float] = time.monotonic) -> None:
        """``heads`` counts by the result: ``verified`` or ``doubted``."""
        self._verified, self._doubted = heads.labels("verified"), heads.labels("doubted")
        self._quota = MinuteQuota(clock)
        self._log: Any = structlog.get_logger("tillstream.heads")

    def verified(self) -> None:
        """See `HeadReports`."""
        self._verified.inc()

    def doubted(self, place: Place, wrong: Sequence[str]) -> None:
        """See `HeadReports`."""
        self._doubted.inc()
        if self._quota.take():
            self._log.error("head_doubted", **place._asdict(), wrong=list(wrong))
