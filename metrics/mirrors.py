"""Metrics of who watches a store's mirrors. Part of the catalogue, `metrics.catalogue`."""

from metrics.spec import MetricSpec
from metrics.upkeep import EVERYWHERE

MIRROR_UP = MetricSpec(
    "tillstream_mirror_up",
    "gauge",
    "1 while Connect says that a mirror runs and has a task: mirror-up from store to centre, "
    "mirror-down the other way. It may carry nothing all the same.",
    ("mirror",),
)
MIRROR_DRIFT = MetricSpec(
    "tillstream_mirror_drift",
    "gauge",
    "Settings in which Connect's definition of a mirror differs from ours.",
    ("mirror",),
)
MIRROR_RESTARTS = MetricSpec(
    "tillstream_mirror_restarts_total",
    "counter",
    "Times that a mirror was started again, by reason: failed, idle (it had no task) or identity "
    "(a certificate was renewed).",
    ("mirror", "reason"),
)
MIRROR_CONNECT_UP = MetricSpec(
    "tillstream_mirror_connect_up", "gauge", "1 while the store's Connect answers."
)
MIRROR_CLUSTER_UP = MetricSpec(
    "tillstream_mirror_cluster_up",
    "gauge",
    "1 while a cluster answers, seen from the store: store or centre.",
    ("cluster",),
)
MIRROR_UNREAD = MetricSpec(
    "tillstream_mirror_unread_records",
    "gauge",
    "What a mirror has yet to carry of a topic, with marks of transactions among it.",
    ("mirror", "topic"),
)
MIRROR_OLDEST = MetricSpec(
    "tillstream_mirror_oldest_seconds",
    "gauge",
    "How long the first record that a mirror has yet to carry waits; 0 where none does.",
    ("mirror", "topic"),
)
MIRROR_AHEAD = MetricSpec(
    "tillstream_mirror_ahead_records",
    "gauge",
    "By how much a mirror's position lies behind its log's end: they are of two times.",
    ("mirror", "topic"),
)
MIRROR_SKIPPED = MetricSpec(
    "tillstream_mirror_skipped_records_total",
    "counter",
    "Records that left a log before a mirror had carried them, at most.",
    ("mirror", "topic"),
)
MIRROR_SET_BACK = MetricSpec(
    "tillstream_mirror_set_back_total",
    "counter",
    "Positions that were ahead of a restored log and were set back at the start of this process.",
    ("topic",),
)

MIRRORS = (
    *EVERYWHERE,
    MIRROR_UP,
    MIRROR_DRIFT,
    MIRROR_RESTARTS,
    MIRROR_CONNECT_UP,
    MIRROR_CLUSTER_UP,
    MIRROR_UNREAD,
    MIRROR_OLDEST,
    MIRROR_AHEAD,
    MIRROR_SKIPPED,
    MIRROR_SET_BACK,
)
"""What the `/metrics` of a store's role ``mirrors`` shows."""
