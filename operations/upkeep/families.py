"""Samples as one question of Prometheus wants them, built from the catalogue."""

from collections.abc import Mapping
from typing import TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from metrics.spec import MetricSpec

F = TypeVar("F", CounterMetricFamily, GaugeMetricFamily)

Values = Mapping[tuple[str, ...], float]
"""By the values of a metric's labels."""


def gauges(spec: MetricSpec, values: Values) -> GaugeMetricFamily:
    """One sample for each tuple of label values."""
    return _filled(GaugeMetricFamily(spec.name, spec.help, labels=spec.labels), values)


def counters(spec: MetricSpec, values: Values) -> CounterMetricFamily:
    """The same of a counter."""
    return _filled(CounterMetricFamily(spec.name, spec.help, labels=spec.labels), values)


def _filled(family: F, values: Values) -> F:
    for labels, value in sorted(values.items()):
        family.add_metric(labels, value)
    return family
