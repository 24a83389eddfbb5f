"""What the registration measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from edge.registration.rules import DeviceStatus
from metrics import registration as names


@dataclass(slots=True)
class RegistrationMetrics:
    """The figures of one process."""

    requests: Counter
    answer_seconds: Histogram
    devices: Gauge
    alarms: Gauge
    first_end: Gauge
    database_up: Gauge

    def show(self, standing: Mapping[str, Any]) -> None:
        """How the devices stand."""
        self.database_up.set(1)
        for status in DeviceStatus:
            self.devices.labels(status.value).set(standing[status.value])
        self.alarms.set(standing["alarms"])
        # Without an active device nothing ends: 0 is no time, and no rule takes it for one.
        self.first_end.set(standing["first_end"] or 0)


def registration_metrics(registry: CollectorRegistry) -> RegistrationMetrics:
    """The figures, shown by ``registry``."""
    seconds = names.REGISTRATION_ANSWER_SECONDS
    return RegistrationMetrics(
        requests=Counter(**names.REGISTRATION_REQUESTS.arguments(), registry=registry),
        answer_seconds=Histogram(**seconds.arguments(), buckets=seconds.buckets, registry=registry),
        devices=Gauge(**names.REGISTRATION_DEVICES.arguments(), registry=registry),
        alarms=Gauge(**names.REGISTRATION_ALARMS.arguments(), registry=registry),
        first_end=Gauge(**names.REGISTRATION_FIRST_END.arguments(), registry=registry),
        database_up=Gauge(**names.REGISTRATION_DATABASE_UP.arguments(), registry=registry),
    )
