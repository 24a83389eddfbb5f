"""Every metric: name, kind, labels and what it means. `/metrics` shows nothing else of ours.

Names end in their unit; counters are named as they are shown, with ``_total``. Processes build
their figures from these specs, so that a board or a rule can rely on the names.
"""

from dataclasses import dataclass
from typing import Literal

AGE_SECONDS_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3_600)
"""From the idle path's tens of milliseconds to an outage of an hour."""

BATCH_RECORDS_BUCKETS = (1, 10, 100, 1_000, 3_000, 10_000, 30_000, 100_000)


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """One metric as Prometheus shows it."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


EVENTS = MetricSpec(
    "tillstream_events_total", "counter", "Till events applied, by type.", ("type",)
)
DUPLICATES = MetricSpec(
    "tillstream_duplicates_total", "counter", "Till events seen before and not applied again."
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
    "Input records in one transaction.",
    buckets=BATCH_RECORDS_BUCKETS,
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
COMMITS = MetricSpec(
    "tillstream_commits_total", "counter", "Transactions committed, by partition.", ("partition",)
)
RECOVERY_SECONDS = MetricSpec(
    "tillstream_recovery_seconds",
    "gauge",
    "How long the last recovery of a partition's state took.",
    ("partition",),
)
