"""What is measured of feeds."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from metrics import feeds as names


@dataclass(frozen=True, slots=True)
class FeedMetrics:
    """The figures of one process."""

    version: Gauge
    rows: Gauge
    applied: Gauge
    behind_seconds: Gauge
    whole: Gauge
    stores: Gauge
    written: Counter
    written_bytes: Counter
    words: Counter
    age_seconds: Histogram
    refused: Counter
    ready: Gauge
    kafka_up: Gauge
    registration_up: Gauge

    def forget(self, location_id: str) -> None:
        """Show a store no more."""
        for each in (self.version, self.rows, self.applied, self.behind_seconds, self.whole):
            each.remove(location_id)


def feed_metrics(registry: CollectorRegistry) -> FeedMetrics:
    """The figures, shown by ``registry``."""
    age = names.FEEDS_AGE
    return FeedMetrics(
        version=Gauge(**names.FEED_VERSION.arguments(), registry=registry),
        rows=Gauge(**names.FEED_ROWS.arguments(), registry=registry),
        applied=Gauge(**names.FEED_APPLIED.arguments(), registry=registry),
        behind_seconds=Gauge(**names.FEED_BEHIND.arguments(), registry=registry),
        whole=Gauge(**names.FEED_WHOLE.arguments(), registry=registry),
        stores=Gauge(**names.FEEDS_STORES.arguments(), registry=registry),
        written=Counter(**names.FEEDS_WRITTEN.arguments(), registry=registry),
        written_bytes=Counter(**names.FEEDS_BYTES.arguments(), registry=registry),
        words=Counter(**names.FEEDS_WORDS.arguments(), registry=registry),
        age_seconds=Histogram(**age.arguments(), buckets=age.buckets, registry=registry),
        refused=Counter(**names.FEEDS_REFUSED.arguments(), registry=registry),
        ready=Gauge(**names.FEEDS_READY.arguments(), registry=registry),
        kafka_up=Gauge(**names.FEEDS_KAFKA_UP.arguments(), registry=registry),
        registration_up=Gauge(**names.FEEDS_REGISTRATION_UP.arguments(), registry=registry),
    )
