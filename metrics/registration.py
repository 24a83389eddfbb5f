"""Metrics of the registration. Part of the catalogue, `metrics.catalogue`."""

from metrics.spec import AGE_SECONDS_BUCKETS, MetricSpec
from metrics.upkeep import EVERYWHERE

REGISTRATION_REQUESTS = MetricSpec(
    "tillstream_registration_requests_total",
    "counter",
    "Requests of tills, by call (enrol, renew) and result: issued, again (the same certificate as "
    "before), or why not.",
    ("call", "result"),
)
REGISTRATION_ANSWER_SECONDS = MetricSpec(
    "tillstream_registration_answer_seconds",
    "histogram",
    "How long a till waited for its certificate, or to be told why not.",
    buckets=AGE_SECONDS_BUCKETS,
)
REGISTRATION_DEVICES = MetricSpec(
    "tillstream_registration_devices",
    "gauge",
    "Devices, by status: registered, active, revoked.",
    ("status",),
)
REGISTRATION_ALARMS = MetricSpec(
    "tillstream_registration_alarms",
    "gauge",
    "Tills of which two have used one token, or whose key another has, until somebody acts.",
)
REGISTRATION_FIRST_END = MetricSpec(
    "tillstream_registration_first_end_timestamp_seconds",
    "gauge",
    "When the certificate that ends first ends, of the newest ones of active devices, since 1970.",
)
REGISTRATION_DATABASE_UP = MetricSpec(
    "tillstream_registration_database_up", "gauge", "1 while PostgreSQL answers the registration."
)

REGISTRATION = (
    *EVERYWHERE,
    REGISTRATION_REQUESTS,
    REGISTRATION_ANSWER_SECONDS,
    REGISTRATION_DEVICES,
    REGISTRATION_ALARMS,
    REGISTRATION_FIRST_END,
    REGISTRATION_DATABASE_UP,
)
"""What the `/metrics` of the registration shows."""
