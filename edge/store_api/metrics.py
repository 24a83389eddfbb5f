"""What the store API measures."""

import time
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from metrics import store_api as names


@dataclass(frozen=True, slots=True)
class StoreApiMetrics:
    """The figures of one process."""

    requests: Counter
    answer_seconds: Histogram
    database_up: Gauge

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
            self.requests.labels(call, str(answer.status)).inc()
            return answer

        return measured


def store_api_metrics(registry: CollectorRegistry) -> StoreApiMetrics:
    """The figures, shown by ``registry``."""
    seconds = names.STORE_API_ANSWER_SECONDS
    return StoreApiMetrics(
        requests=Counter(**names.STORE_API_REQUESTS.arguments(), registry=registry),
        answer_seconds=Histogram(**seconds.arguments(), buckets=seconds.buckets, registry=registry),
        database_up=Gauge(**names.STORE_API_DATABASE_UP.arguments(), registry=registry),
    )
