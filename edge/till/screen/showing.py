"""What the information screen shows by the till's catalog, and what becomes of an answer. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol

from edge.bundle.rows import BundledAnnouncement, BundledSurvey
from edge.till.asked_of_people import AskedSurveyAnswer
from edge.till.deciding import Decision, Sight, require_day
from edge.till.refusals import WhyNot, refusal, unfit


class ScreenCatalog(Protocol):
    """What of a catalog is for the screen: `edge.bundle.catalog.TillCatalog`."""

    def announcements(self, at: datetime) -> Sequence[BundledAnnouncement]:
        """Those that hold, in the order in which they began."""
        ...

    def survey(self, at: datetime) -> BundledSurvey | None:
        """The question that is asked now."""
        ...


def shown(catalog: ScreenCatalog | None, at_seconds: float) -> dict[str, Any]:
    """As pages are told. Texts are what the store wrote: a page escapes them."""
    at = datetime.fromtimestamp(at_seconds, UTC)
    held = catalog.announcements(at) if catalog else ()
    asked = catalog.survey(at) if catalog else None
    return {
        "announcements": [
            {"announcement_id": each.announcement_id, "text": each.text} for each in held
        ],
        "survey": asked
        and {
            "survey_id": asked.survey_id,
            "question": asked.question,
            "answers": list(asked.answers),
        },
    }


def answer(
    sight: Sight, catalog: ScreenCatalog | None, survey_id: str, want: AskedSurveyAnswer
) -> Decision:
    """Somebody has answered: an event that names nobody."""
    require_day(sight)
    asked = catalog.survey(datetime.fromtimestamp(sight.at_seconds, UTC)) if catalog else None
    if asked is None or asked.survey_id != survey_id:
        words = "This is not asked, or no longer."
        raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_SURVEY, words)
    if want.answer not in asked.answers:
        raise unfit(WhyNot.NOT_IN_CONTRACT, "This is none of the answers to choose from.")
    detail = {"survey_id": survey_id, "question": asked.question, "answer": want.answer}
    event = {"type": "noted", "kind": "survey", "detail": detail}
    return Decision([event], told={"survey_id": survey_id, "answer": want.answer}, status=201)
