"""The information screen of a till: what it shows, and who answers its question."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from edge.problems import Code, Refusal
from edge.till.answers import AskedOnce, GivenAnswer
from edge.till.asked_of_people import AskedSurveyAnswer
from edge.till.deciding import Decision, Sight
from edge.till.screen.showing import ScreenCatalog, answer, shown

BETWEEN_SECONDS = 2.0
"""Between two answers at one till. A child at the screen must fill neither the journal nor the
figures; a queue of people answers more slowly."""

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
