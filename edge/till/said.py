"""What a gateway says to a batch, read from its answer: nonsense is told apart from a word."""

from http import HTTPStatus
from typing import Annotated, NamedTuple, TypeVar

import msgspec

from edge.problems import Code
from edge.signing.session import Reply
from edge.till.clock import read_time
from topics import scalars as s

T = TypeVar("T", bound=msgspec.Struct)

_Watermark = Annotated[int, msgspec.Meta(ge=0, le=s.NUMBER_MAX)]

RANGES_MAX = 10_000
"""Of a list of missing ranges. The centre names a thousand; each is a row in the journal."""

DEVICE_CODES = frozenset({Code.DEVICE, Code.SIGNATURE, Code.STALE, Code.REPEATED})
"""Those of the seeds that are about the device: 100 to 103."""


class Nonsense(Exception):
    """The answer cannot be read, or says what cannot be; the text says what."""


class QuarantinedNumber(msgspec.Struct, frozen=True):
    """An event that the gateway could not read; it counts as taken."""

    sequence: s.Ordinal
    reason: str = ""


class AcceptedBatch(msgspec.Struct, frozen=True):
    """200: up to where the gateway and the centre have the batch's epoch."""

    accepted_to: _Watermark
    confirmed_to: _Watermark
    missing: Annotated[list[tuple[_Watermark, _Watermark]], msgspec.Meta(max_length=RANGES_MAX)]
    forks: Annotated[list[s.Ordinal], msgspec.Meta(max_length=RANGES_MAX)]
    durable: str
    server_time: str
    quarantined: list[QuarantinedNumber] = []
    catalog_version: _Watermark = 0
    devices_version: _Watermark = 0
    devices_age: _Watermark | None = None

    @property
    def at_seconds(self) -> float:
        """The gateway's time, since 1970."""
        return read_time(self.server_time) or 0.0


class ConflictingBatch(msgspec.Struct, frozen=True):
    """409: a ``gap`` before the batch, or another ``chain``."""

    conflict: str
    expected: s.Ordinal | None = None
    last_hash: s.Hash | None = None


class Trouble(NamedTuple):
    """Anything else: nothing was taken. ``is_refused`` where the device may not ask at all."""

    result: str
    why: str
    wait_seconds: float = 0.0
    is_refused: bool = False


class _Problem(msgspec.Struct, frozen=True):
    code: int = 0
    detail: str = ""


Said = AcceptedBatch | ConflictingBatch | Trouble


def read_reply(reply: Reply) -> Said:
    """What the gateway says; raises `Nonsense`."""
    if reply.status == HTTPStatus.OK:
        told = _decoded(reply.body, AcceptedBatch)
        if read_time(told.server_time) is None:
            raise Nonsense(f"server_time is {told.server_time[:64]!r}")
        return told
    if reply.status == HTTPStatus.CONFLICT:
        conflict = _decoded(reply.body, ConflictingBatch)
        if conflict.conflict == "gap" and conflict.expected is not None:
            return conflict
        if conflict.conflict == "chain":
            return conflict
        raise Nonsense(f"a conflict of the kind {conflict.conflict[:64]!r}")
    return _trouble(reply)


def _trouble(reply: Reply) -> Trouble:
    try:
        problem = msgspec.json.decode(reply.body, type=_Problem)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        problem = _Problem()
    why = f"{reply.status} {problem.detail[:300]}".strip()
    if reply.status == HTTPStatus.FORBIDDEN and problem.code in DEVICE_CODES:
        return Trouble("refused", why, is_refused=True)
    told = reply.headers.get("Retry-After", "")
    wait_seconds = float(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0.0
    busy = reply.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
    return Trouble("busy" if busy else "refused", why, wait_seconds)


def _decoded(body: bytes, wanted: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=wanted)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Nonsense(str(error)) from error
