"""Why a request is refused, as machines read it: RFC 9457 problems with a ``code``."""

from collections.abc import Mapping
from enum import IntEnum
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

CONTENT_TYPE = "application/problem+json"


class Code(IntEnum):
    """What a program decides by: 100 to 103 the device, 200 to 202 the request, 300 who is asked
    behind."""

    DEVICE = 100
    """The device, or its key, is not the one that may ask this."""

    SIGNATURE = 101
    """A signature or a digest is missing, cannot be read, or does not hold."""

    STALE = 102
    """Signed too long ago, or ahead of time: sign again by the ``server_time`` told."""

    REPEATED = 103
    """This request came before."""

    REQUEST = 200
    """The request itself is wrong."""

    TOO_LARGE = 201
    """Too many bytes."""

    BUSY = 202
    """Too much at once; come again."""

    UPSTREAM = 300
    """Who is asked behind this one does not answer, or answers nonsense."""


CODE = web.ResponseKey("code", Code)
"""The code of the problem that a response tells."""


class Refusal(Exception):
    """A request that is refused, with what its sender is told."""

    def __init__(
        self,
        status: HTTPStatus,
        code: Code,
        detail: str,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """``detail`` says in words what to change; ``more`` are members of the problem's own."""
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.more = dict(more or {})
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """The answer that says so."""
        told = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "code": self.code.value,
            "detail": self.detail,
            **self.more,
        }
        response = web.Response(
            body=orjson.dumps(told),
            status=self.status,
            content_type=CONTENT_TYPE,
            headers=self.headers,
        )
        response[CODE] = self.code
        return response
