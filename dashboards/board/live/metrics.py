"""What the board measures of itself."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

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
