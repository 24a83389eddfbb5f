"""What the sink measures. Counters grow once a batch, never once a row."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from metrics import sink as names
from metrics.spec import MetricSpec


@dataclass(frozen=True, slots=True)
class SinkMetrics:
    """The sink's figures."""

    rows: Counter
    batch_rows: Histogram
    lag_records: Gauge
    database_up: Gauge
    kafka_up: Gauge
    waiting_seconds: Counter
    event_age_seconds: Histogram
    malformed: Counter
    taken_back: Counter
    heads: Counter
    sales: Counter
    disputed: Counter
    disputes: Gauge


def sink_metrics(registry: CollectorRegistry) -> SinkMetrics:
    """The figures, shown by ``registry``."""
    return SinkMetrics(
        rows=Counter(**names.SINK_ROWS.arguments(), registry=registry),
        batch_rows=_histogram(names.SINK_BATCH_ROWS, registry),
        lag_records=Gauge(**names.SINK_LAG.arguments(), registry=registry),
        database_up=Gauge(**names.SINK_DATABASE_UP.arguments(), registry=registry),
        kafka_up=Gauge(**names.SINK_KAFKA_UP.arguments(), registry=registry),
        waiting_seconds=Counter(**names.SINK_WAITING.arguments(), registry=registry),
        event_age_seconds=_histogram(names.SINK_EVENT_AGE, registry),
        malformed=Counter(**names.SINK_MALFORMED.arguments(), registry=registry),
        taken_back=Counter(**names.SINK_TAKEN_BACK.arguments(), registry=registry),
        heads=Counter(**names.SINK_HEADS.arguments(), registry=registry),
        sales=Counter(**names.SINK_SALES.arguments(), registry=registry),
        disputed=Counter(**names.SINK_DISPUTED.arguments(), registry=registry),
        disputes=Gauge(**names.SINK_DISPUTES.arguments(), registry=registry),
    )


def _histogram(spec: MetricSpec, registry: CollectorRegistry) -> Histogram:
    return Histogram(**spec.arguments(), buckets=spec.buckets, registry=registry)
