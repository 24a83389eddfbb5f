"""Metrics of who admits what stores send. Part of the catalogue, `metrics.catalogue`."""

from metrics.spec import AGE_SECONDS_BUCKETS, MetricSpec
from metrics.upkeep import EVERYWHERE

ADMISSION_ADMITTED = MetricSpec(
    "tillstream_admission_admitted_total",
    "counter",
    "Messages of stores that went on, by the topic that they went to.",
    ("topic",),
)
ADMISSION_REFUSED = MetricSpec(
    "tillstream_admission_refused_total",
    "counter",
    "Messages of stores that became dead letters, by store and reason: foreign_location, too_large "
    "or unknown_report; and topics that are left alone, for what nobody can unpack: unreadable.",
    ("location_id", "reason"),
)
ADMISSION_AGE = MetricSpec(
    "tillstream_admission_age_seconds",
    "histogram",
    "How old a message was when it was admitted, since its store's Kafka took it; the oldest of "
    "each transaction.",
    buckets=AGE_SECONDS_BUCKETS,
)
ADMISSION_LAG = MetricSpec(
    "tillstream_admission_lag_records", "gauge", "Messages of stores that are not yet moved."
)
ADMISSION_KAFKA_UP = MetricSpec(
    "tillstream_admission_kafka_up", "gauge", "1 while Kafka lets messages be moved."
)

ADMISSION = (
    *EVERYWHERE,
    ADMISSION_ADMITTED,
    ADMISSION_REFUSED,
    ADMISSION_AGE,
    ADMISSION_LAG,
    ADMISSION_KAFKA_UP,
)
"""What the `/metrics` of the role ``admission`` shows."""
