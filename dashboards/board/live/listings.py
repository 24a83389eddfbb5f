"""The order of a long table, kept for those who look at it.

A table that were sorted anew with each hundred rows would show some of them twice and some never,
as rows move while somebody scrolls. So the order is taken once and has a token; values in it stay
live, and the page fetches a new order where the old one is no longer right.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass

from dashboards.board.feed.recent import Recent
from dashboards.board.live.keys import Key
from dashboards.board.live.viewers import Viewers

PAGE_ROWS = 100
"""Rows drawn at a time. More is slow to draw on a phone; fewer is a lot of fetching."""

LISTINGS_MAX = 100
"""Orders that are kept: one of fifty thousand SKUs costs some four megabytes."""

SHARED_SECONDS = 15.0
"""How long one order serves everybody with the same wish, unless its list changes."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands in a table, in order; ``ident``s become keys of rows by ``key_of``."""

    token: str
    kind: str
    idents: Sequence[str]
    key_of: Callable[[str], Key]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-len(self.idents) // PAGE_ROWS))

    def keys(self, page: int) -> list[Key]:
        """The rows of a page, counted from 1."""
        first = (page - 1) * PAGE_ROWS
        return [self.key_of(ident) for ident in self.idents[first : first + PAGE_ROWS]]

    def rows_on(self, page: int) -> int:
        """How many rows a page has."""
        return min(PAGE_ROWS, len(self.idents) - (page - 1) * PAGE_ROWS)


@dataclass(slots=True)
class _Shared:
    version: int
    made_at: float
    listing: asyncio.Task[Listing]


class Listings:
    """The orders of all tables that somebody looks at."""

    def __init__(self, viewers: Viewers) -> None:
        self._viewers = viewers
        self._by_token: Recent[str, Listing] = Recent(LISTINGS_MAX)
        self._shared: Recent[Hashable, _Shared] = Recent(LISTINGS_MAX)

    def get(self, token: str) -> Listing | None:
        """The order of that token, while it is kept."""
        return self._by_token.get(token)

    async def share(
        self,
        wish: Hashable,
        order: Key,
        key_of: Callable[[str], Key],
        choose: Callable[[], Awaitable[Sequence[str]]],
    ) -> Listing:
        """The order for a wish: made by ``choose``, unless somebody's of just now still holds.

        ``order`` is the key of the list that is marked where it changes.
        """
        held, version = self._shared.get(wish), self._viewers.version(order)
        fresh = held is not None and time.monotonic() - held.made_at < SHARED_SECONDS
        failed = held is not None and held.listing.done() and held.listing.exception() is not None
        if held is None or not fresh or failed or held.version != version:
            made = asyncio.create_task(self._make(key_of, choose))
            held = _Shared(version, time.monotonic(), made)
            self._shared.set(wish, held)
        return await asyncio.shield(held.listing)

    async def _make(
        self, key_of: Callable[[str], Key], choose: Callable[[], Awaitable[Sequence[str]]]
    ) -> Listing:
        idents = await choose()
        kind = key_of("").kind
        listing = Listing(secrets.token_urlsafe(9), kind, idents, key_of)
        self._by_token.set(listing.token, listing)
        return listing
