"""Metrics of the sink. Part of the catalogue, `metrics.catalogue`."""

from metrics.spec import AGE_SECONDS_BUCKETS, BATCH_BUCKETS, MetricSpec
from metrics.upkeep import (
    CONNECT_UP,
    CONNECTOR_UP,
    DISK_FREE,
    DISK_SIZE,
    EVERYWHERE,
    SLOT_HELD,
    SLOT_UP,
)

SINK_ROWS = MetricSpec(
    "tillstream_sink_rows_total",
    "counter",
    "Rows handed to PostgreSQL, by table; those that changed nothing count as well.",
    ("table",),
)
SINK_BATCH_ROWS = MetricSpec(
    "tillstream_sink_batch_rows",
    "histogram",
    "Rows in one transaction.",
    buckets=BATCH_BUCKETS,
)
SINK_LAG = MetricSpec(
    "tillstream_sink_lag_records",
    "gauge",
    "Committed records of a topic that are not yet in PostgreSQL.",
    ("topic",),
)
SINK_DATABASE_UP = MetricSpec(
    "tillstream_sink_database_up", "gauge", "1 while PostgreSQL takes what the sink writes."
)
SINK_KAFKA_UP = MetricSpec("tillstream_sink_kafka_up", "gauge", "1 while Kafka answers the sink.")
SINK_WAITING = MetricSpec(
    "tillstream_sink_waiting_seconds_total",
    "counter",
    "Time spent waiting for a service that is away.",
    ("service",),
)
SINK_EVENT_AGE = MetricSpec(
    "tillstream_sink_event_age_seconds",
    "histogram",
    "Age of the oldest record of a partition in a batch when the batch is committed.",
    ("topic",),
    AGE_SECONDS_BUCKETS,
)

SINK_MALFORMED = MetricSpec(
    "tillstream_sink_malformed_total",
    "counter",
    "Records of derived topics that are not what their contract says; kept in sink_malformed.",
    ("topic",),
)
SINK_TAKEN_BACK = MetricSpec(
    "tillstream_sink_taken_back_total",
    "counter",
    "Times that rows were deleted because a worker had refused their input, by its topic.",
    ("topic",),
)
SINK_HEADS = MetricSpec(
    "tillstream_sink_heads_total",
    "counter",
    "What tills have signed, as the centre finds it: verified, or doubted, with events of gateways "
    "that are not what their hashes say.",
    ("result",),
)
SINK_SALES = MetricSpec(
    "tillstream_sink_sales_decided_total",
    "counter",
    "Sales that were decided again by the tables that they name, by what came of it: the same, or "
    "different. One that comes twice counts twice.",
    ("result",),
)
SINK_DISPUTED = MetricSpec(
    "tillstream_sink_returns_disputed_total",
    "counter",
    "Returns that nothing explains, by why: of an unknown receipt, or beyond what was bought or "
    "paid. One to which another return comes counts again.",
    ("reason",),
)
SINK_DISPUTES = MetricSpec(
    "tillstream_sink_disputed_returns",
    "gauge",
    "Receipts of which more came back than anything explains, now.",
    ("reason",),
)

SINK = (
    *EVERYWHERE,
    DISK_FREE,
    DISK_SIZE,
    SINK_ROWS,
    SINK_BATCH_ROWS,
    SINK_LAG,
    SINK_DATABASE_UP,
    SINK_KAFKA_UP,
    SINK_WAITING,
    SINK_EVENT_AGE,
    SINK_MALFORMED,
    SINK_TAKEN_BACK,
    SINK_HEADS,
    SINK_SALES,
    SINK_DISPUTED,
    SINK_DISPUTES,
    CONNECT_UP,
    CONNECTOR_UP,
    SLOT_UP,
    SLOT_HELD,
)
"""What the `/metrics` of the sink shows."""
