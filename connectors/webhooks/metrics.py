"""What webhooks measure, by endpoint: ids and never addresses, which may hold a secret."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from connectors.webhooks.store import EndpointStanding
from metrics import webhooks as names


@dataclass(slots=True)
class WebhookMetrics:
    """The figures of one worker."""

    alerts: Counter
    malformed: Counter
    attempts: Counter
    attempt_seconds: Histogram
    waiting: Gauge
    oldest_seconds: Gauge
    dead_letters: Gauge
    lag_records: Gauge
    database_up: Gauge
    kafka_up: Gauge
    _shown: set[str] = field(default_factory=set[str])

    def show(self, standings: Iterable[EndpointStanding]) -> None:
        """How each endpoint stands; one that was removed is no longer shown."""
        shown: set[str] = set()
        for each in standings:
            shown.add(each.endpoint_id)
            self.waiting.labels(each.endpoint_id).set(each.waiting)
            self.oldest_seconds.labels(each.endpoint_id).set(each.oldest_seconds)
            self.dead_letters.labels(each.endpoint_id).set(each.dead_letters)
        for gone in self._shown - shown:
            for gauge in (self.waiting, self.oldest_seconds, self.dead_letters):
                gauge.remove(gone)
        self._shown = shown


def webhook_metrics(registry: CollectorRegistry) -> WebhookMetrics:
    """The figures, shown by ``registry``."""
    seconds = names.WEBHOOK_ATTEMPT_SECONDS
    return WebhookMetrics(
        alerts=Counter(**names.WEBHOOK_ALERTS.arguments(), registry=registry),
        malformed=Counter(**names.WEBHOOK_MALFORMED.arguments(), registry=registry),
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
