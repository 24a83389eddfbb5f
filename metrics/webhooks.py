"""Metrics of webhooks. Part of the catalogue, `metrics.catalogue`."""

from metrics.spec import AGE_SECONDS_BUCKETS, MetricSpec
from metrics.upkeep import EVERYWHERE

WEBHOOK_ALERTS = MetricSpec(
    "tillstream_webhook_alerts_total", "counter", "Changes of alerts taken in to be told."
)
WEBHOOK_MALFORMED = MetricSpec(
    "tillstream_webhook_malformed_total",
    "counter",
    "Records of restock.alerts that are not what their contract says; passed over.",
)
WEBHOOK_ATTEMPTS = MetricSpec(
    "tillstream_webhook_attempts_total",
    "counter",
    "Messages sent, by endpoint and result: delivered, failed (tried again later) or given_up.",
    ("endpoint", "result"),
)
WEBHOOK_ATTEMPT_SECONDS = MetricSpec(
    "tillstream_webhook_attempt_seconds",
    "histogram",
    "How long an endpoint took to answer, or not to.",
    buckets=AGE_SECONDS_BUCKETS,
)
WEBHOOK_WAITING = MetricSpec(
    "tillstream_webhook_waiting", "gauge", "Messages that wait, by endpoint.", ("endpoint",)
)
WEBHOOK_OLDEST = MetricSpec(
    "tillstream_webhook_oldest_seconds",
    "gauge",
    "How long the oldest message that waits has waited, by endpoint.",
    ("endpoint",),
)
WEBHOOK_DEAD_LETTERS = MetricSpec(
    "tillstream_webhook_dead_letters",
    "gauge",
    "Messages that were given up and wait for somebody, by endpoint.",
    ("endpoint",),
)
WEBHOOK_LAG = MetricSpec(
    "tillstream_webhook_lag_records", "gauge", "Committed alerts that are not yet taken in."
)
WEBHOOK_DATABASE_UP = MetricSpec(
    "tillstream_webhook_database_up", "gauge", "1 while PostgreSQL answers the webhooks."
)
WEBHOOK_KAFKA_UP = MetricSpec(
    "tillstream_webhook_kafka_up", "gauge", "1 while Kafka answers the webhooks."
)

WEBHOOKS = (
    *EVERYWHERE,
    WEBHOOK_ALERTS,
    WEBHOOK_MALFORMED,
    WEBHOOK_ATTEMPTS,
    WEBHOOK_ATTEMPT_SECONDS,
    WEBHOOK_WAITING,
    WEBHOOK_OLDEST,
    WEBHOOK_DEAD_LETTERS,
    WEBHOOK_LAG,
    WEBHOOK_DATABASE_UP,
    WEBHOOK_KAFKA_UP,
)
"""What the `/metrics` of the webhooks' worker shows."""
