"""The calls by which the information screen is filled, and its question answered."""

from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from edge.signing.guard import read_body
from edge.till.answering import ROOT, SellingTill, ask, given, read, told
from edge.till.asked_of_people import AskedSurveyAnswer

_decoder = msgspec.json.Decoder(AskedSurveyAnswer)


def add_screen(router: web.UrlDispatcher, till: SellingTill) -> None:
    """Let them be answered."""
    router.add_get(ROOT + "/screen", told(partial(_shown, till)))
    router.add_post(ROOT + "/surveys/{survey_id}/answers", partial(_answer, till))


async def _shown(till: SellingTill, _: web.Request) -> dict[str, Any]:
    return dict(till.screen.shown())


async def _answer(till: SellingTill, request: web.Request) -> web.Response:
    body = await read_body(request)
    want, survey_id = read(_decoder, body), request.match_info["survey_id"]
    return given(await till.screen.answer(ask(request, body), survey_id, want))
