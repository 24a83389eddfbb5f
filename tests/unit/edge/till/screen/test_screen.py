"""What the information screen says and asks, and answers that name nobody."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.bundle.form import RowKey, canonical_row
from edge.till.screen import screen
from tests.unit.edge.till.employees.crews import ANNA, bundle, events, hold, seated
from tests.unit.edge.till.tills import Program, running

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
MARKUP = "<b>Tea</b> & 'cakes' \u202e"


def said(name: str, begins: datetime, ends: datetime | None = None) -> tuple[RowKey, bytes]:
    row = {"announcement_id": name, "text": MARKUP, "valid_from": begins}
    return ("announcement", name), canonical_row(row | ({"valid_to": ends} if ends else {}))


def asked(name: str, begins: datetime, **fields: Any) -> tuple[RowKey, bytes]:
    row = {"survey_id": name, "question": "Was it quick?", "answers": ["yes", "no"]}
    return ("survey", name), canonical_row({**row, "valid_from": begins, **fields})


WORDS = (
    said("later", NOW + HOUR),
    said("now", NOW - HOUR),
    said("first", NOW - 2 * HOUR, NOW + HOUR),
    said("over", NOW - 2 * HOUR, NOW - HOUR),
    asked("old", NOW - 2 * HOUR),
    asked("new", NOW - HOUR),
    asked("next", NOW + HOUR),
)


@pytest.fixture
async def program(home: Path) -> AsyncIterator[Program]:
    hold(home, bundle(7, ANNA, *WORDS))
    async with running(home) as opened:
        await opened.open_day()
        yield opened


async def test_the_screen_shows_what_holds_now_as_it_was_written(program: Program) -> None:
    told = await program.get("/screen")
    assert [each["announcement_id"] for each in told["announcements"]] == ["first", "now"]
    assert told["announcements"][0]["text"] == MARKUP
    assert told["survey"] == {
        "survey_id": "new",
        "question": "Was it quick?",
        "answers": ["yes", "no"],
    }


async def test_an_answer_is_journalled_without_a_name_whoever_is_signed_in(
    program: Program,
) -> None:
    await seated(program, "anna")
    await program.post("/surveys/new/answers", {"answer": "no"})
    [event] = await events(program)
    assert (event["type"], event["kind"]) == ("noted", "survey")
    assert event["detail"] == {"survey_id": "new", "question": "Was it quick?", "answer": "no"}
    for name in ("cashier_id", "customer_id", "cart_id", "auth"):
        assert name not in event, f"the answer has a {name}"


async def test_only_what_is_asked_now_is_answered_and_only_by_its_answers(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "BETWEEN_SECONDS", 0.0)
    path = "/surveys/new/answers"
    for body in ({}, {"answer": "perhaps"}, {"answer": 1}, {"answer": "no", "name": "Eve"}, []):
        assert await program.refused("POST", path, body) == (422, "not_in_contract"), body
    old = "/surveys/old/answers"
    assert await program.refused("POST", old, {"answer": "no"}) == (404, "no_such_survey")
    assert await events(program) == []


async def test_a_child_at_the_screen_fills_no_journal(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, answer = "/surveys/new/answers", {"answer": "yes"}
    told = await program.post(path, answer, "k-1")
    for _ in range(10):
        assert (await program.refused("POST", path, answer))[0] == 429
    assert await program.post(path, answer, "k-1") == told, "a lost answer was not given again"
    monkeypatch.setattr(screen, "BETWEEN_SECONDS", 0.0)
    await program.post(path, answer)
    assert len(await events(program)) == 2


async def test_a_till_without_a_catalog_shows_an_empty_screen(home: Path) -> None:
    async with running(home) as program:
        assert await program.get("/screen") == {"announcements": [], "survey": None}
        await program.open_day()
        path = "/surveys/new/answers"
        assert await program.refused("POST", path, {"answer": "yes"}) == (404, "no_such_survey")
