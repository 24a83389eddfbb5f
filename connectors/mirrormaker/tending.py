"""One mirror in Connect: it is defined where it is missing, and started again where it must be."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import structlog

from connectors.connect.errors import ConnectorError
from connectors.connect.finding import ConnectorFinding
from connectors.connect.keeping import KeptConnector
from connectors.mirrormaker.metrics import MirrorMetrics

Reason = Literal["failed", "idle", "identity"]

AGAIN_SECONDS = 30.0
"""Between two starts. A task that fails at once would otherwise be started with every look; longer
adds to each outage that a start would end."""

IDLE_SECONDS = 60.0
"""For which a mirror may run without a task: it looks for topics every ten seconds, and asks for as
long before. One that was refused by the other side never asks again by itself."""


class TendedMirror:
    """Looks after one mirror; ``identities`` are the files whose contents its clients took when
    they began, for Java reads them once."""

    def __init__(
        self,
        kept: KeptConnector,
        identities: tuple[Path, ...],
        metrics: MirrorMetrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = kept.name
        self._kept = kept
        self._identities = identities
        self._metrics = metrics
        self._clock = clock
        self._taken = self._written_at()
        self._idle_since: float | None = None
        self._started_at = -AGAIN_SECONDS
        self._log: Any = structlog.get_logger("tillstream.mirrors")
        for reason in get_args(Reason):  # so that the first start counts as an increase, too
            metrics.restarts.labels(self.name, reason)

    def look(self) -> None:
        """See how it is, and do what helps; raises `ConnectorError` where Connect is away."""
        try:
            found = self._kept.check()
        except ConnectorError:
            self._metrics.up.labels(self.name).set(0)
            raise
        self._metrics.up.labels(self.name).set(found.state == "RUNNING")
        self._metrics.drift.labels(self.name).set(len(found.differences))
        if found.state == "MISSING":
            self._define()
        elif reason := self._reason(found):
            self._start_again(reason, found)

    def _define(self) -> None:
        self._log.info("mirror_defined", mirror=self.name)
        self._kept.tell()
        self._taken = self._written_at()

    def _reason(self, found: ConnectorFinding) -> Reason | None:
        """Why it must be started again now; somebody who has stopped it is let be."""
        now = self._clock()
        is_idle = found.state == "UNASSIGNED"
        self._idle_since = (self._idle_since or now) if is_idle else None
        if now < self._started_at + AGAIN_SECONDS:
            return None
        if found.state == "FAILED":
            return "failed"
        if self._idle_since is not None and now >= self._idle_since + IDLE_SECONDS:
            return "idle"
        is_renewed = found.state == "RUNNING" and self._written_at() != self._taken
        return "identity" if is_renewed else None

    def _start_again(self, reason: Reason, found: ConnectorFinding) -> None:
        self._started_at, self._idle_since = self._clock(), None
        self._metrics.restarts.labels(self.name, reason).inc()
        self._log.warning(
            "mirror_started_again", mirror=self.name, reason=reason, trace=found.trace[:1000]
        )
        if reason == "failed":
            self._kept.connect.restart_failed()
        else:
            taken = self._written_at()
            self._kept.connect.restart()
            self._taken = taken

    def _written_at(self) -> tuple[float, ...]:
        try:
            return tuple(file.stat().st_mtime for file in self._identities)
        except OSError:  # half of a pair is being replaced
            return ()
