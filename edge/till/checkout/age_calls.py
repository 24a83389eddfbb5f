"""Ages over the local API. No date of birth is kept: not in the journal, not in an answer, and not
in what tells a request from another, which anybody could work the date out of."""

from hashlib import sha256
from typing import Any

import msgspec
from aiohttp import web

from edge.signing.guard import read_body
from edge.till import asked
from edge.till.ages import YEARS_MAX, AgeCheck
from edge.till.answering import ROOT, Answering, SellingTill, ask, given, read, told
from edge.till.checkout.ages import check_of, note_age
from edge.till.refusals import WhyNot, unfit


def add_ages(router: web.UrlDispatcher, till: SellingTill) -> None:
    """Let ``router`` answer them."""
    router.add_get(ROOT + r"/ages/{years:\d{1,3}}", told(lambda request: _born_by(till, request)))
    router.add_post(ROOT + "/carts/{cart_id}/age-checks", _checked(till))


async def _born_by(till: SellingTill, request: web.Request) -> dict[str, Any]:
    years = int(request.match_info["years"])
    if years > YEARS_MAX:
        raise unfit(WhyNot.NOT_IN_CONTRACT, f"An age has 0 to {YEARS_MAX} years.")
    today = till.today()
    return {"today": today, "born_by": AgeCheck(years, today).born_by}


def _checked(till: SellingTill) -> Answering:
    decoder = msgspec.json.Decoder(asked.AskedAge)

    async def answer(request: web.Request) -> web.Response:
        want = read(decoder, await read_body(request))
        checked = check_of(want, till.today())
        once = ask(request, sha256(msgspec.json.encode(checked)).digest())
        cart_id = request.match_info["cart_id"]
        done = await till.do(once, lambda sight: note_age(sight, cart_id, checked), want.auth)
        return given(done)

    return answer
