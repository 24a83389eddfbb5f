"""Metrics of who tells stores their master data. Part of the catalogue, `metrics.catalogue`."""

from metrics.spec import AGE_SECONDS_BUCKETS, MetricSpec
from metrics.upkeep import EVERYWHERE

FEED_VERSION = MetricSpec(
    "tillstream_feed_version", "gauge", "Version that a store's feed has reached.", ("location_id",)
)
FEED_ROWS = MetricSpec(
    "tillstream_feed_rows", "gauge", "Rows that a store should have.", ("location_id",)
)
FEED_APPLIED = MetricSpec(
    "tillstream_feed_applied_version",
    "gauge",
    "Version of its feed that a store has reported; 0 while it has said nothing of this feed.",
    ("location_id",),
)
FEED_BEHIND = MetricSpec(
    "tillstream_feed_behind_seconds",
    "gauge",
    "How long ago the first change was written that a store has not reported; 0 where it has all.",
    ("location_id",),
)
FEED_WHOLE = MetricSpec(
    "tillstream_feed_whole",
    "gauge",
    "1 where a store says that it has exactly what its feed says, 0 where it has something else or "
    "follows another feed; nothing until it has said.",
    ("location_id",),
)
FEEDS_STORES = MetricSpec("tillstream_feeds_stores", "gauge", "Stores with a feed.")
FEEDS_WRITTEN = MetricSpec(
    "tillstream_feeds_written_total",
    "counter",
    "Records that were written to feeds, by what they say: row, gone, head, or forgotten for those "
    "that are no longer kept.",
    ("what",),
)
FEEDS_BYTES = MetricSpec(
    "tillstream_feeds_written_bytes_total", "counter", "Bytes of these records, uncompressed."
)
FEEDS_WORDS = MetricSpec(
    "tillstream_feeds_words_total", "counter", "Words on tills that were passed on to their stores."
)
FEEDS_AGE = MetricSpec(
    "tillstream_feeds_age_seconds",
    "histogram",
    "How old a change was when it was in all feeds that it concerns, since it came to Kafka; the "
    "oldest of each lot.",
    buckets=AGE_SECONDS_BUCKETS,
)
FEEDS_REFUSED = MetricSpec(
    "tillstream_feeds_refused_total",
    "counter",
    "Records from which nothing could be read, by topic.",
    ("topic",),
)
FEEDS_READY = MetricSpec(
    "tillstream_feeds_ready", "gauge", "1 once all that there was has been read and written."
)
FEEDS_KAFKA_UP = MetricSpec(
    "tillstream_feeds_kafka_up",
    "gauge",
    "1 while Kafka answers: for feeds, and for noting whose customers there are.",
    ("what",),
)
FEEDS_REGISTRATION_UP = MetricSpec(
    "tillstream_feeds_registration_up",
    "gauge",
    "0 while the registration does not give a list of devices that is newer than a store's.",
)

FEEDS = (
    *EVERYWHERE,
    FEED_VERSION,
    FEED_ROWS,
    FEED_APPLIED,
    FEED_BEHIND,
    FEED_WHOLE,
    FEEDS_STORES,
    FEEDS_WRITTEN,
    FEEDS_BYTES,
    FEEDS_WORDS,
    FEEDS_AGE,
    FEEDS_REFUSED,
    FEEDS_READY,
    FEEDS_KAFKA_UP,
    FEEDS_REGISTRATION_UP,
)
"""What the `/metrics` of the role ``feeds`` shows."""
