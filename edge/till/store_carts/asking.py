"""Asks the store's gateway for carts that wait, and for one of them: it gives each to one till."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol, TypeVar
from urllib.parse import quote

import msgspec

from edge.problems import Refusal
from edge.signing.session import Reply
from topics import scalars as s
from topics.wire_parts import WireLine

ASK_SECONDS = 2.0
"""For the gateway's answer, which stands in the same building and syncs one disk. Less, and a busy
one is taken for away; more keeps the customer standing who wants to go on."""

T = TypeVar("T", bound=msgspec.Struct)


class StoreWay(Protocol):
    """The way to the gateway: `edge.proxy.upstream.Upstream`."""

    async def ask(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Reply:
        """The answer, whatever it says; raises `Refusal` where there is none."""
        ...


class WaitingElsewhere(msgspec.Struct, frozen=True):
    """A cart that waits at some till of the store; ``suspended_at`` is by that till's clock."""

    till_id: s.Identifier
    cart_id: s.Reference
    suspended_at: str
    lines: int
    total_minor: s.Amount
    training: bool = False


class GoneCart(msgspec.Struct, frozen=True):
    """A cart that waited here; ``till_id`` goes on with it."""

    cart_id: s.Reference
    till_id: s.Identifier


class StoreList(msgspec.Struct, frozen=True):
    """What the gateway has heard."""

    carts: tuple[WaitingElsewhere, ...]
    gone: tuple[GoneCart, ...] = ()


class HeldCart(msgspec.Struct, frozen=True):
    """A cart that this till was given."""

    lines: tuple[WireLine, ...] = ()
    training: bool = False
    customer_id: s.Reference | None = None


class TakenElsewhere(msgspec.Struct, frozen=True):
    """Another till has it."""

    held_by: s.Identifier


class NoSuchCart(msgspec.Struct, frozen=True):
    """It waits nowhere, as far as the gateway has heard."""


class StoreDesk:
    """Asks for one till. None is told where the gateway is away, or knows of no carts."""

    def __init__(self, way: Callable[[], StoreWay]) -> None:
        """``way`` raises `Refusal` where there is none."""
        self._way = way

    async def carts(self) -> StoreList | None:
        """Those that wait in the store."""
        reply = await self._asked("GET", "/v1/carts")
        return _decoded(reply, StoreList) if _is(reply, HTTPStatus.OK) else None

    async def hold(
        self, till_id: str, cart_id: str
    ) -> HeldCart | TakenElsewhere | NoSuchCart | None:
        """Have a cart given to this till; the same again is told the same."""
        reply = await self._asked("POST", _hold(till_id, cart_id))
        if _is(reply, HTTPStatus.CONFLICT):
            return _decoded(reply, TakenElsewhere)
        if _is(reply, HTTPStatus.NOT_FOUND):
            return NoSuchCart()
        return _decoded(reply, HeldCart) if _is(reply, HTTPStatus.OK) else None

    async def let_go(self, till_id: str, cart_id: str) -> None:
        """Do not go on with it after all. Where this is not heard, the cart stays listed at this
        till, and can be taken again."""
        await self._asked("DELETE", _hold(till_id, cart_id))

    async def _asked(self, method: str, target: str) -> Reply | None:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return await self._way().ask(method, target, b"", {"Accept-Encoding": "identity"})
        except (Refusal, TimeoutError):
            return None


def _hold(till_id: str, cart_id: str) -> str:
    return f"/v1/carts/{quote(till_id, safe='')}/{quote(cart_id, safe='')}/hold"


def _is(reply: Reply | None, status: HTTPStatus) -> bool:
    return reply is not None and reply.status == status


def _decoded(reply: Reply | None, wanted: type[T]) -> T | None:
    try:
        return msgspec.json.decode(reply.body if reply else b"", type=wanted)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
