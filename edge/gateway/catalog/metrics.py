"""What is measured of a store's catalog."""

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge

from metrics import gateway_catalog as names
from metrics.spec import MetricSpec


@dataclass(frozen=True, slots=True)
class CatalogMetrics:
    """The figures of one catalog."""

    version: Gauge
    rows: Gauge
    whole_bytes: Gauge
    packed_bytes: Gauge
    changed: Gauge
    current: Gauge
    waiting: Gauge
    left_out: Counter
    kept_back: Counter
    tables_refused: Gauge

    def look(self, waiting: Callable[[], float]) -> None:
        """Have the gauge of what waits read this from now on."""
        self.waiting.set_function(waiting)


def catalog_metrics(registry: CollectorRegistry) -> CatalogMetrics:
    """The figures, shown by ``registry``."""

    def gauge(spec: MetricSpec) -> Gauge:
        return Gauge(**spec.arguments(), registry=registry)

    def counter(spec: MetricSpec) -> Counter:
        return Counter(**spec.arguments(), registry=registry)

    return CatalogMetrics(
        version=gauge(names.CATALOG_VERSION),
        rows=gauge(names.CATALOG_ROWS),
        whole_bytes=gauge(names.CATALOG_BYTES),
        packed_bytes=gauge(names.CATALOG_PACKED_BYTES),
        changed=gauge(names.CATALOG_CHANGED),
        current=gauge(names.CATALOG_CURRENT),
        waiting=gauge(names.CATALOG_WAITING),
        left_out=counter(names.CATALOG_LEFT_OUT),
        kept_back=counter(names.CATALOG_KEPT_BACK),
        tables_refused=gauge(names.CATALOG_TABLES_REFUSED),
    )
