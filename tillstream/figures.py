"""What a worker measures: counts of its batches, and gauges reckoned when Prometheus asks."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from agents.ports import Counts
from engine.progress import Progress
from metrics import workers as names
from metrics.spec import MetricSpec
from tillstream.location_figures import LocationFigures

LIVE = "live"
"""The stage of a partition that says all that it comes to."""

LagByPartition = Mapping[tuple[str, int], int]


def counter(spec: MetricSpec, registry: CollectorRegistry) -> Counter:
    """The counter that ``spec`` describes."""
    return Counter(**spec.arguments(), registry=registry)


def gauge(spec: MetricSpec, registry: CollectorRegistry) -> Gauge:
    """The gauge that ``spec`` describes."""
    return Gauge(**spec.arguments(), registry=registry)


def histogram(spec: MetricSpec, registry: CollectorRegistry) -> Histogram:
    """The histogram that ``spec`` describes."""
    return Histogram(**spec.arguments(), buckets=spec.buckets, registry=registry)


class WorkerFigures:
    """Adds up what the partitions have counted, once a batch."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._locations = LocationFigures()
        registry.register(self._locations)
        self.newest_event_seconds = self._locations.newest_event_seconds
        self._events = counter(names.EVENTS, registry)
        self._duplicates = counter(names.DUPLICATES, registry)
        self._forks = counter(names.FORKS, registry)
        self._gaps_opened = counter(names.GAPS_OPENED, registry)
        self._gaps_healed = counter(names.GAPS_HEALED, registry)
        self._dead_letters = counter(names.DEAD_LETTERS, registry)
        self._unknown_location = counter(names.UNKNOWN_LOCATION, registry)
        self._late = counter(names.LATE, registry)
        self._clock_ahead = counter(names.CLOCK_AHEAD, registry)
        self.partitions = gauge(names.PARTITIONS, registry)
        self.generation = gauge(names.GENERATION, registry)
        self._age = histogram(names.EVENT_AGE, registry)
        self._batch = histogram(names.BATCH_RECORDS, registry)

    def add(self, partition: int, counts: Counts) -> None:
        """Add what one committed batch of one partition has counted."""
        self._add_totals(counts)
        self._locations.add(partition, counts)
        self._observe_ages(counts)
        events = sum(counts.events.values()) + counts.duplicates
        if events:
            self._batch.observe(events)

    def keep_only(self, partitions: Collection[int]) -> None:
        """See `tillstream.location_figures.LocationFigures`."""
        self._locations.keep_only(partitions)

    def _add_totals(self, counts: Counts) -> None:
        self._duplicates.inc(counts.duplicates)
        self._forks.inc(counts.forks)
        self._late.inc(counts.late)
        self._clock_ahead.inc(counts.clock_ahead)
        self._gaps_opened.inc(counts.gaps_opened)
        self._gaps_healed.inc(counts.gaps_healed)
        self._unknown_location.inc(counts.unknown_location)
        for kind, number in counts.events.items():
            self._events.labels(kind).inc(number)
        for (topic, reason), number in counts.dead_letters.items():
            self._dead_letters.labels(topic, reason).inc(number)

    def _observe_ages(self, counts: Counts) -> None:
        # The oldest and the newest bound the batch; each event would cost a microsecond.
        now = time.time()
        for at_us in (counts.oldest_at_us, counts.newest_at_us):
            if at_us is not None:
                self._age.observe(max(0.0, now - at_us / 1e6))


class Reckoned(Collector):
    """Lag, freshness and holdings: true at the moment of the question."""

    def __init__(
        self,
        lag: Callable[[], LagByPartition],
        progress: Callable[[], Mapping[int, Progress]],
        stalled_seconds: Callable[[], Mapping[int, float]],
        kafka_answers: Callable[[], bool],
        newest_event_seconds: Mapping[str, float],
    ) -> None:
        self._lag = lag
        self._progress = progress
        self._stalled_seconds = stalled_seconds
        self._kafka_answers = kafka_answers
        self._newest = newest_event_seconds

    def collect(self) -> Iterator[Metric]:
        """The gauges of what this worker holds now."""
        lag = _family(names.CONSUMER_LAG)
        for (topic, partition), records in sorted(self._lag().items()):
            lag.add_metric([topic, str(partition)], records)
        progress = self._progress()
        recovery, held = _family(names.RECOVERY_SECONDS), _family(names.PARTITIONS_HELD)
        commits = CounterMetricFamily(
            names.COMMITS.name, names.COMMITS.help, labels=names.COMMITS.labels
        )
        rebuilding = _family(names.REBUILDING)
        for partition, done in sorted(progress.items()):
            recovery.add_metric([str(partition)], done.recovery_seconds)
            commits.add_metric([str(partition)], done.commits)
            rebuilding.add_metric([str(partition)], done.stage != LIVE)
        held.add_metric([], len(progress))
        yield from (lag, recovery, held, commits, rebuilding, self._freshness())
        yield from (self._stalled(), self._kafka_up())

    def _kafka_up(self) -> Metric:
        up = _family(names.WORKER_KAFKA_UP)
        up.add_metric([], self._kafka_answers())
        return up

    def _stalled(self) -> Metric:
        stalled = _family(names.STALLED)
        for partition, seconds in sorted(self._stalled_seconds().items()):
            stalled.add_metric([str(partition)], seconds)
        return stalled

    def _freshness(self) -> Metric:
        fresh = _family(names.FRESHNESS)
        now = time.time()
        for location_id, at in sorted(self._newest.items()):
            fresh.add_metric([location_id], now - at)
        return fresh


def _family(spec: MetricSpec) -> GaugeMetricFamily:
    return GaugeMetricFamily(spec.name, spec.help, labels=spec.labels)
