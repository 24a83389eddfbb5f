"""What webhooks measure, by endpoint: ids and never addresses, which may hold a secret."""

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from connectors.webhooks.store import Standing
from topics import webhook_metrics as names


@dataclass(frozen=True, slots=True)
class WebhookMetrics:
    """The figures of one worker."""

    alerts: Counter
    attempts: Counter
    attempt_seconds: Histogram
    waiting: Gauge
    oldest_seconds: Gauge
    dead_letters: Gauge
    lag_records: Gauge
    database_up: Gauge
    kafka_up: Gauge

    def show(self, standings: Iterable[Standing]) -> None:
        """How each endpoint stands; one that was removed is no longer shown."""
        gauges = (self.waiting, self.oldest_seconds, self.dead_letters)
        for gauge in gauges:
            gauge.clear()
        for each in standings:
            figures = (each.waiting, each.oldest_seconds, each.dead_letters)
            for gauge, figure in zip(gauges, figures, strict=True):
                gauge.labels(each.endpoint_id).set(figure)


def webhook_metrics(registry: CollectorRegistry) -> WebhookMetrics:
    """The figures, shown by ``registry``."""
    seconds = names.WEBHOOK_ATTEMPT_SECONDS
    return WebhookMetrics(
        alerts=Counter(**names.WEBHOOK_ALERTS.arguments(), registry=registry),
        attempts=Counter(**names.WEBHOOK_ATTEMPTS.arguments(), registry=registry),
        attempt_seconds=Histogram(
            **seconds.arguments(), buckets=seconds.buckets, registry=registry
        ),
        waiting=Gauge(**names.WEBHOOK_WAITING.arguments(), registry=registry),
        oldest_seconds=Gauge(**names.WEBHOOK_OLDEST.arguments(), registry=registry),
        dead_letters=Gauge(**names.WEBHOOK_DEAD_LETTERS.arguments(), registry=registry),
        lag_records=Gauge(**names.WEBHOOK_LAG.arguments(), registry=registry),
        database_up=Gauge(**names.WEBHOOK_DATABASE_UP.arguments(), registry=registry),
        kafka_up=Gauge(**names.WEBHOOK_KAFKA_UP.arguments(), registry=registry),
    )
