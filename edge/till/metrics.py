"""What the till's service measures."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from edge.till.employees.approvals import RefusedApproval
from metrics import till as names


@dataclass(slots=True)
class TillMetrics:
    """The figures of one till."""

    requests: Counter
    answer_seconds: Histogram
    batches: Counter
    waiting: Gauge
    unconfirmed: Gauge
    may_begin: Gauge
    clock_off: Gauge
    end: Gauge
    tables_refused: Gauge
    employees_age: Gauge
    plain_cash_only: Gauge
    cards_locked: Gauge
    approvals_refused: Counter


def till_metrics(registry: CollectorRegistry) -> TillMetrics:
    """The figures, shown by ``registry``."""
    seconds = names.TILL_ANSWER_SECONDS
    approvals_refused = Counter(**names.TILL_APPROVALS_REFUSED.arguments(), registry=registry)
    for kind in RefusedApproval:  # from the first one on, a rise is one
        approvals_refused.labels(kind.value)
    return TillMetrics(
        requests=Counter(**names.TILL_REQUESTS.arguments(), registry=registry),
        answer_seconds=Histogram(**seconds.arguments(), buckets=seconds.buckets, registry=registry),
        batches=Counter(**names.TILL_BATCHES.arguments(), registry=registry),
        waiting=Gauge(**names.TILL_WAITING.arguments(), registry=registry),
        unconfirmed=Gauge(**names.TILL_UNCONFIRMED.arguments(), registry=registry),
        may_begin=Gauge(**names.TILL_MAY_BEGIN.arguments(), registry=registry),
        clock_off=Gauge(**names.TILL_CLOCK_OFF.arguments(), registry=registry),
        end=Gauge(**names.TILL_END.arguments(), registry=registry),
        tables_refused=Gauge(**names.TILL_TABLES_REFUSED.arguments(), registry=registry),
        employees_age=Gauge(**names.TILL_EMPLOYEES_AGE.arguments(), registry=registry),
        plain_cash_only=Gauge(**names.TILL_PLAIN_CASH_ONLY.arguments(), registry=registry),
        cards_locked=Gauge(**names.TILL_CARDS_LOCKED.arguments(), registry=registry),
        approvals_refused=approvals_refused,
    )
