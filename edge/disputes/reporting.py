"""Counts disputed returns, and says in the log which tills took them back."""

import time
from collections.abc import Callable, Mapping
from typing import Any, get_args

import structlog

from edge.disputes.desk import Round
from edge.watched import MinuteQuota, ResultCounter
from topics.disputed_returns import DisputeReason


class ReportedDisputes:
    """What became of rounds."""

    def __init__(
        self,
        found: ResultCounter,
        standing: ResultCounter,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``found`` counts disputes by their reason, ``standing`` shows how many there are."""
        self._found = found
        self._standing = standing
        for reason in get_args(DisputeReason):
            found.labels(reason)
        self._quota = MinuteQuota(clock)
        self._log: Any = structlog.get_logger("tillstream.returns")

    def judged(self, done: Round) -> None:
        """What a round has told, and what of it was explained since."""
        for each in done.told:
            self._found.labels(each.reason).inc()
            if self._quota.take():
                self._log.error("return_disputed", **each._asdict())
        for receipt_no, location_id in done.explained:
            if self._quota.take():
                self._log.info("return_explained", receipt_no=receipt_no, location_id=location_id)

    def stands(self, counted: Mapping[str, int]) -> None:
        """How many stand now."""
        for reason in get_args(DisputeReason):
            self._standing.labels(reason).set(counted.get(reason, 0))
