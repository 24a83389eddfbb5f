"""What is measured of admission."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from metrics import admission as names


@dataclass(frozen=True, slots=True)
class AdmissionMetrics:
    """The figures of one process."""

    admitted: Counter
    refused: Counter
    age_seconds: Histogram
    lag_records: Gauge
    kafka_up: Gauge


def admission_metrics(registry: CollectorRegistry) -> AdmissionMetrics:
    """The figures, shown by ``registry``."""
    age = names.ADMISSION_AGE
    return AdmissionMetrics(
        admitted=Counter(**names.ADMISSION_ADMITTED.arguments(), registry=registry),
        refused=Counter(**names.ADMISSION_REFUSED.arguments(), registry=registry),
        age_seconds=Histogram(**age.arguments(), buckets=age.buckets, registry=registry),
        lag_records=Gauge(**names.ADMISSION_LAG.arguments(), registry=registry),
        kafka_up=Gauge(**names.ADMISSION_KAFKA_UP.arguments(), registry=registry),
    )
