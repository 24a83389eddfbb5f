"""The store's announcements and its question at the page: text alone, and answers by nobody."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.till.page.open_pages import OpenPage
from tests.till_pages import CARD, PIN, PagedTill, paged, stocked
from tests.unit.edge.till.screen.test_screen import MARKUP, asked, said

BEGUN = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    answers = ["<i>yes</i>", "no"]
    return stocked(tmp_path, said("now", BEGUN), asked("s-1", BEGUN, answers=answers))


@pytest.fixture
async def till(home: Path) -> AsyncIterator[PagedTill]:
    async with paged(home) as opened:
        await opened.open_day()
        yield opened


@pytest.fixture
async def visitor(till: PagedTill) -> OpenPage:
    return (await till.stage.begin())[0]


async def test_what_the_store_says_is_text_and_no_markup(till: PagedTill) -> None:
    seen = await till.seen()
    assert "&lt;b&gt;Tea&lt;/b&gt;" in seen and "<b>Tea" not in seen, MARKUP
    assert "Was it quick?" in seen and "&lt;i&gt;yes" in seen


async def test_an_answer_names_nobody_and_is_asked_once(till: PagedTill, visitor: OpenPage) -> None:
    await till.press(visitor, "answer:s-1:0")
    assert till.said == "Thank you."
    assert "Was it quick?" not in await till.seen()
    (event,) = [each for each in await till.events() if each.get("kind") == "survey"]
    assert event["detail"]["answer"] == "<i>yes</i>" and "cashier_id" not in event


@pytest.mark.parametrize("which", ["s-1:2", "s-1:-1", "other:0", "", "s-1:x"])
async def test_what_is_no_answer_is_not_kept(
    till: PagedTill, visitor: OpenPage, which: str
) -> None:
    await till.press(visitor, f"answer:{which}")
    assert till.said == "This is not asked any more."
    assert all(each.get("kind") != "survey" for each in await till.events())


async def test_who_sells_is_shown_neither(till: PagedTill, visitor: OpenPage) -> None:
    await till.scan(visitor, CARD)
    await till.type(visitor, PIN)
    assert "Was it quick?" not in await till.seen()
