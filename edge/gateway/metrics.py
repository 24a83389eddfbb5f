"""What the gateway measures."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from edge.problems import CODE
from metrics import gateway as names
from metrics.spec import MetricSpec

LOOKED_AT = (
    names.GATEWAY_KAFKA_UP,
    names.GATEWAY_SPOOL_BYTES,
    names.GATEWAY_SPOOL_SIZE,
    names.GATEWAY_SPOOL_BATCHES,
    names.GATEWAY_SPOOL_OLDEST,
    names.GATEWAY_CONNECTIONS,
    names.GATEWAY_DEVICES_VERSION,
    names.GATEWAY_DEVICES_HEARD,
    names.GATEWAY_UNLISTED,
)
"""Read from the gateway's parts whenever somebody asks for the metrics."""

Looks = Mapping[MetricSpec, Callable[[], float]]
"""How each of `LOOKED_AT` is read, from another thread than the loop's."""


@dataclass(frozen=True, slots=True)
class GatewayMetrics:
    """The figures of one gateway."""

    batches: Counter
    events: Counter
    quarantined: Counter
    refusals: Counter
    conflicts: Counter
    forks: Counter
    foreign: Counter
    head_doubts: Counter
    carts_twice: Counter
    answer_seconds: Histogram
    sync_seconds: Histogram
    feed_up: Gauge
    news: Counter
    news_refused: Counter
    news_unkept: Counter
    closed: Counter
    asked_centre: Counter
    relaying: Gauge
    relayed: Counter
    gauges: Mapping[MetricSpec, Gauge]

    def look(self, looks: Looks) -> None:
        """Have the gauges read these from now on."""
        for spec, gauge in self.gauges.items():
            gauge.set_function(looks[spec])

    @property
    def middleware(self) -> Middleware:
        """Measures each answer."""

        @web.middleware
        async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
            began = time.monotonic()
            answer = await handler(request)
            resource = request.match_info.route.resource
            call = resource.canonical if resource else "none"
            self.answer_seconds.labels(call).observe(time.monotonic() - began)
            if CODE in answer:
                self.refusals.labels(str(answer.status), str(answer[CODE].value)).inc()
            return answer

        return measured


def gateway_metrics(registry: CollectorRegistry) -> GatewayMetrics:
    """The figures, shown by ``registry``."""

    def counter(spec: MetricSpec) -> Counter:
        return Counter(**spec.arguments(), registry=registry)

    def gauge(spec: MetricSpec) -> Gauge:
        return Gauge(**spec.arguments(), registry=registry)

    def histogram(spec: MetricSpec) -> Histogram:
        return Histogram(**spec.arguments(), buckets=spec.buckets, registry=registry)

    return GatewayMetrics(
        batches=counter(names.GATEWAY_BATCHES),
        events=counter(names.GATEWAY_EVENTS),
        quarantined=counter(names.GATEWAY_QUARANTINED),
        refusals=counter(names.GATEWAY_REFUSALS),
        conflicts=counter(names.GATEWAY_CONFLICTS),
        forks=counter(names.GATEWAY_FORKS),
        foreign=counter(names.GATEWAY_FOREIGN),
        head_doubts=counter(names.GATEWAY_HEAD_DOUBTS),
        carts_twice=counter(names.GATEWAY_CARTS_TWICE),
        answer_seconds=histogram(names.GATEWAY_ANSWER_SECONDS),
        sync_seconds=histogram(names.GATEWAY_SYNC_SECONDS),
        feed_up=gauge(names.GATEWAY_FEED_UP),
        news=counter(names.GATEWAY_NEWS),
        news_refused=counter(names.GATEWAY_NEWS_REFUSED),
        news_unkept=counter(names.GATEWAY_NEWS_UNKEPT),
        closed=counter(names.GATEWAY_CLOSED),
        asked_centre=counter(names.GATEWAY_ASKED),
        relaying=gauge(names.GATEWAY_RELAYING),
        relayed=counter(names.GATEWAY_RELAYED),
        gauges={spec: gauge(spec) for spec in LOOKED_AT},
    )
