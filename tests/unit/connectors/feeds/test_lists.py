"""A list of devices is asked for once the database tells of a newer one, until it is that one."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
import structlog

from clients.registration import RegistrationError
from connectors.feeds.lists import AskedLists, list_of
from connectors.feeds.rows import UntellableRow
from connectors.feeds.told import ToldStores
from following.outage import Outage
from tests.feed_company import HERE, NOW


class Answers:
    """A registration that gives one answer after another, and the last one for ever."""

    def __init__(self, *answers: int | Exception) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def device_list(self, location_id: str) -> dict[str, Any]:
        self.asked += 1
        answer = self._answers[min(self.asked, len(self._answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return {"location_id": location_id, "number": answer, "devices": [], "signature": "x"}


class Up:
    """What a gauge was set to."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def set(self, value: float) -> None:
        self.values.append(value)


def told_of(number: int) -> ToldStores:
    """A store of which the database says that its list has this number."""
    told = ToldStores(lambda topic, why: None)
    told.add([HERE])
    told.set_clock(NOW)
    row = {"location_id": HERE, "till_id": "1", "status": "active", "epoch": 1}
    row |= {"highest_epoch": 1, "list_number": number, "changed_at": "2026-11-30T08:00:00Z"}
    told.hear("cdc.devices", HERE.encode(), json.dumps(row).encode(), 0)
    return told


async def asked(told: ToldStores, answers: Answers, seconds: float = 0.6) -> Sequence[float]:
    """Ask for a while; how the registration was called meanwhile, 1 or 0."""
    up, stopping = Up(), asyncio.Event()
    outage = Outage("registration", up, structlog.get_logger())
    work = asyncio.create_task(AskedLists(answers, lambda: told, outage).run(stopping))
    await asyncio.sleep(seconds)
    stopping.set()
    await work
    return up.values


async def test_a_newer_list_is_asked_for_once_and_told() -> None:
    told, answers = told_of(3), Answers(3)
    assert set(await asked(told, answers)) == {1}
    assert answers.asked == 1
    told.compare(HERE)
    (lot,) = told.lots([HERE], 1_000)
    assert [each.key for each in lot[HERE]] == [b"device_list/shop-1", b"head"]


async def test_it_is_asked_for_until_it_comes() -> None:
    told, answers = told_of(3), Answers(RegistrationError("away"), 3)
    assert list(await asked(told, answers, 3.0)) == [0, 1]
    assert not list(told.behind())


async def test_an_older_list_than_the_database_tells_of_is_no_answer() -> None:
    told = told_of(3)
    assert set(await asked(told, Answers(2))) == {0}, "somebody has to hear of it"
    assert list(told.behind()) == [(HERE, 3)]


async def test_of_a_list_that_was_told_nothing_is_asked() -> None:
    told, answers = told_of(3), Answers(3)
    await asked(told, answers)
    await asked(told, answers)
    assert answers.asked == 1


@pytest.mark.parametrize(
    "signed",
    [{}, {"location_id": "shop-2", "number": 1}, {"location_id": "shop-1", "number": "1"}],
)
def test_a_list_that_is_not_this_locations_is_refused(signed: dict[str, Any]) -> None:
    with pytest.raises(UntellableRow):
        list_of("shop-1", signed)
