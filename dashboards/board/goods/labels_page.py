"""Shelf labels of products: which, and the file to print."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from aiohttp import web

from clients.statements import statement
from dashboards.backoffice import reading
from dashboards.backoffice.codes import skus_of
from dashboards.backoffice.lines import typed
from dashboards.backoffice.refusals import BookingRefused
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.goods.goods_page import AWAY
from dashboards.board.live.visit import Visit, field, form, is_identifier, message
from dashboards.board.live.visitor import RequestRefused


class _Labelled(msgspec.Struct, frozen=True):
    sku: str
    name: str
    gtin: str | None
    unit: str
    price_minor: int
    currency: str


async def choose(request: web.Request) -> web.Response:
    """The form."""
    return await _form(Visit(request), {}, "", 200)


async def printed(request: web.Request) -> web.Response:
    """The labels as PDF, as often as each line says."""
    visit, sent = Visit(request), await form(request)
    # Drawn only here: reportlab brings Pillow along, and most boards print no label.
    from dashboards.board.goods.labels import LABELS_MAX, Label, sheet_of

    location = field(sent, "location")
    if location and not is_identifier(location):
        raise RequestRefused("Not printed", "There is no such location.", 422)
    try:
        lines = typed(field(sent, "lines"))
        if not 0 < sum(max(0, each.quantity) for each in lines) <= LABELS_MAX:
            words = f"Between one label and {LABELS_MAX} at a time."
            return await _form(visit, sent, words, 422)
        ask = visit.board.database.query
        skus = await skus_of(ask, lines)
        found = {
            each.sku: each
            for each in await ask(
                statement(__file__, "labelled"),
                _Labelled,
                skus=sorted(set(skus.values())),
                location_id=location or None,
                moment=datetime.now(UTC),
            )
        }
    except BookingRefused as refusal:
        return await _form(visit, sent, str(refusal), 422)
    except DatabaseAway:
        return message(visit, "Not known at the moment", AWAY, status=503)
    labels = [
        Label(each.sku, each.name, each.gtin, _price(visit, each))
        for line in lines
        for each in [found[skus[line.code]]] * max(0, line.quantity)
    ]
    body = await asyncio.to_thread(sheet_of, labels)
    headers = {"Content-Disposition": 'inline; filename="labels.pdf"'}
    return web.Response(body=body, content_type="application/pdf", headers=headers)


def _price(visit: Visit, each: _Labelled) -> str:
    told = visit.words.money(each.price_minor, each.currency)
    return f"{told} / kg" if each.unit == "gram" else told


async def _form(visit: Visit, sent: Mapping[str, object], wrong: str, status: int) -> web.Response:
    shown = {
        "wrong": wrong,
        "lines": field(sent, "lines") or visit.request.query.get("lines", "")[:64],
        "location": field(sent, "location"),
        "places": await reading.places(visit.board.database.query),
    }
    return visit.page("goods/labels.html", None, shown, status)


ROUTES = [web.get("/goods/labels", choose), web.post("/goods/labels", printed)]
