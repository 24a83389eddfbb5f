"""What the board measures, and what it knows of shops that Prometheus should ask it for."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dashboards.memory import Memory

AGE_SECONDS_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3_600)
"""Finest around the second within which a change must show; an hour is a till that was cut off."""


class BoardMetrics:
    """Viewers, and what they were told."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.viewers = Gauge(
            "tillstream_board_viewers", "Pages that are open now.", registry=registry
        )
        self._pushed = Counter(
            "tillstream_board_rows_pushed",
            "Changed rows sent to open pages, once for each page.",
            registry=registry,
        )
        self._age = Histogram(
            "tillstream_board_age_seconds",
            "Age of the newest event behind a changed row when it is sent to open pages.",
            buckets=AGE_SECONDS_BUCKETS,
            registry=registry,
        )
        self.database_up = Gauge(
            "tillstream_board_database_up",
            "1 while PostgreSQL answers the board.",
            registry=registry,
        )
        self.kafka_up = Gauge(
            "tillstream_board_kafka_up", "1 while Kafka answers the board.", registry=registry
        )

    def pushed_rows(self, age_seconds: Iterable[float], viewers: int) -> None:
        """Note rows of these ages, sent to that many pages."""
        ages = list(age_seconds)
        self._pushed.inc(len(ages) * viewers)
        for age in ages:
            self._age.observe(age)


class Shops(Collector):
    """Freshness and alerts by location, reckoned when Prometheus asks."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def collect(self) -> Iterator[Metric]:
        """The gauges, for each location that has tills or alerts."""
        freshness = GaugeMetricFamily(
            "tillstream_freshness_seconds",
            "Time since the newest event or heartbeat of a location's tills.",
            labels=["location_id"],
        )
        below = GaugeMetricFamily(
            "tillstream_stock_alerts",
            "Raised restock alerts by location and reason.",
            labels=["location_id", "reason"],
        )
        now = datetime.now(UTC)
        for location_id in sorted(self._memory.location_ids()):
            seen = self._memory.last_seen(location_id)
            if seen is not None:
                freshness.add_metric([location_id], (now - seen).total_seconds())
            for reason, number in self._alerts(location_id).items():
                below.add_metric([location_id, reason], number)
        yield freshness
        yield below

    def _alerts(self, location_id: str) -> dict[str, int]:
        numbers = {"below_reorder_point": 0, "out_of_stock": 0, "negative_stock": 0}
        for alert in self._memory.alerts(location_id).values():
            numbers[alert.reason] += 1
        return numbers
