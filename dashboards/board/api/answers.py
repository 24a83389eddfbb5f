"""Answers with an entity tag: who has the same already is told so in a few bytes."""

import hashlib
from typing import Any

import orjson
from aiohttp import web

_OPTIONS = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z

_TAG_CHARACTERS = 32


def json(request: web.Request, value: Any, content_type: str = "application/json") -> web.Response:
    """``value`` as JSON; times without a zone are UTC."""
    return tagged(request, orjson.dumps(value, option=_OPTIONS), content_type)


def tagged(request: web.Request, body: bytes, content_type: str) -> web.Response:
    """``body``, or 304 where the request names its tag."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:_TAG_CHARACTERS]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _has(request.headers.get("If-None-Match", ""), tag):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)


def _has(known: str, tag: str) -> bool:
    tags = [each.strip().removeprefix("W/") for each in known.split(",")]
    return tag in tags or tags == ["*"]
