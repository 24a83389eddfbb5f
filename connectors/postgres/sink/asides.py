"""Malformed derived records: counted each, told to the log once a burst."""

import time
from collections.abc import Mapping
from typing import Any, Protocol

from connectors.postgres.sink.derived import Newest

QUIET_SECONDS = 60.0
"""Without a malformed record, after which the next one is told again. Less drowns the log while a
worker writes nothing else; more hides that a second fault began."""


class _Counter(Protocol):
    def labels(self, *values: str) -> "_Counter": ...
    def inc(self, amount: float) -> None: ...


class Asides:
    """What was set apart since this process began."""

    def __init__(self, counter: _Counter, log: Any) -> None:
        self._counter = counter
        self._log = log
        self._last: float | None = None

    def tell(self, newest: Mapping[str, Newest]) -> None:
        """Count the malformed records of a batch that was written."""
        for topic, held in newest.items():
            if not held.misfits_met:
                continue
            self._counter.labels(topic).inc(held.misfits_met)
            now = time.monotonic()
            if self._last is None or now - self._last > QUIET_SECONDS:
                self._log.error(
                    "derived_record_malformed",
                    cause=held.misfits[0].error,
                    records=held.misfits_met,
                    kept="in the table sink_malformed",
                )
            self._last = now
