"""Metrics of a store's outbox, shown by its role ``replication``. Part of the catalogue."""

from metrics.spec import MetricSpec

OUTBOX_TOLD = MetricSpec(
    "tillstream_outbox_told_total",
    "counter",
    "Rows that the store's database has told its Kafka, by kind: movement or offer.",
    ("kind",),
)
OUTBOX_WAITING = MetricSpec(
    "tillstream_outbox_waiting_rows",
    "gauge",
    "Rows that were written in the store's database and that its Kafka does not have yet.",
)
OUTBOX_KAFKA_UP = MetricSpec(
    "tillstream_outbox_kafka_up", "gauge", "1 while the store's Kafka takes what is told."
)
OUTBOX_DATABASE_UP = MetricSpec(
    "tillstream_outbox_database_up", "gauge", "1 while the store's PostgreSQL answers."
)

OUTBOX = (OUTBOX_TOLD, OUTBOX_WAITING, OUTBOX_KAFKA_UP, OUTBOX_DATABASE_UP)
"""What the role ``replication`` shows of it beside its own."""
