"""Metrics of a till's edge proxy. Part of the catalogue, `metrics.catalogue`."""

from metrics.spec import AGE_SECONDS_BUCKETS, MetricSpec
from metrics.upkeep import EVERYWHERE

PROXY_REQUESTS = MetricSpec(
    "tillstream_proxy_requests_total",
    "counter",
    "Requests of programs on the till's machine, by result: passed_on, refused (by the proxy "
    "itself) or gateway_away.",
    ("result",),
)
PROXY_ANSWER_SECONDS = MetricSpec(
    "tillstream_proxy_answer_seconds",
    "histogram",
    "How long the gateway took to answer, or not to.",
    buckets=AGE_SECONDS_BUCKETS,
)
PROXY_GATEWAY_UP = MetricSpec(
    "tillstream_proxy_gateway_up",
    "gauge",
    "1 while the gateway answers, by the last request; no number before one.",
)
PROXY_GATEWAY_END = MetricSpec(
    "tillstream_proxy_gateway_end_timestamp_seconds",
    "gauge",
    "When the gateway's certificate ends, since 1970; past it the till goes on.",
)

PROXY = (*EVERYWHERE, PROXY_REQUESTS, PROXY_ANSWER_SECONDS, PROXY_GATEWAY_UP, PROXY_GATEWAY_END)
"""What the `/metrics` of a till's proxy shows."""
