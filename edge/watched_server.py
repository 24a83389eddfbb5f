"""Serves an application over TLS, with a watch beside it."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


@asynccontextmanager
async def serving_watched(
    runner: web.AppRunner,
    watch: Callable[[], Coroutine[Any, Any, None]],
    host: str,
    port: int,
    tls: ssl.SSLContext,
) -> AsyncGenerator[str]:
    """Serve for the length of a block, and ``watch`` meanwhile; the address. Port 0 takes a free
    one.

    Raises OSError where the port is taken.
    """
    await runner.setup()
    watching = asyncio.create_task(watch())
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls).start()
        yield f"https://{host}:{runner.addresses[0][1]}"
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await runner.cleanup()
