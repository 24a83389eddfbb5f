"""Viewers are told what they look at, and one who sleeps costs no memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Level
from dashboards.board.live.hub import MESSAGES_MAX, ROWS_MAX, Hub, Message, Viewer
from dashboards.board.live.scopes import location_scope
from dashboards.board.metrics import BoardMetrics

WHEN = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def level(location: str, sku: str, version: int) -> Level:
    return Level(location, sku, version, 0, version, version, WHEN)


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Memory, Hub]]:
    memory = Memory()
    hub = Hub(memory, BoardMetrics(CollectorRegistry()))
    work = asyncio.create_task(hub.run())
    yield memory, hub
    work.cancel()


async def told(viewer: Viewer) -> Message:
    async with asyncio.timeout(10):
        message = await viewer.next()
    assert message is not None
    return message


async def test_a_change_is_told_once_with_its_last_value() -> None:
    async with running() as (memory, hub):
        with hub.viewing(location_scope("shop-1")) as viewer:
            hub.note(memory.take([level("shop-1", "milk", 1), level("shop-1", "milk", 2)]))
            message = await told(viewer)
    said = json.loads(message.data)
    assert (message.event, said["turn"]) == ("rows", 1)
    assert [(row["id"], row["cells"]["on_hand"]) for row in said["rows"]] == [
        ("stock/shop-1/milk", "2")
    ]


async def test_a_viewer_is_told_only_of_its_own_location() -> None:
    async with running() as (memory, hub):
        with hub.viewing(location_scope("shop-1")) as viewer:
            hub.note(memory.take([level("shop-2", "milk", 1)]))
            hub.note(memory.take([level("shop-1", "bread", 1)]))
            message = await told(viewer)
    assert [row["id"] for row in json.loads(message.data)["rows"]] == ["stock/shop-1/bread"]


async def test_more_changes_than_a_message_holds_have_the_page_fetched() -> None:
    async with running() as (memory, hub):
        with hub.viewing(location_scope("shop-1")) as viewer:
            hub.note(memory.take(level("shop-1", f"sku-{n}", 1) for n in range(ROWS_MAX + 1)))
            assert (await told(viewer)).event == "resync"


async def test_a_viewer_that_sleeps_is_told_to_fetch_and_then_goes_on() -> None:
    viewer = Viewer(lambda: Message("resync", "{}"))
    for number in range(10 * MESSAGES_MAX + 1):
        viewer.offer(Message("rows", str(number)))
    waiting: list[Message] = []
    while not waiting or waiting[-1].data != str(10 * MESSAGES_MAX):
        waiting.append(await told(viewer))
    assert len(waiting) <= MESSAGES_MAX, "messages pile up for a viewer that does not take them"
    assert waiting[0].event == "resync", "the viewer was not told that it missed something"


async def test_a_viewer_who_left_is_forgotten() -> None:
    async with running() as (memory, hub):
        with hub.viewing(location_scope("shop-1")):
            pass
        hub.note(memory.take([level("shop-1", "milk", 1)]))
        with hub.viewing(location_scope("shop-1")) as viewer:
            hub.close()
            assert await viewer.next() is None
