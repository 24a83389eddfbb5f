"""Metrics of the centre's store API. Part of the catalogue, `metrics.catalogue`."""

from metrics.spec import AGE_SECONDS_BUCKETS, MetricSpec
from metrics.upkeep import EVERYWHERE

STORE_API_REQUESTS = MetricSpec(
    "tillstream_store_api_requests_total",
    "counter",
    "Questions of stores, by call and HTTP status.",
    ("call", "status"),
)
STORE_API_ANSWER_SECONDS = MetricSpec(
    "tillstream_store_api_answer_seconds",
    "histogram",
    "How long a store waited for its answer, by call. A gateway gives up after a second.",
    ("call",),
    AGE_SECONDS_BUCKETS,
)
STORE_API_DATABASE_UP = MetricSpec(
    "tillstream_store_api_database_up", "gauge", "1 while PostgreSQL answers the store API."
)

STORE_API = (
    *EVERYWHERE,
    STORE_API_REQUESTS,
    STORE_API_ANSWER_SECONDS,
    STORE_API_DATABASE_UP,
)
"""What the `/metrics` of the store API shows."""
