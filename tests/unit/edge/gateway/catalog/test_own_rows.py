"""What a store adds to the centre's rows, from files of its own: cards under the store's key."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from edge.bundle.catalog import TillCatalog, catalog_of
from edge.bundle.form import BundleRows, RowKey
from edge.gateway.catalog import own_rows
from edge.gateway.catalog.own_rows import CARDS, SCREEN, OwnRows
from sealing.cards import card_hash
from tests.unit.edge.bundle.catalogs import NOON, product
from tests.unit.edge.gateway.catalog.catalog_doors import CatalogDoor, Seconds, catalog_door, of
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
    return OwnRows(tmp_path / "own", door.desk.take, door.desk.retake, door.reports)


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


class FaultyDisk:
    """`Path.stat` or `Path.open` of one name, which fails for as long as it is told to."""

    def __init__(self, name: str, really: Callable[..., Any]) -> None:
        self._name = name
        self._really = really
        self.is_faulty = True

    def __get__(self, path: Path, _: type[Path]) -> Callable[..., Any]:
        def ask(*args: Any, **options: Any) -> Any:
            if self.is_faulty and path.name == self._name:
                raise OSError(5, "Input/output error")
            return self._really(path, *args, **options)

        return ask


@pytest.mark.parametrize("call", ["stat", "open"])
async def test_a_disk_that_does_not_answer_takes_no_cards_away(
    door: CatalogDoor,
    own: OwnRows,
    tmp_path: Path,
    call: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All employees of a store were unknown at its tills, and nobody was told why."""
    put(tmp_path, CARDS, cards())
    await own.take(of(product(), employee()))
    put(tmp_path, CARDS, cards(other="ef" * 32))
    disk = FaultyDisk(CARDS, getattr(Path, call))
    monkeypatch.setattr(Path, call, disk)
    for sku in ("milk", "bread", "salt"):
        assert await own.take(of(product(sku), employee()))
    catalog = await told(door)
    assert catalog.card_key == KEY and catalog.product("salt") is not None
    (fault,) = door.reports.troubles
    assert CARDS in fault and "Input/output error" in fault, "it is told again and again"
    disk.is_faulty = False
    (tmp_path / "own" / CARDS).unlink()
    await own.take(of(product(), employee()))
    assert (await told(door)).card_key is None, "what is gone still counts after the fault"


async def test_what_was_written_while_the_disk_did_not_answer_is_read_when_it_does(
    door: CatalogDoor, own: OwnRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_rows, "LOOK_SECONDS", 0.01)
    await own.take(of(product(), employee()))
    put(tmp_path, CARDS, cards())
    disk = FaultyDisk(CARDS, Path.open)
    monkeypatch.setattr(Path, "open", disk)
    looking = asyncio.create_task(own.run())
    for _ in range(300):
        await asyncio.sleep(0.01)
        if door.reports.troubles:
            break
    disk.is_faulty = False
    await until(door, KEY)
    looking.cancel()


async def test_a_start_on_a_disk_that_does_not_answer_leaves_the_catalog_of_before(
    door: CatalogDoor, own: OwnRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, CARDS, cards())
    await own.take(of(product(), employee()))
    again = OwnRows(tmp_path / "own", door.desk.take, door.desk.retake, door.reports)
    disk = FaultyDisk(CARDS, Path.stat)
    monkeypatch.setattr(Path, "stat", disk)
    assert not await again.take(of(product("milk"), employee())), "the cards are gone"
    assert (await told(door)).card_key == KEY
    assert "Input/output error" in door.reports.kept[-1], "nobody is told that prices wait"
    disk.is_faulty = False
    assert await again.take(of(product("milk"), employee()))
    catalog = await told(door)
    assert catalog.card_key == KEY and catalog.product("milk") is not None


async def test_a_file_that_was_not_there_before_the_fault_holds_nothing_up(
    door: CatalogDoor, own: OwnRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await own.take(of(product(), employee()))
    monkeypatch.setattr(Path, "stat", FaultyDisk(CARDS, Path.stat))
    assert await own.take(of(product("milk"), employee()))
    assert (await told(door)).product("milk") is not None


async def test_what_was_not_taken_is_told_again(
    door: CatalogDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_rows, "LOOK_SECONDS", 0.01)
    (tmp_path / "own").mkdir()
    refused = 3

    async def full_disk(rows: BundleRows) -> bool:
        nonlocal refused
        refused -= 1
        return refused < 0 and await door.desk.retake(rows)

    own = OwnRows(tmp_path / "own", door.desk.take, full_disk, door.reports)
    await own.take(of(product(), employee()))
    looking = asyncio.create_task(own.run())
    put(tmp_path, CARDS, cards())
    await until(door, KEY)
    looking.cancel()


async def test_a_stores_own_words_make_the_centres_no_newer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a dark store somebody dismissed would be let in for 30 days from each announcement on."""
    monkeypatch.setattr(own_rows, "LOOK_SECONDS", 0.01)
    (tmp_path / "own").mkdir()
    clock = Seconds()
    async with catalog_door(tmp_path, clock) as door:
        own = OwnRows(tmp_path / "own", door.desk.take, door.desk.retake, door.reports)
        await own.take(of(product(), employee()))
        heard = door.reports.current
        clock.now += 3_600
        looking = asyncio.create_task(own.run())
        put(tmp_path, CARDS, cards())
        await until(door, KEY)
        reply = await door.ask()
        assert int(reply.headers["Age"]) == 3_600, "the centre was not heard for an hour"
        assert door.reports.current == heard, "the figures say that the centre was heard"
        await own.take(of(product(), employee()))
        assert (await door.have(reply)).headers["Age"] == "0"
        looking.cancel()


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
