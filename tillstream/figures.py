"""What a worker measures: counts of its batches, once a batch, and by location.

Agents serve no metrics, and operations know no agent: here the two are joined.
"""

import time
from collections.abc import Collection, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from agents.ports import Counts
from metrics import workers as names
from operations.upkeep.families import counters, gauges


class WorkerFigures:
    """Adds up what the partitions have counted, once a batch."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._locations = LocationFigures()
        registry.register(self._locations)
        self.newest_event_seconds = self._locations.newest_event_seconds
        self._events = Counter(**names.EVENTS.arguments(), registry=registry)
        self._duplicates = Counter(**names.DUPLICATES.arguments(), registry=registry)
        self._forks = Counter(**names.FORKS.arguments(), registry=registry)
        self._gaps_opened = Counter(**names.GAPS_OPENED.arguments(), registry=registry)
        self._gaps_healed = Counter(**names.GAPS_HEALED.arguments(), registry=registry)
        self._dead_letters = Counter(**names.DEAD_LETTERS.arguments(), registry=registry)
        self._unknown_location = Counter(**names.UNKNOWN_LOCATION.arguments(), registry=registry)
        self._late = Counter(**names.LATE.arguments(), registry=registry)
        self._clock_ahead = Counter(**names.CLOCK_AHEAD.arguments(), registry=registry)
        self.partitions = Gauge(**names.PARTITIONS.arguments(), registry=registry)
        self.generation = Gauge(**names.GENERATION.arguments(), registry=registry)
        self._age, self._batch = (
            Histogram(**spec.arguments(), buckets=spec.buckets, registry=registry)
            for spec in (names.EVENT_AGE, names.BATCH_RECORDS)
        )

    def add(self, partition: int, counts: Counts) -> None:
        """Add what one committed batch of one partition has counted."""
        self._add_totals(counts)
        self._locations.add(partition, counts)
        self._observe_ages(counts)
        events = sum(counts.events.values()) + counts.duplicates
        if events:
            self._batch.observe(events)

    def keep_only(self, partitions: Collection[int]) -> None:
        """See `LocationFigures`."""
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


class LocationFigures(Collector):
    """Receipts and net sales since the start, and how the locations stand that are held.

    In plain dicts, read when Prometheus asks: a child of a metric for each location and commit
    cost 200 look-ups a commit.
    """

    def __init__(self) -> None:
        self.newest_event_seconds: dict[str, float] = {}
        self._receipts: dict[str, int] = {}
        self._net_sales: dict[str, int] = {}
        self._raised: dict[str, int] = {}
        self._partition_of: dict[str, int] = {}
        self._gone: set[str] = set()

    def add(self, partition: int, counts: Counts) -> None:
        """Add what one committed batch of one partition has counted."""
        for location_id, number in counts.receipts.items():
            self._receipts[location_id] = self._receipts.get(location_id, 0) + number
        for location_id, minor in counts.net_sales_minor.items():
            self._net_sales[location_id] = self._net_sales.get(location_id, 0) + minor
        self.newest_event_seconds.update(counts.newest_event_seconds)
        self._raised.update(counts.raised_alerts)
        for standing in (counts.newest_event_seconds, counts.raised_alerts):
            self._partition_of.update(dict.fromkeys(standing, partition))

    def keep_only(self, partitions: Collection[int]) -> None:
        """Say no more how the locations of other partitions stand: another worker knows.

        What was counted of them since the start stays. Absent once is not gone yet: a partition
        may be on its way from opening to open.
        """
        known = list(self._partition_of.items())  # at once: the workers' thread adds to it
        absent = {each for each, at in known if at not in partitions}
        for location_id in absent & self._gone:
            self.newest_event_seconds.pop(location_id, None)
            self._raised.pop(location_id, None)
            del self._partition_of[location_id]
        self._gone = absent

    def collect(self) -> Iterator[Metric]:
        """One sample a location of each metric."""
        yield counters(names.RECEIPTS, _by_location(self._receipts))
        yield gauges(names.NET_SALES, _by_location(self._net_sales))
        yield gauges(names.BELOW_REORDER_POINT, _by_location(self._raised))


def _by_location(sums: Mapping[str, int]) -> dict[tuple[str, ...], float]:
    return {
        (location,): value for location, value in list(sums.items())
    }  # the workers' thread adds
