"""What is measured of a store's replication."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge

from metrics import replication as names


@dataclass(frozen=True, slots=True)
class ReplicationMetrics:
    """The figures of one store."""

    applied_version: Gauge
    lag_records: Gauge
    whole: Gauge
    ahead_versions: Gauge
    records: Counter
    rows: Gauge
    aside: Gauge
    unknown_fields: Gauge
    filled: Counter
    overtaken: Counter
    onward: Counter
    onward_waiting: Gauge
    kafka_up: Gauge
    database_up: Gauge


def replication_metrics(registry: CollectorRegistry) -> ReplicationMetrics:
    """The figures, shown by ``registry``."""
    return ReplicationMetrics(
        applied_version=Gauge(**names.REPLICATION_APPLIED.arguments(), registry=registry),
        lag_records=Gauge(**names.REPLICATION_LAG.arguments(), registry=registry),
        whole=Gauge(**names.REPLICATION_WHOLE.arguments(), registry=registry),
        ahead_versions=Gauge(**names.REPLICATION_AHEAD.arguments(), registry=registry),
        records=Counter(**names.REPLICATION_RECORDS.arguments(), registry=registry),
        rows=Gauge(**names.REPLICATION_ROWS.arguments(), registry=registry),
        aside=Gauge(**names.REPLICATION_ASIDE.arguments(), registry=registry),
        unknown_fields=Gauge(**names.REPLICATION_UNKNOWN_FIELDS.arguments(), registry=registry),
        filled=Counter(**names.REPLICATION_FILLED.arguments(), registry=registry),
        overtaken=Counter(**names.REPLICATION_OVERTAKEN.arguments(), registry=registry),
        onward=Counter(**names.REPLICATION_ONWARD.arguments(), registry=registry),
        onward_waiting=Gauge(**names.REPLICATION_ONWARD_WAITING.arguments(), registry=registry),
        kafka_up=Gauge(**names.REPLICATION_KAFKA_UP.arguments(), registry=registry),
        database_up=Gauge(**names.REPLICATION_DATABASE_UP.arguments(), registry=registry),
    )
