"""Looks again and again how a mirror is: what Connect says, and what the logs say."""

import time
from collections.abc import Callable
from typing import Any

import structlog

from connectors.connect.errors import ConnectorError
from connectors.mirrormaker.definition import STORE, Direction
from connectors.mirrormaker.errors import ClusterAway
from connectors.mirrormaker.logs import SourceLogs
from connectors.mirrormaker.metrics import MirrorMetrics
from connectors.mirrormaker.noted import Mirrored, NotedPositions
from connectors.mirrormaker.progress import LogSpan, MirrorProgress, SkippedRecords
from connectors.mirrormaker.tending import TendedMirror

LOOK_SECONDS = 5.0
"""Between two looks: within ten seconds the store knows what its mirrors lack."""


class MirrorWatch:
    """Over one mirror, by consumers of its own: a side that is silent holds up no other watch."""

    def __init__(
        self,
        direction: Direction,
        mirror: TendedMirror,
        noted: NotedPositions,
        metrics: MirrorMetrics,
        now_seconds: Callable[[], float] = time.time,
    ) -> None:
        self._direction = direction
        self._mirror = mirror
        self._noted = noted
        self._logs = SourceLogs(direction.access, direction.topics)
        self._metrics = metrics
        self._now_seconds = now_seconds
        self._skipped = {topic: SkippedRecords() for topic in direction.topics}
        self._log: Any = structlog.get_logger("tillstream.mirrors")
        for topic in direction.topics:
            metrics.skipped.labels(direction.connector, topic)

    def look(self) -> None:
        """One look at Connect and at the logs. What does not answer is told by the metrics."""
        seen = set[str]()
        try:
            seen = self._look_at_logs()
        except ClusterAway as fault:
            self._log.warning("mirror_unseen", mirror=self._mirror.name, cause=str(fault))
        for topic in set(self._direction.topics) - seen:
            self._metrics.forget(self._mirror.name, topic)
        self._look_at_connect()

    def close(self) -> None:
        """End the connections."""
        self._logs.close()
        self._noted.close()

    def _look_at_connect(self) -> None:
        try:
            self._mirror.look()
            self._metrics.connect_up.set(1)
        except ConnectorError as fault:
            self._metrics.connect_up.set(0)
            self._log.warning("connect_is_away", cause=str(fault))

    def _look_at_logs(self) -> set[str]:
        """The topics of which something is known now."""
        spans = self._answered(self._direction.source, self._logs.spans)
        noted = self._answered(STORE, self._noted.read)
        for topic, span in spans.items():
            position = noted.get(Mirrored(self._direction.connector, topic))
            self._see(topic, MirrorProgress(position.next_offset if position else 0, span))
        return set(spans)

    def _answered(self, cluster: str, ask: Callable[[], Any]) -> Any:
        try:
            answer = ask()
        except ClusterAway:
            self._metrics.cluster_up.labels(cluster).set(0)
            raise
        self._metrics.cluster_up.labels(cluster).set(1)
        return answer

    def _see(self, topic: str, progress: MirrorProgress) -> None:
        labels = self._direction.connector, topic
        self._metrics.ahead.labels(*labels).set(progress.ahead)
        self._metrics.unread.labels(*labels).set(progress.unread)
        self._metrics.oldest_seconds.labels(*labels).set(self._oldest_seconds(topic, progress))
        if skipped := self._skipped[topic].look(progress):
            self._metrics.skipped.labels(*labels).inc(skipped)
            self._tell_skipped(topic, progress.span, skipped)

    def _oldest_seconds(self, topic: str, progress: MirrorProgress) -> float:
        if not progress.unread:
            return 0.0
        waiting = self._logs.first_waiting(topic, progress.next_offset)
        return waiting.age_seconds(self._now_seconds()) if waiting else 0.0

    def _tell_skipped(self, topic: str, span: LogSpan, skipped: int) -> None:
        self._log.error(
            "mirror_skipped_records",
            topic=topic,
            records=skipped,
            log_start=span.start,
            then="tills send again what the centre misses; see MirrorSkippedRecords",
        )
