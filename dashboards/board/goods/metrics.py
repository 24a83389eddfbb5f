"""What Prometheus is told of goods on their way and of counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from metrics import goods as names


class GoodsFigures:
    """The figures of one board."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.under_way = Gauge(**names.TRANSFERS_UNDER_WAY.arguments(), registry=registry)
        self.oldest_seconds = Gauge(**names.OLDEST_TRANSFER.arguments(), registry=registry)
        self.unsettled = Gauge(**names.COUNTS_UNSETTLED.arguments(), registry=registry)
        self.corrected = Counter(**names.LATE_CORRECTIONS.arguments(), registry=registry)
        self.failed = Counter(**names.COUNTS_FAILED.arguments(), registry=registry)
