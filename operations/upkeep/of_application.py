"""A worker's figures with the application's name on each, so that no sum mixes two."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from metrics.workers import APPLICATION


class OfApplication(Collector):
    """All that ``figures`` shows, labelled with an application's ``role``."""

    def __init__(self, figures: CollectorRegistry, role: str) -> None:
        self._figures = figures
        self._role = role

    def collect(self) -> Iterator[Metric]:
        """Every sample once more, with one label more."""
        for metric in self._figures.collect():
            metric.samples = [
                sample._replace(labels={**sample.labels, APPLICATION: self._role})
                for sample in metric.samples
            ]
            yield metric
