"""What one metric is: the form of the entries in the catalogue, `metrics.catalogue`."""

from dataclasses import dataclass
from typing import Literal, TypedDict

AGE_SECONDS_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3_600)
"""From the idle path's tens of milliseconds to an outage of an hour."""

BOARD_AGE_SECONDS_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3_600)
"""Finest around the second within which a change must show; an hour is a till that was cut off."""

BATCH_BUCKETS = (1, 10, 100, 1_000, 3_000, 10_000, 30_000, 100_000)
"""Records or rows: from one sale on an idle path to the largest batch while catching up."""


class Arguments(TypedDict):
    """What prometheus-client's counters, gauges and histograms all take."""

    name: str
    documentation: str
    labelnames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """One metric as Prometheus shows it."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    def arguments(self) -> Arguments:
        """For prometheus-client, which this package does not import; buckets come beside them."""
        return Arguments(name=self.name, documentation=self.help, labelnames=self.labels)
