"""Metrics of a store's gateway. Part of the catalogue, `metrics.catalogue`."""

from metrics.gateway_catalog import GATEWAY_CATALOG
from metrics.spec import AGE_SECONDS_BUCKETS, MetricSpec
from metrics.upkeep import EVERYWHERE

SYNC_SECONDS_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
"""From a disk with a battery behind its cache to one that is about to fail."""

GATEWAY_BATCHES = MetricSpec(
    "tillstream_gateway_batches_total",
    "counter",
    "Batches of tills that were taken, by where they were durable: kafka or spool.",
    ("durable",),
)
GATEWAY_EVENTS = MetricSpec(
    "tillstream_gateway_events_total",
    "counter",
    "Events that were taken; those that came again do not count.",
)
GATEWAY_QUARANTINED = MetricSpec(
    "tillstream_gateway_quarantined_total",
    "counter",
    "Events among them that nobody can read: they went on as unreadable, under their numbers.",
)
GATEWAY_REFUSALS = MetricSpec(
    "tillstream_gateway_refusals_total",
    "counter",
    "Requests that were refused, by HTTP status and by the code of the problem.",
    ("status", "code"),
)
GATEWAY_CONFLICTS = MetricSpec(
    "tillstream_gateway_conflicts_total",
    "counter",
    "Batches that did not continue what is held: a gap, or another chain.",
    ("conflict",),
)
GATEWAY_FORKS = MetricSpec(
    "tillstream_gateway_forks_total",
    "counter",
    "Numbers that came again with another event: two devices use one identity.",
)
GATEWAY_FOREIGN = MetricSpec(
    "tillstream_gateway_foreign_total",
    "counter",
    "Batches with an event of another till or location.",
)
GATEWAY_HEAD_DOUBTS = MetricSpec(
    "tillstream_gateway_head_doubts_total",
    "counter",
    "Batches whose signed head did not vouch for their events.",
)
GATEWAY_CARTS_TWICE = MetricSpec(
    "tillstream_gateway_carts_twice_total",
    "counter",
    "Carts with which two tills went on, as one of them could not ask: both sales count.",
)
GATEWAY_ANSWER_SECONDS = MetricSpec(
    "tillstream_gateway_answer_seconds",
    "histogram",
    "How long a request waited for its answer, by call.",
    ("call",),
    AGE_SECONDS_BUCKETS,
)
GATEWAY_SYNC_SECONDS = MetricSpec(
    "tillstream_gateway_sync_seconds",
    "histogram",
    "How long a commit to the gateway's file took, with its sync.",
    buckets=SYNC_SECONDS_BUCKETS,
)
GATEWAY_KAFKA_UP = MetricSpec(
    "tillstream_gateway_kafka_up", "gauge", "1 while the topic takes what the gateway passes on."
)
GATEWAY_SPOOL_BYTES = MetricSpec(
    "tillstream_gateway_spool_bytes", "gauge", "What waits in the gateway's file for the topic."
)
GATEWAY_SPOOL_SIZE = MetricSpec(
    "tillstream_gateway_spool_size_bytes", "gauge", "As much may wait there."
)
GATEWAY_SPOOL_BATCHES = MetricSpec(
    "tillstream_gateway_spool_batches", "gauge", "Batches that wait there."
)
GATEWAY_SPOOL_OLDEST = MetricSpec(
    "tillstream_gateway_spool_oldest_seconds",
    "gauge",
    "How long something has waited there without a break, by this process's word.",
)
GATEWAY_CONNECTIONS = MetricSpec(
    "tillstream_gateway_connections", "gauge", "Open connections of devices."
)
GATEWAY_DEVICES_VERSION = MetricSpec(
    "tillstream_gateway_devices_version",
    "gauge",
    "Number of the list of devices by which tills are let in; 0 before the first.",
)
GATEWAY_DEVICES_HEARD = MetricSpec(
    "tillstream_gateway_devices_heard_timestamp_seconds",
    "gauge",
    "When that list came to this process, since 1970; 0 before the first.",
)
GATEWAY_UNLISTED = MetricSpec(
    "tillstream_gateway_unlisted",
    "gauge",
    "Devices that have asked and that no list names yet: their events count all the same.",
)
GATEWAY_FEED_UP = MetricSpec(
    "tillstream_gateway_feed_up",
    "gauge",
    "1 while a source of news answers: registration (lists of devices), till_status (what the "
    "centre has), catalog, levels (stock in all shops), or store_api (other stores).",
    ("feed",),
)
GATEWAY_NEWS = MetricSpec(
    "tillstream_gateway_news_total",
    "counter",
    "Lists of devices and words on tills that came from the centre and count.",
    ("kind",),
)
GATEWAY_NEWS_REFUSED = MetricSpec(
    "tillstream_gateway_news_refused_total",
    "counter",
    "Those that cannot be taken: not signed as they must be, of another store, or unreadable.",
    ("kind",),
)
GATEWAY_NEWS_UNKEPT = MetricSpec(
    "tillstream_gateway_news_unkept_total",
    "counter",
    "Writes of such news that the gateway's file did not take: they count until a restart.",
    ("kind",),
)
GATEWAY_CLOSED = MetricSpec(
    "tillstream_gateway_closed_connections_total",
    "counter",
    "Connections that were closed because a list refuses their devices.",
)
GATEWAY_ASKED = MetricSpec(
    "tillstream_gateway_asked_centre_total",
    "counter",
    "Questions to the centre's store API, by kind (stock, receipt, customer, return) and by what "
    "came of them: fresh, kept (the last answer), own (by this store alone), refused, or nothing.",
    ("question", "result"),
)
GATEWAY_RELAYING = MetricSpec(
    "tillstream_gateway_relay_connections",
    "gauge",
    "Connections of tills to the registration that pass through now.",
)
GATEWAY_RELAYED = MetricSpec(
    "tillstream_gateway_relayed_total",
    "counter",
    "Such connections by how they ended: passed, away (the registration was not reached), broken, "
    "idle, too_long, too_large, or displaced by one that came later.",
    ("end",),
)

GATEWAY = (
    *EVERYWHERE,
    GATEWAY_BATCHES,
    GATEWAY_EVENTS,
    GATEWAY_QUARANTINED,
    GATEWAY_REFUSALS,
    GATEWAY_CONFLICTS,
    GATEWAY_FORKS,
    GATEWAY_FOREIGN,
    GATEWAY_HEAD_DOUBTS,
    GATEWAY_CARTS_TWICE,
    GATEWAY_ANSWER_SECONDS,
    GATEWAY_SYNC_SECONDS,
    GATEWAY_KAFKA_UP,
    GATEWAY_SPOOL_BYTES,
    GATEWAY_SPOOL_SIZE,
    GATEWAY_SPOOL_BATCHES,
    GATEWAY_SPOOL_OLDEST,
    GATEWAY_CONNECTIONS,
    GATEWAY_DEVICES_VERSION,
    GATEWAY_DEVICES_HEARD,
    GATEWAY_UNLISTED,
    GATEWAY_FEED_UP,
    GATEWAY_NEWS,
    GATEWAY_NEWS_REFUSED,
    GATEWAY_NEWS_UNKEPT,
    GATEWAY_CLOSED,
    GATEWAY_ASKED,
    GATEWAY_RELAYING,
    GATEWAY_RELAYED,
    *GATEWAY_CATALOG,
)
"""What the `/metrics` of a gateway shows."""
