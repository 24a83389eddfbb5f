"""Who a customer's card belongs to, and their receipts: by the gateway alone, in the name of who is
signed in. Nothing of it is kept at the till."""

import asyncio
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import msgspec

from edge.problems import Code, Refusal
from edge.signing.session import Reply
from edge.till.refusals import WhyNot, forbidden, refusal
from topics.scalars import ID_PATTERN, Identifier

ANSWER_SECONDS = 3.0
"""For each of the gateway's answers. A customer waits for it with goods on the belt; a gateway in
the same building answers in milliseconds, or not at all."""

T = TypeVar("T", bound=msgspec.Struct)

_ID = re.compile(ID_PATTERN)


class CustomerWay(Protocol):
    """The way to the gateway: `edge.proxy.upstream.Upstream`."""

    async def ask(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Reply:
        """The answer, whatever it says; raises `Refusal` where there is none."""
        ...


class FoundCustomer(msgspec.Struct, frozen=True):
    """As the gateway tells of them; ``name`` is None where nobody in the store can open it."""

    customer_id: Identifier
    consents: dict[str, bool] = {}
    name: str | None = None


class _Receipts(msgspec.Struct):
    receipts: list[dict[str, Any]]


class CustomerDesk:
    """Asks for one till."""

    def __init__(self, way: Callable[[], CustomerWay]) -> None:
        """``way`` raises `Refusal` where there is none."""
        self._way = way

    async def find(self, names: list[str], authorization: str) -> FoundCustomer:
        """Who is known by the first of these names; raises `Refusal`."""
        for name in names:
            reply = await self._asked(f"/v1/customers/{quote(name, safe='')}", authorization)
            if reply.status != HTTPStatus.NOT_FOUND:
                return _decoded(_good(reply), FoundCustomer)
        words = "The gateway knows no customer by this card."
        raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_CUSTOMER, words)

    async def receipts(self, customer_id: str, authorization: str) -> list[dict[str, Any]]:
        """Their newest at this store; raises `Refusal`."""
        target = f"/v1/customers/{quote(customer_id, safe='')}/receipts"
        return _decoded(_good(await self._asked(target, authorization)), _Receipts).receipts

    async def _asked(self, target: str, authorization: str) -> Reply:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                named = f"{target}?authorization={quote(authorization, safe='')}"
                return await self._way().ask("GET", named, b"", {})
        except TimeoutError as error:
            raise _away(f"The gateway did not answer within {ANSWER_SECONDS:.0f} s.") from error
        except Refusal as away:
            raise _away(away.detail) from away


def names_on(card: str, hashed: str) -> list[str]:
    """By what the gateway may know who has this card: its hash, or the id that it bears."""
    return [hashed, card] if _ID.fullmatch(card) else [hashed]


def _good(reply: Reply) -> Reply:
    if reply.status == HTTPStatus.OK:
        return reply
    if reply.status == HTTPStatus.FORBIDDEN:
        words = "The gateway wants the card of who is signed in shown again."
        raise forbidden(WhyNot.AUTHORIZATION_NEEDED, words)
    raise _away(f"The gateway answers {reply.status}.")


def _away(words: str) -> Refusal:
    more = {"reason": WhyNot.GATEWAY_AWAY.value}
    return Refusal(HTTPStatus.BAD_GATEWAY, Code.UPSTREAM, words, more=more)


def _decoded(reply: Reply, wanted: type[T]) -> T:
    try:
        return msgspec.json.decode(reply.body, type=wanted)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _away("The gateway answers nonsense.") from error
