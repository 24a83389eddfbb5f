"""Bodies of requests, read within bounds of size and time."""

import asyncio
from typing import Any, cast

import orjson
from aiohttp import web

from edge.registration.requests import BadRequest

READ_SECONDS = 10.0
"""How long a body may take. A till on a bad line sends its 500 bytes in a second; without a limit,
a few that never end hold all there is."""


async def body_of(request: web.Request) -> bytes:
    """The whole body; raises `BadRequest` where it does not come in time."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await request.read()
    except TimeoutError as error:
        raise BadRequest(f"the request was not there within {READ_SECONDS:g} s") from error


async def texts_of(request: web.Request, *names: str) -> list[str]:
    """Those members of a JSON object, all of them texts; raises `BadRequest`."""
    try:
        told: Any = orjson.loads(await body_of(request))
    except orjson.JSONDecodeError as error:
        raise BadRequest("the body is no JSON") from error
    members = cast(dict[str, Any], told) if isinstance(told, dict) else {}
    found = [value for name in names if isinstance(value := members.get(name), str)]
    if len(found) < len(names):
        raise BadRequest(f"the body must be an object with {', '.join(names)}, each a text")
    return found
