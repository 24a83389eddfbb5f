"""Returns by receipt over the local API."""

import msgspec
from aiohttp import web

from edge.signing.guard import read_body
from edge.till import asked
from edge.till.answering import ROOT, Answering, SellingTill, ask, given, read


def add_returns(router: web.UrlDispatcher, till: SellingTill) -> None:
    """Let ``router`` answer them."""
    router.add_post(ROOT + "/receipts/{receipt_no}/returns", _take_back(till))


def _take_back(till: SellingTill) -> Answering:
    decoder = msgspec.json.Decoder(asked.AskedReceiptReturn)

    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        want = read(decoder, body)
        return given(
            await till.take_back(ask(request, body), request.match_info["receipt_no"], want)
        )

    return answer
