"""Metrics of a till's service. Part of the catalogue, `metrics.catalogue`."""

from metrics.proxy import PROXY
from metrics.spec import AGE_SECONDS_BUCKETS, MetricSpec

TILL_REQUESTS = MetricSpec(
    "tillstream_till_requests_total",
    "counter",
    "Requests that were to change something, by result: done, refused (it cannot be) or failed "
    "(the till could not keep it).",
    ("result",),
)
TILL_ANSWER_SECONDS = MetricSpec(
    "tillstream_till_answer_seconds",
    "histogram",
    "From such a request to its answer, with the sync of the disk.",
    buckets=(0.002, 0.005, *AGE_SECONDS_BUCKETS),
)
TILL_BATCHES = MetricSpec(
    "tillstream_till_batches_total",
    "counter",
    "Batches that were sent, by result: accepted, conflict, away, busy, refused, nonsense or "
    "not_noted (the disk is full).",
    ("result",),
)
TILL_WAITING = MetricSpec(
    "tillstream_till_waiting_events", "gauge", "Events that the gateway has not accepted yet."
)
TILL_UNCONFIRMED = MetricSpec(
    "tillstream_till_unconfirmed_events", "gauge", "Events that the centre has not confirmed yet."
)
TILL_MAY_BEGIN = MetricSpec(
    "tillstream_till_may_begin",
    "gauge",
    "1 while nothing but an unopened day keeps a new cart from beginning; 0 without an identity, "
    "on a full disk, or where the gateway refuses the till or knows another by its name.",
)
TILL_CLOCK_OFF = MetricSpec(
    "tillstream_till_clock_off_seconds",
    "gauge",
    "By how much the till's wall clock is off where it is not to be trusted, else 0.",
)
TILL_END = MetricSpec(
    "tillstream_till_end_timestamp_seconds",
    "gauge",
    "When the till's certificate ends, since 1970; past it the till goes on and renews.",
)
TILL_TABLES_REFUSED = MetricSpec(
    "tillstream_till_tables_refused",
    "gauge",
    "Versions of decision tables in the till's catalog in which something is wrong: the last good "
    "version of each counts. The state names row, column and reason.",
)
TILL_EMPLOYEES_AGE = MetricSpec(
    "tillstream_till_employees_age_seconds",
    "gauge",
    "Since the till's list of employees was last known to be what the centre says; 0 where its "
    "store keeps none. After 30 days only plain cash sales stay.",
)
TILL_PLAIN_CASH_ONLY = MetricSpec(
    "tillstream_till_plain_cash_only",
    "gauge",
    "1 while only plain cash sales stay: the till's list of employees is too old, or its disk has "
    "lost it.",
)
TILL_CARDS_LOCKED = MetricSpec(
    "tillstream_till_cards_locked",
    "gauge",
    "Employees whose card is locked at this till after five wrong PINs.",
)
TILL_APPROVALS_REFUSED = MetricSpec(
    "tillstream_till_approvals_refused_total",
    "counter",
    "Approvals that were refused, by reason: card (nobody's, locked, or not that of the PIN), used "
    "(already, too late, or its giver is let in no more) or limit (who approved may not do it "
    "either).",
    ("reason",),
)

TILL = (
    *PROXY,
    TILL_REQUESTS,
    TILL_ANSWER_SECONDS,
    TILL_BATCHES,
    TILL_WAITING,
    TILL_UNCONFIRMED,
    TILL_MAY_BEGIN,
    TILL_CLOCK_OFF,
    TILL_END,
    TILL_TABLES_REFUSED,
    TILL_EMPLOYEES_AGE,
    TILL_PLAIN_CASH_ONLY,
    TILL_CARDS_LOCKED,
    TILL_APPROVALS_REFUSED,
)
"""What the `/metrics` of a till's service shows."""
