"""What the till's service measures."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

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


def till_metrics(registry: CollectorRegistry) -> TillMetrics:
    """The figures, shown by ``registry``."""
    seconds = names.TILL_ANSWER_SECONDS
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
    )
