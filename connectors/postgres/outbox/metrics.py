"""What is measured of a store's outbox."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge

from metrics import outbox as names


@dataclass(frozen=True, slots=True)
class OutboxMetrics:
    """The figures of one store."""

    told: Counter
    waiting: Gauge
    kafka_up: Gauge
    database_up: Gauge


def outbox_metrics(registry: CollectorRegistry) -> OutboxMetrics:
    """The figures, shown by ``registry``."""
    return OutboxMetrics(
        told=Counter(**names.OUTBOX_TOLD.arguments(), registry=registry),
        waiting=Gauge(**names.OUTBOX_WAITING.arguments(), registry=registry),
        kafka_up=Gauge(**names.OUTBOX_KAFKA_UP.arguments(), registry=registry),
        database_up=Gauge(**names.OUTBOX_DATABASE_UP.arguments(), registry=registry),
    )
