"""What a worker measures of each location, in plain dicts that are read when Prometheus asks.

A child of a metric for each location and commit cost 200 look-ups a commit.
"""

from collections.abc import Collection, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from agents.ports import Counts
from metrics import workers as names


class LocationFigures(Collector):
    """Receipts and net sales since the start, and how the locations stand that are held."""

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
        receipts = CounterMetricFamily(
            names.RECEIPTS.name, names.RECEIPTS.help, labels=names.RECEIPTS.labels
        )
        net = GaugeMetricFamily(
            names.NET_SALES.name, names.NET_SALES.help, labels=names.NET_SALES.labels
        )
        below = names.BELOW_REORDER_POINT
        raised = GaugeMetricFamily(below.name, below.help, labels=below.labels)
        for family, sums in (
            (receipts, self._receipts),
            (net, self._net_sales),
            (raised, self._raised),
        ):
            _fill(family, sums)
        yield from (receipts, net, raised)


def _fill(family: CounterMetricFamily | GaugeMetricFamily, sums: Mapping[str, int]) -> None:
    for location_id, value in sorted(list(sums.items())):  # at once: the workers' thread adds
        family.add_metric([location_id], value)
