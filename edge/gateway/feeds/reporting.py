"""Says in the log how news of the centre fare."""

from typing import Any

import structlog

from edge.gateway.feeds.news import NewsKind


class ReportedFeeds:
    """See `edge.gateway.feeds.news.FeedReports`."""

    def __init__(self) -> None:
        self._log: Any = structlog.get_logger("tillstream.gateway")

    def heard(self, kind: NewsKind, count: int) -> None:
        """See `FeedReports`."""
        self._log.debug("news_heard", kind=kind.value, count=count)

    def listed(self, number: int, closed: int) -> None:
        """See `FeedReports`."""
        self._log.info("device_list_counts", number=number, connections_closed=closed)

    def refused(self, kind: NewsKind, id: str, why: str) -> None:
        """See `FeedReports`."""
        self._log.error("news_refused", kind=kind.value, id=id, why=why)

    def unkept(self, kind: NewsKind, why: str) -> None:
        """See `FeedReports`."""
        self._log.error("news_unkept", kind=kind.value, why=why, then="it counts until a restart")
