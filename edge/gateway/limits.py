"""How much may be under way at once: bodies are held in memory until they are durable."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from edge.problems import Code, Refusal

BYTES_AT_ONCE_MAX = 32 * 1024 * 1024
"""Of bodies under way: sixty of the largest batches, two seconds of one core's work. More only
waits in memory; a few make tills that have been away take turns that leave the core idle."""

SMALL_BYTES = 16 * 1024
"""A body up to this is let in beside them, as a till sends that has not been away: who comes back
with a day's events must not hold up who sells."""

AT_ONCE_MAX = 1_000
"""Requests under way, of any size. A store has tens of tills; each holds a socket and some KiB."""

TURNS_MAX = 4
"""Requests of one till under way. It sends one at a time, and again where an answer is late."""

RETRY_AFTER = {"Retry-After": "1"}


class Room:
    """Counts what is under way."""

    def __init__(self) -> None:
        self._requests = 0
        self._bytes = 0
        self._by_till: Counter[str] = Counter()

    @property
    def middleware(self) -> Middleware:
        """Refuses (429) what would be too much, before its body is read."""

        @web.middleware
        async def bounded(request: web.Request, handler: Handler) -> web.StreamResponse:
            with self._holding(_size(request)):
                return await handler(request)

        return bounded

    @contextmanager
    def _holding(self, size: int) -> Generator[None]:
        crowded = self._bytes + size > BYTES_AT_ONCE_MAX and size > SMALL_BYTES
        if crowded or self._requests >= AT_ONCE_MAX:
            raise too_much("Too much is under way here.")
        self._requests += 1
        self._bytes += size
        try:
            yield
        finally:
            self._requests -= 1
            self._bytes -= size

    @contextmanager
    def turn(self, till_id: str) -> Generator[None]:
        """One of a till's requests, for the length of a block; raises `Refusal` (429)."""
        if self._by_till[till_id] >= TURNS_MAX:
            raise too_much(f"{TURNS_MAX} requests of this till are under way.")
        self._by_till[till_id] += 1
        try:
            yield
        finally:
            self._by_till[till_id] -= 1
            self._by_till += Counter()  # keeps only those that have some


def _size(request: web.Request) -> int:
    """Of the body, the most that may come where nobody says. A question that is held open has
    none, and takes no room from those that deliver."""
    if not request.body_exists:
        return 0
    size = request.content_length
    return request.client_max_size if size is None else size


def too_much(detail: str) -> Refusal:
    """A refusal to be tried again."""
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, Code.BUSY, detail, headers=RETRY_AFTER)
