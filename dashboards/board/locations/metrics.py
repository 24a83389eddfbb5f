"""What the board knows of shops that Prometheus should ask it for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Till
from metrics import board as names

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
            seen = self._memory.tills.last_seen(location_id)
            if seen is not None:
                freshness.add_metric([location_id], (now - seen).total_seconds())
                tills = self._memory.tills.at(location_id)
                missing.add_metric([location_id], sum(till.missing_events for till in tills))
                silent.add_metric([location_id], sum(_is_silent(till, now) for till in tills))
            for reason, number in self._alerts(location_id).items():
                alerts.add_metric([location_id, reason], number)
        oldest = _family(names.IN_TRANSIT_OLDEST)
        for left in self._memory.in_transit.values():
            oldest.add_metric([left.location_id], (now - left.since).total_seconds())
        yield from (freshness, alerts, missing, silent, oldest)

    def _alerts(self, location_id: str) -> dict[str, int]:
        numbers = {"below_reorder_point": 0, "out_of_stock": 0, "negative_stock": 0}
        for alert in self._memory.alerts(location_id).values():
            numbers[alert.reason] += 1
        return numbers


def _is_silent(till: Till, now: datetime) -> bool:
    return SILENT_AFTER < now - till.last_seen < RETIRED_AFTER


def _family(spec: names.MetricSpec) -> GaugeMetricFamily:
    return GaugeMetricFamily(spec.name, spec.help, labels=spec.labels)
