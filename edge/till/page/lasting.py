"""Parts of the page that go on for ever, whatever fails in one of them."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog


async def lasting(part: Callable[[], Awaitable[None]]) -> None:
    """A part that begins anew where it fails: the page must not end over it."""
    while True:
        try:
            await part()
        except Exception:
            structlog.get_logger("tillstream.till").exception("page_part_failed")
            await asyncio.sleep(1.0)
