"""Lag, freshness and holdings of a worker, reckoned when Prometheus asks."""

import time
from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from engine.progress import Progress
from metrics import workers as names
from operations.upkeep.families import counters, gauges

LIVE = "live"
"""The stage of a partition that says all that it comes to."""

LagByPartition = Mapping[tuple[str, int], int]


class Reckoned(Collector):
    """True at the moment of the question."""

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
        lag = {(topic, str(number)): n for (topic, number), n in self._lag().items()}
        held = {(str(number),): done for number, done in self._progress().items()}
        dark = {number: done.stage != LIVE for number, done in held.items()}
        stalled = {(str(number),): n for number, n in self._stalled_seconds().items()}
        now = time.time()
        fresh = {(place,): now - at for place, at in list(self._newest.items())}
        yield gauges(names.CONSUMER_LAG, lag)
        yield gauges(names.RECOVERY_SECONDS, {n: each.recovery_seconds for n, each in held.items()})
        yield gauges(names.PARTITIONS_HELD, {(): len(held)})
        yield counters(names.COMMITS, {n: each.commits for n, each in held.items()})
        yield gauges(names.REBUILDING, dark)
        yield gauges(names.FRESHNESS, fresh)
        yield gauges(names.STALLED, stalled)
        yield gauges(names.WORKER_KAFKA_UP, {(): self._kafka_answers()})
