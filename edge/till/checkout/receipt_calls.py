"""Receipts over the local API: shown, printed, and their code as a picture."""

from io import BytesIO
from typing import Any

import msgspec
import segno
from aiohttp import web

from edge.signing.guard import read_body
from edge.till import asked
from edge.till.answering import ROOT, Answering, SellingTill, ask, read, told
from edge.till.checkout import printing
from edge.till.refusals import WhyNot, conflict

_RECEIPT = ROOT + "/receipts/{receipt_no}"


def add_receipts(router: web.UrlDispatcher, till: SellingTill) -> None:
    """Let ``router`` answer them."""
    router.add_get(_RECEIPT, told(lambda request: _shown(till, request)))
    router.add_get(_RECEIPT + "/code", _code(till))
    router.add_post(_RECEIPT + "/prints", _print(till))


async def _shown(till: SellingTill, request: web.Request) -> dict[str, Any]:
    found = await till.receipt(request.match_info["receipt_no"])
    receipt = printing.laid_out(found, till.terms, 42, not found.is_unprinted)
    return printing.told_of(found, receipt)


def _code(till: SellingTill) -> Answering:
    async def answer(request: web.Request) -> web.Response:
        found = await till.receipt(request.match_info["receipt_no"])
        receipt = printing.laid_out(found, till.terms, 42, is_copy=True)
        if not receipt.qr:
            raise conflict(WhyNot.UNPRINTABLE, "Returns and training have no code.")
        held = BytesIO()
        segno.make(receipt.qr, error="l", micro=False).save(held, kind="svg", scale=4)
        return web.Response(body=held.getvalue(), content_type="image/svg+xml")

    return answer


def _print(till: SellingTill) -> Answering:
    decoder = msgspec.json.Decoder(asked.AskedPrint)

    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        want, receipt_no = read(decoder, body), request.match_info["receipt_no"]
        printed = await till.printing.print(ask(request, body), receipt_no, want)
        headers = {"Tillstream-Copy": "true" if printed.is_copy else "false"}
        return web.Response(body=printed.body, content_type=printed.kind, headers=headers)

    return answer
