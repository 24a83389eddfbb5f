"""Metrics of the workers. Part of the catalogue, `metrics.catalogue`."""

from metrics.spec import AGE_SECONDS_BUCKETS, BATCH_BUCKETS, MetricSpec
from metrics.upkeep import DISK_FREE, DISK_SIZE, EVERYWHERE

APPLICATION = "application"
"""A label of every metric of a worker: the role of its application. Sum by it, or figures of
different things are added."""

EVENTS = MetricSpec(
    "tillstream_events_total", "counter", "Till events applied, by type.", ("type",)
)
DUPLICATES = MetricSpec(
    "tillstream_duplicates_total", "counter", "Till events seen before and not applied again."
)
FORKS = MetricSpec(
    "tillstream_forks_total",
    "counter",
    "Numbers of a till that came again with another content: two devices use one identity.",
)
GAPS_OPENED = MetricSpec(
    "tillstream_gaps_opened_total", "counter", "Jumps in a till's sequence numbers."
)
GAPS_HEALED = MetricSpec(
    "tillstream_gaps_healed_total", "counter", "Missing events that arrived late."
)
DEAD_LETTERS = MetricSpec(
    "tillstream_dead_letters_total",
    "counter",
    "Messages that could not be applied, by input topic and reason.",
    ("topic", "reason"),
)
UNKNOWN_LOCATION = MetricSpec(
    "tillstream_unknown_location_events_total",
    "counter",
    "Till events of a location that is not in the master data; they are applied all the same.",
)
RECEIPTS = MetricSpec(
    "tillstream_receipts_total", "counter", "Sales, by location.", ("location_id",)
)
NET_SALES = MetricSpec(
    "tillstream_net_sales_minor",
    "gauge",
    "Receipt totals minus refunds that this worker has applied since its start, by location.",
    ("location_id",),
)
LATE = MetricSpec(
    "tillstream_late_events_total",
    "counter",
    "Till events applied after a later one of the same till.",
)
CLOCK_AHEAD = MetricSpec(
    "tillstream_clock_ahead_events_total",
    "counter",
    "Till events from the future: their own time is more than five minutes after the broker's.",
)
BELOW_REORDER_POINT = MetricSpec(
    "tillstream_items_below_reorder_point",
    "gauge",
    "SKUs with a raised restock alert, by location.",
    ("location_id",),
)
FRESHNESS = MetricSpec(
    "tillstream_freshness_seconds",
    "gauge",
    "Seconds since the newest event or heartbeat of a location, by the event's own time.",
    ("location_id",),
)
EVENT_AGE = MetricSpec(
    "tillstream_event_age_seconds",
    "histogram",
    "Age of a batch's oldest and newest event when its outputs became durable.",
    buckets=AGE_SECONDS_BUCKETS,
)
BATCH_RECORDS = MetricSpec(
    "tillstream_batch_records",
    "histogram",
    "Till events in one transaction, duplicates among them; batches without any do not count.",
    buckets=BATCH_BUCKETS,
)
CONSUMER_LAG = MetricSpec(
    "tillstream_consumer_lag_records",
    "gauge",
    "Records of an input partition that this worker has not folded yet.",
    ("topic", "partition"),
)
PARTITIONS_HELD = MetricSpec(
    "tillstream_partitions_held", "gauge", "Partitions that this worker holds and has recovered."
)
STALLED = MetricSpec(
    "tillstream_stalled_seconds",
    "gauge",
    "How long a partition has had something to do and made no progress; the worker ends at 90.",
    ("partition",),
)
WORKER_KAFKA_UP = MetricSpec(
    "tillstream_worker_kafka_up", "gauge", "1 while Kafka answers the worker."
)
GENERATION = MetricSpec(
    "tillstream_generation",
    "gauge",
    "Which generation of state this worker works on: it stands before every version.",
)
REBUILDING = MetricSpec(
    "tillstream_rebuilding",
    "gauge",
    "1 while a partition's state is rebuilt and says nothing yet; 0 for one that is live.",
    ("partition",),
)
PARTITIONS = MetricSpec(
    "tillstream_partitions", "gauge", "Partitions of every input: what all workers hold together."
)
COMMITS = MetricSpec(
    "tillstream_commits_total", "counter", "Transactions committed, by partition.", ("partition",)
)
RECOVERY_SECONDS = MetricSpec(
    "tillstream_recovery_seconds",
    "gauge",
    "How long the last recovery of a partition's state took.",
    ("partition",),
)

WORKERS = (
    *EVERYWHERE,
    DISK_FREE,
    DISK_SIZE,
    EVENTS,
    DUPLICATES,
    FORKS,
    GAPS_OPENED,
    GAPS_HEALED,
    DEAD_LETTERS,
    UNKNOWN_LOCATION,
    RECEIPTS,
    NET_SALES,
    LATE,
    CLOCK_AHEAD,
    BELOW_REORDER_POINT,
    FRESHNESS,
    EVENT_AGE,
    BATCH_RECORDS,
    CONSUMER_LAG,
    PARTITIONS_HELD,
    PARTITIONS,
    GENERATION,
    REBUILDING,
    COMMITS,
    RECOVERY_SECONDS,
    STALLED,
    WORKER_KAFKA_UP,
)
"""What a worker shows."""
