"""The calls by which the information screen is filled, and its question answered."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
import orjson
from aiohttp import web

from edge.problems import Code, Refusal
from edge.signing.guard import read_body
from edge.till.answers import AskedOnce, GivenAnswer
from edge.till.asked_of_people import AskedSurveyAnswer
from edge.till.deciding import Decision, Sight
from edge.till.refusals import WhyNot, unfit
from edge.till.screen.showing import ScreenCatalog, answer, shown

BETWEEN_SECONDS = 2.0
"""Between two answers at one till. A child at the screen must fill neither the journal nor the
figures; a queue of people answers more slowly."""

_decode = msgspec.json.Decoder(AskedSurveyAnswer).decode

Do = Callable[[AskedOnce, Callable[[Sight], Decision]], Awaitable[GivenAnswer]]


@dataclass(slots=True)
class InformationScreen:
    """The screen of one till. One loop's only."""

    catalog: Callable[[], ScreenCatalog | None]
    now: Callable[[], float]
    do: Do
    monotonic: Callable[[], float] = time.monotonic
    _answered: tuple[str, float] = field(default=("", float("-inf")))

    def shown(self) -> Mapping[str, Any]:
        """What it shows now."""
        return shown(self.catalog(), self.now())

    async def answer(self, ask: AskedOnce, survey_id: str, want: AskedSurveyAnswer) -> GivenAnswer:
        """Keep an answer; raises `Refusal`."""
        key, at = self._answered
        if ask.key != key and self.monotonic() - at < BETWEEN_SECONDS:
            words = "Somebody has just answered here."
            headers = {"Retry-After": str(int(BETWEEN_SECONDS))}
            status = HTTPStatus.TOO_MANY_REQUESTS
            raise Refusal(status, Code.BUSY, words, headers=headers)
        # Before it is kept: of two at once one is.
        self._answered = ask.key, self.monotonic()
        return await self.do(ask, lambda sight: answer(sight, self.catalog(), survey_id, want))


@dataclass(frozen=True, slots=True)
class ScreenCalls:
    """Answers them; ``ask_of`` reads a request's own key."""

    screen: Callable[[], InformationScreen]
    ask_of: Callable[[web.Request, bytes], AskedOnce]

    def add(self, router: web.UrlDispatcher, root: str) -> None:
        """Let them be answered below ``root``."""
        router.add_get(root + "/screen", self._shown)
        router.add_post(root + "/surveys/{survey_id}/answers", self._answer)

    async def _shown(self, _: web.Request) -> web.Response:
        body = orjson.dumps(dict(self.screen().shown()))
        return web.Response(body=body, content_type="application/json")

    async def _answer(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        try:
            want = _decode(body or b"{}")
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            words = f"The body is none for this call: {error}."
            raise unfit(WhyNot.NOT_IN_CONTRACT, words) from error
        survey_id = request.match_info["survey_id"]
        given = await self.screen().answer(self.ask_of(request, body), survey_id, want)
        return web.Response(
            body=given.body.encode(), status=given.status, content_type="application/json"
        )
