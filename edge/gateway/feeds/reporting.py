"""Counts how news of the centre fare, and says in the log what is wrong with them."""

from typing import Any

import structlog

from edge.gateway.feeds.news import NewsKind
from edge.gateway.metrics import GatewayMetrics


class ReportedFeeds:
    """See `edge.gateway.feeds.news.FeedReports`."""

    def __init__(self, metrics: GatewayMetrics) -> None:
        self._metrics = metrics
        self._log: Any = structlog.get_logger("tillstream.gateway")

    def heard(self, kind: NewsKind, count: int) -> None:
        """See `FeedReports`."""
        self._metrics.news.labels(kind.value).inc(count)

    def listed(self, number: int, closed: int) -> None:
        """See `FeedReports`."""
        self._metrics.closed.inc(closed)
        self._log.info("device_list_counts", number=number, connections_closed=closed)

    def refused(self, kind: NewsKind, id: str, why: str) -> None:
        """See `FeedReports`."""
        self._metrics.news_refused.labels(kind.value).inc()
        self._log.error("news_refused", kind=kind.value, id=id, why=why)

    def unkept(self, kind: NewsKind, why: str) -> None:
        """See `FeedReports`."""
        self._metrics.news_unkept.labels(kind.value).inc()
        self._log.error("news_unkept", kind=kind.value, why=why, then="it counts until a restart")
