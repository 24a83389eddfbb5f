"""What the proxy measures."""

from dataclasses import dataclass
from datetime import datetime
from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from metrics import proxy as names


@dataclass(slots=True)
class ProxyMetrics:
    """The figures of one proxy."""

    requests: Counter
    answer_seconds: Histogram
    gateway_up: Gauge
    gateway_end: Gauge

    def tell_end(self, end: datetime) -> None:
        """Until when the gateway's certificate holds."""
        self.gateway_end.set(end.timestamp())


def proxy_metrics(registry: CollectorRegistry) -> ProxyMetrics:
    """The figures, shown by ``registry``."""
    seconds = names.PROXY_ANSWER_SECONDS
    gateway_up = Gauge(**names.PROXY_GATEWAY_UP.arguments(), registry=registry)
    gateway_up.set(nan)  # a till that has not asked, or has no gateway, is not cut off
    return ProxyMetrics(
        requests=Counter(**names.PROXY_REQUESTS.arguments(), registry=registry),
        answer_seconds=Histogram(**seconds.arguments(), buckets=seconds.buckets, registry=registry),
        gateway_up=gateway_up,
        gateway_end=Gauge(**names.PROXY_GATEWAY_END.arguments(), registry=registry),
    )
