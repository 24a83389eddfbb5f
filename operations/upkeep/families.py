"""Gauges as one question of Prometheus wants them, built from the catalogue."""

from collections.abc import Mapping

from prometheus_client.core import GaugeMetricFamily

from metrics.spec import MetricSpec


def gauges(spec: MetricSpec, values: Mapping[tuple[str, ...], float]) -> GaugeMetricFamily:
    """One sample for each tuple of label values."""
    family = GaugeMetricFamily(spec.name, spec.help, labels=spec.labels)
    for labels, value in sorted(values.items()):
        family.add_metric(labels, value)
    return family
