"""The calls by which a page lets somebody sign in, approve, and leave."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from edge.signing.guard import read_body
from edge.till.answering import ROOT, SellingTill, Telling, ask, given, read, told
from edge.till.asked_of_people import AskedHolder, AskedSignIn, AskedUnlock
from edge.till.employees.shown_cards import ShownCards

_card_decoder = msgspec.json.Decoder(AskedHolder)
_sign_in_decoder = msgspec.json.Decoder(AskedSignIn)
_unlock_decoder = msgspec.json.Decoder(AskedUnlock)


def add_staff(router: web.UrlDispatcher, till: SellingTill) -> None:
    """Let them be answered."""
    employees = ROOT + "/employees"
    router.add_post(employees + "/holder", told(partial(_holder, till)))
    router.add_post(employees + "/sign-in", told(_shown(till, ShownCards.sign_in)))
    router.add_post(employees + "/approvals", told(_shown(till, ShownCards.approve)))
    router.add_post(employees + "/sign-out", told(partial(_sign_out, till)))
    router.add_post(employees + "/unlocks", partial(_unlock, till))


def _shown(
    till: SellingTill,
    then: Callable[[ShownCards, str, AskedSignIn], Awaitable[dict[str, Any]]],
) -> Telling:
    async def tell(request: web.Request) -> dict[str, Any]:
        body = await read_body(request)
        key = ask(request, b"").key
        return await then(till.cards, key, read(_sign_in_decoder, body))

    return tell


async def _holder(till: SellingTill, request: web.Request) -> dict[str, Any]:
    shown = read(_card_decoder, await read_body(request))
    return await till.cards.holder(shown)


async def _unlock(till: SellingTill, request: web.Request) -> web.Response:
    body = await read_body(request)
    want = read(_unlock_decoder, body)
    return given(await till.cards.unlock(ask(request, body), want))


async def _sign_out(till: SellingTill, request: web.Request) -> dict[str, Any]:
    ask(request, await read_body(request))
    return await till.cards.sign_out()
