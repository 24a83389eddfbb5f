"""The calls by which a page lets somebody sign in, approve, and leave."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import orjson
from aiohttp import web

from edge.signing.guard import read_body
from edge.till.answers import AskedOnce
from edge.till.asked_of_people import AskedHolder, AskedSignIn, AskedUnlock
from edge.till.employees.shown_cards import ShownCards
from edge.till.refusals import WhyNot, unfit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StaffCalls:
    """Answers them; ``ask_of`` reads a request's own key."""

    cards: Callable[[], ShownCards]
    ask_of: Callable[[web.Request, bytes], AskedOnce]

    def add(self, router: web.UrlDispatcher, root: str) -> None:
        """Let them be answered below ``root``."""
        router.add_post(root + "/employees/holder", self._holder)
        router.add_post(root + "/employees/sign-in", self._shown(ShownCards.sign_in))
        router.add_post(root + "/employees/approvals", self._shown(ShownCards.approve))
        router.add_post(root + "/employees/sign-out", self._sign_out)
        router.add_post(root + "/employees/unlocks", self._unlock)

    def _shown(
        self, then: Callable[[ShownCards, str, AskedSignIn], Awaitable[dict[str, Any]]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            body = await read_body(request)
            key = self.ask_of(request, b"").key
            return _told(await then(self.cards(), key, _read(_decode_sign_in, body)))

        return answer

    async def _holder(self, request: web.Request) -> web.Response:
        shown = _read(_decode_card, await read_body(request))
        return _told(await self.cards().holder(shown))

    async def _unlock(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        want = _read(_decode_unlock, body)
        given = await self.cards().unlock(self.ask_of(request, body), want)
        return web.Response(body=given.body.encode(), content_type="application/json")

    async def _sign_out(self, request: web.Request) -> web.Response:
        self.ask_of(request, await read_body(request))
        return _told(await self.cards().sign_out())


_decode_card = msgspec.json.Decoder(AskedHolder).decode
_decode_sign_in = msgspec.json.Decoder(AskedSignIn).decode
_decode_unlock = msgspec.json.Decoder(AskedUnlock).decode


def _read(decode: Callable[[bytes], T], body: bytes) -> T:
    try:
        return decode(body or b"{}")
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        # Never what was typed: msgspec's words name the field and what it must be.
        raise unfit(WhyNot.NOT_IN_CONTRACT, f"The body is none for this call: {error}.") from error


def _told(told: dict[str, Any]) -> web.Response:
    return web.Response(body=orjson.dumps(told), content_type="application/json")
