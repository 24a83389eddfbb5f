"""What the board measures, and what it knows of shops that Prometheus should ask it for."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Till
from metrics import board as names


class BoardMetrics:
    """Viewers, and what they were told."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.viewers = Gauge(**names.BOARD_VIEWERS.arguments(), registry=registry)
        self._pushed = Counter(**names.BOARD_ROWS_PUSHED.arguments(), registry=registry)
        age = names.BOARD_AGE
        self._age = Histogram(**age.arguments(), buckets=age.buckets, registry=registry)
        self.database_up = Gauge(**names.BOARD_DATABASE_UP.arguments(), registry=registry)
        self.kafka_up = Gauge(**names.BOARD_KAFKA_UP.arguments(), registry=registry)
        self._passed_over = Counter(**names.BOARD_MALFORMED.arguments(), registry=registry)

    def pushed_rows(self, age_seconds: Iterable[float], viewers: int) -> None:
        """Note rows of these ages, sent to that many pages."""
        ages = list(age_seconds)
        self._pushed.inc(len(ages) * viewers)
        for age in ages:
            self._age.observe(age)

    def passed_over(self, topic: str) -> None:
        """Note a message that is not what its topic's contract says."""
        self._passed_over.labels(topic).inc()


SILENT_AFTER = timedelta(minutes=15)
"""Tills say something every few seconds while their shop is open; a till that is restarted or
moved is silent for some minutes, which must wake nobody."""

RETIRED_AFTER = timedelta(days=1)
"""A till that is silent for longer was taken away, or its shop is closed for good."""


class Shops(Collector):
    """Freshness, gaps and alerts by location, reckoned when Prometheus asks."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def collect(self) -> Iterator[Metric]:
        """The gauges, for each location that has tills or alerts."""
        freshness, missing = _family(names.FRESHNESS), _family(names.MISSING_EVENTS)
        alerts, silent = _family(names.STOCK_ALERTS), _family(names.SILENT_TILLS)
        now = datetime.now(UTC)
        for location_id in sorted(self._memory.location_ids()):
            seen = self._memory.last_seen(location_id)
            if seen is not None:
                freshness.add_metric([location_id], (now - seen).total_seconds())
                tills = self._memory.tills(location_id)
                missing.add_metric([location_id], sum(till.missing_events for till in tills))
                silent.add_metric([location_id], sum(_is_silent(till, now) for till in tills))
            for reason, number in self._alerts(location_id).items():
                alerts.add_metric([location_id, reason], number)
        yield from (freshness, alerts, missing, silent)

    def _alerts(self, location_id: str) -> dict[str, int]:
        numbers = {"below_reorder_point": 0, "out_of_stock": 0, "negative_stock": 0}
        for alert in self._memory.alerts(location_id).values():
            numbers[alert.reason] += 1
        return numbers


def _is_silent(till: Till, now: datetime) -> bool:
    return SILENT_AFTER < now - till.last_seen < RETIRED_AFTER


def _family(spec: names.MetricSpec) -> GaugeMetricFamily:
    return GaugeMetricFamily(spec.name, spec.help, labels=spec.labels)
