"""Counts what heads are worth, and says in the log which do not hold."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog

from edge.gateway.unreadable import Place

TOLD_MAX = 20
"""Lines of one minute: the first say all. Whoever writes into the topic could fill the disk."""

MINUTE_SECONDS = 60.0


class ResultCounter(Protocol):
    """Counts by a label."""

    def labels(self, *values: str) -> Any: ...


class ReportedHeads:
    """See `edge.heads.watch.HeadReports`."""

    def __init__(self, heads: ResultCounter, clock: Callable[[], float] = time.monotonic) -> None:
        """``heads`` counts by the result: ``verified`` or ``doubted``."""
        self._verified, self._doubted = heads.labels("verified"), heads.labels("doubted")
        self._clock = clock
        self._since = clock()
        self._told = 0
        self._log: Any = structlog.get_logger("tillstream.heads")

    def verified(self) -> None:
        """See `HeadReports`."""
        self._verified.inc()

    def doubted(self, place: Place, wrong: Sequence[str]) -> None:
        """See `HeadReports`."""
        self._doubted.inc()
        now = self._clock()
        if now - self._since >= MINUTE_SECONDS:
            self._since, self._told = now, 0
        self._told += 1
        if self._told <= TOLD_MAX:
            self._log.error("head_doubted", **place._asdict(), wrong=list(wrong))
