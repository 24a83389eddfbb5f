"""Metrics of goods on their way and of counts, by the board. Part of `metrics.board`."""

from metrics.spec import MetricSpec

TRANSFERS_UNDER_WAY = MetricSpec(
    "tillstream_transfers_under_way",
    "gauge",
    "Transfers of which something has left one location and not come to the other.",
)
OLDEST_TRANSFER = MetricSpec(
    "tillstream_oldest_transfer_seconds",
    "gauge",
    "For how long the oldest of them has been under way; 0 where there is none.",
)
COUNTS_UNSETTLED = MetricSpec(
    "tillstream_counts_unsettled",
    "gauge",
    "Committed counts for which tills may still tell what they sold before.",
)
LATE_CORRECTIONS = MetricSpec(
    "tillstream_late_corrections_total",
    "counter",
    "Products whose count was corrected for sales that were told late.",
)
COUNTS_FAILED = MetricSpec(
    "tillstream_count_looks_failed_total",
    "counter",
    "Looks at unsettled counts that failed: late sales are not corrected meanwhile.",
)

GOODS = (
    TRANSFERS_UNDER_WAY,
    OLDEST_TRANSFER,
    COUNTS_UNSETTLED,
    LATE_CORRECTIONS,
    COUNTS_FAILED,
)
"""What the board tells of the back office."""
