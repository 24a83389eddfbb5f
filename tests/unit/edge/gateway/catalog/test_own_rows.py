"""What a store adds to the centre's rows, from files of its own: cards under the store's key."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edge.bundle.catalog import TillCatalog, catalog_of
from edge.bundle.form import RowKey
from edge.gateway.catalog import own_rows
from edge.gateway.catalog.own_rows import CARDS, SCREEN, OwnRows
from sealing.cards import card_hash
from tests.unit.edge.bundle.catalogs import NOON, product
from tests.unit.edge.gateway.catalog.catalog_doors import CatalogDoor, catalog_door, of
from tests.unit.edge.gateway.employees.test_authorize import CARD, PIN, employee

KEY = b"s" * 32
HASHED = card_hash(KEY, "employee", CARD)
OTHER: tuple[RowKey, bytes] = employee("e-2", card_hash="ab" * 32)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[CatalogDoor]:
    async with catalog_door(tmp_path) as opened:
        yield opened


@pytest.fixture
def own(door: CatalogDoor, tmp_path: Path) -> OwnRows:
    (tmp_path / "own").mkdir()
    return OwnRows(tmp_path / "own", door.desk.take, door.reports)


def put(folder: Path, name: str, content: Any) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "own" / name).write_text(text)


def cards(**more: str) -> dict[str, Any]:
    return {"version": 3, "key": KEY.hex(), "cards": {"e-1": HASHED, **more}}


async def told(door: CatalogDoor) -> TillCatalog:
    return catalog_of((await door.ask()).body)


async def test_a_stores_list_of_cards_takes_the_place_of_the_fleets(
    door: CatalogDoor, own: OwnRows, tmp_path: Path
) -> None:
    put(tmp_path, CARDS, cards(gone="cd" * 32))
    assert await own.take(of(product(), employee(), OTHER))
    catalog = await told(door)
    assert catalog.card_key == KEY
    known = catalog.employee(HASHED)
    assert known is not None and (known.employee_id, known.limits) == ("e-1", {"refund_minor": 9})
    assert catalog.employee_of("e-2") is None, "a card under the fleet's key went to a till"
    assert catalog.employee_of("gone") is None, "the list let in whom the centre does not"
    shown = json.dumps({"card_hash": HASHED, "card": CARD, "pin": PIN}).encode()
    assert (await door.request("POST", "/v1/employees/authorize", shown)).status == 200


async def test_a_file_that_comes_or_goes_counts_without_news_from_the_centre(
    door: CatalogDoor, own: OwnRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_rows, "LOOK_SECONDS", 0.01)
    await own.take(of(product(), employee()))
    assert (await told(door)).card_key is None
    looking = asyncio.create_task(own.run())
    put(tmp_path, CARDS, cards())
    await until(door, KEY)
    (tmp_path / "own" / CARDS).unlink()
    await until(door, None)
    looking.cancel()


async def until(door: CatalogDoor, key: bytes | None) -> None:
    for _ in range(300):
        if (await told(door)).card_key == key:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("what the file says never counted")


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[" * 100_000, '{"version": 3, "key": "k", "cards": {}}', "x" * 5_000_000],
    ids=["empty", "nothing", "deep", "no key", "large"],
)
async def test_a_file_that_is_none_is_told_of_and_the_one_before_counts(
    door: CatalogDoor, own: OwnRows, tmp_path: Path, content: str
) -> None:
    put(tmp_path, CARDS, cards())
    await own.take(of(product(), employee()))
    put(tmp_path, CARDS, content)
    assert await own.take(of(product("milk"), employee()))
    catalog = await told(door)
    assert catalog.card_key == KEY and catalog.product("milk") is not None
    assert CARDS in door.reports.troubles[-1]


async def test_the_gateway_says_how_old_its_catalog_is(door: CatalogDoor, own: OwnRows) -> None:
    await own.take(of(product()))
    first = await door.ask()
    assert int(first.headers["Age"]) in range(5)
    assert int((await door.have(first)).headers["Age"]) in range(5)


async def test_a_gateway_that_heard_nothing_since_its_start_claims_no_age(tmp_path: Path) -> None:
    async with catalog_door(tmp_path) as door:
        await door.desk.take(of(product()))
    async with catalog_door(tmp_path) as door:
        reply = await door.ask()
        assert reply.status == 200 and "Age" not in reply.headers


async def test_a_stores_screen_has_its_own_words(
    door: CatalogDoor, own: OwnRows, tmp_path: Path
) -> None:
    begun = {"valid_from": "2026-11-29T08:00:00Z"}
    survey = {"survey_id": "s-1", "question": "Quick?", "answers": ["yes", "no"], **begun}
    words = {"announcement_id": "a-1", "text": "<b>Tea</b>", **begun}
    put(tmp_path, SCREEN, {"announcements": [words], "survey": survey})
    await own.take(of(product()))
    catalog = await told(door)
    [said], asked = catalog.announcements(NOON), catalog.survey(NOON)
    assert said.text == "<b>Tea</b>" and asked is not None and asked.answers == ["yes", "no"]
    for wrong in (
        {"survey": survey | {"answers": ["yes"]}},
        {"survey": survey | {"question": "?" * 301}},
        {"announcements": [words | {"valid_from": "2026-11-29"}]},
        {"announcements": [words] * 51},
        {"anouncements": []},
    ):
        put(tmp_path, SCREEN, wrong)
        await own.take(of(product()))
        assert SCREEN in door.reports.troubles[-1], wrong
        assert (await told(door)).announcements(NOON) == [said]
        door.reports.troubles.append("")
