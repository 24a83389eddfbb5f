"""Counts what tills ask, and how it ends."""

import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from edge.registration.answers import SAID, saying
from edge.registration.enrolment import Given
from edge.registration.office import OFFICE


async def counted(
    request: web.Request, call: str, work: Callable[[web.Request], Awaitable[Given]]
) -> Given:
    """What ``work`` answers, counted with its errors, which pass."""
    metrics, began, result = request.app[OFFICE].metrics, time.monotonic(), "failed"
    try:
        answer = await work(request)
        result = "again" if answer.again else "issued"
        return answer
    except SAID as error:
        result = saying(error).reason
        raise
    except web.HTTPRequestEntityTooLarge:
        result = "too_large"
        raise
    finally:
        metrics.requests.labels(call, result).inc()
        metrics.answer_seconds.observe(time.monotonic() - began)
