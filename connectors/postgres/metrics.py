"""What the sink measures. Counters grow once a batch, never once a row."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BATCH_ROWS_BUCKETS = (1, 10, 100, 1_000, 3_000, 10_000, 30_000, 100_000)

AGE_SECONDS_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3_600)
"""From the idle path's tens of milliseconds to an outage of an hour."""


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


def sink_metrics(registry: CollectorRegistry) -> SinkMetrics:
    """The figures, shown by ``registry``."""
    return SinkMetrics(
        rows=Counter(
            "tillstream_sink_rows",
            "Rows handed to PostgreSQL, by table; those that changed nothing count as well.",
            ["table"],
            registry=registry,
        ),
        batch_rows=Histogram(
            "tillstream_sink_batch_rows",
            "Rows in one transaction.",
            buckets=BATCH_ROWS_BUCKETS,
            registry=registry,
        ),
        lag_records=Gauge(
            "tillstream_sink_lag_records",
            "Committed records of a topic that are not yet in PostgreSQL.",
            ["topic"],
            registry=registry,
        ),
        database_up=Gauge(
            "tillstream_sink_database_up",
            "1 while PostgreSQL takes what the sink writes.",
            registry=registry,
        ),
        kafka_up=Gauge(
            "tillstream_sink_kafka_up", "1 while Kafka answers the sink.", registry=registry
        ),
        waiting_seconds=Counter(
            "tillstream_sink_waiting_seconds",
            "Time spent waiting for a service that is away.",
            ["service"],
            registry=registry,
        ),
        event_age_seconds=Histogram(
            "tillstream_sink_event_age_seconds",
            "Age of the oldest record of a partition in a batch when the batch is committed.",
            ["topic"],
            buckets=AGE_SECONDS_BUCKETS,
            registry=registry,
        ),
    )
