"""Metrics of a store's replication. Part of the catalogue, `metrics.catalogue`."""

from metrics.spec import MetricSpec
from metrics.upkeep import EVERYWHERE

REPLICATION_APPLIED = MetricSpec(
    "tillstream_replication_applied_version",
    "gauge",
    "Highest version of the store's feed of which everything up to there is in its database.",
)
REPLICATION_LAG = MetricSpec(
    "tillstream_replication_lag_records",
    "gauge",
    "Records of the feed that are in the store's Kafka and not yet in its database.",
)
REPLICATION_WHOLE = MetricSpec(
    "tillstream_replication_whole",
    "gauge",
    "1 where rows and hash agreed with the feed's newest head, 0 where they did not, -1 before the "
    "first and while the feed is read once more.",
)
REPLICATION_AHEAD = MetricSpec(
    "tillstream_replication_ahead_versions",
    "gauge",
    "By how much the store is ahead of the feed's newest head: the feed was put back.",
)
REPLICATION_RECORDS = MetricSpec(
    "tillstream_replication_records_total",
    "counter",
    "Records of the feed by what became of them: applied, known (a mirror repeats some) or "
    "malformed (passed over).",
    ("outcome",),
)
REPLICATION_ROWS = MetricSpec(
    "tillstream_replication_rows", "gauge", "Rows that the store has of its feed.", ("kind",)
)
REPLICATION_ASIDE = MetricSpec(
    "tillstream_replication_aside_rows",
    "gauge",
    "Rows that are kept and in no table, by reason: refused (the database does not take them), or "
    "unknown_kind (of a newer centre).",
    ("reason",),
)
REPLICATION_UNKNOWN_FIELDS = MetricSpec(
    "tillstream_replication_unknown_fields",
    "gauge",
    "Fields of rows that no column takes since this process began: the centre is newer.",
)
REPLICATION_FILLED = MetricSpec(
    "tillstream_replication_filled_total",
    "counter",
    "Times that all of the feed was read once more, by reason: another_topic, another_feed, "
    "put_back or shorter_log.",
    ("reason",),
)
REPLICATION_OVERTAKEN = MetricSpec(
    "tillstream_replication_overtaken_total",
    "counter",
    "Lots that were not written because another process had moved on.",
)
REPLICATION_ONWARD = MetricSpec(
    "tillstream_replication_onward_total",
    "counter",
    "Rows told to the store's own workers, by topic.",
    ("topic",),
)
REPLICATION_ONWARD_WAITING = MetricSpec(
    "tillstream_replication_onward_waiting_rows",
    "gauge",
    "Rows that the store's own workers have yet to be told.",
)
REPLICATION_KAFKA_UP = MetricSpec(
    "tillstream_replication_kafka_up", "gauge", "1 while the store's Kafka answers."
)
REPLICATION_DATABASE_UP = MetricSpec(
    "tillstream_replication_database_up", "gauge", "1 while the store's PostgreSQL answers."
)

REPLICATION = (
    *EVERYWHERE,
    REPLICATION_APPLIED,
    REPLICATION_LAG,
    REPLICATION_WHOLE,
    REPLICATION_AHEAD,
    REPLICATION_RECORDS,
    REPLICATION_ROWS,
    REPLICATION_ASIDE,
    REPLICATION_UNKNOWN_FIELDS,
    REPLICATION_FILLED,
    REPLICATION_OVERTAKEN,
    REPLICATION_ONWARD,
    REPLICATION_ONWARD_WAITING,
    REPLICATION_KAFKA_UP,
    REPLICATION_DATABASE_UP,
)
"""What the `/metrics` of a store's role ``replication`` shows."""
