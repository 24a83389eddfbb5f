"""One call that a gateway answers: its place, its words for programs, and who answers it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from aiohttp.typedefs import Handler


class Operation(NamedTuple):
    """A call as the OpenAPI document tells it. Each stands beside what answers it.

    ``told`` is the document's operation object, and ``schemas`` are those that it refers to, by
    name. Who asks an ``is_open`` one needs neither a certificate nor a signature.
    """

    method: str
    path: str
    told: Mapping[str, Any]
    schemas: Mapping[str, Any] = {}
    is_open: bool = False


class ServedCall(NamedTuple):
    """An operation and who answers it."""

    operation: Operation
    handler: Handler
