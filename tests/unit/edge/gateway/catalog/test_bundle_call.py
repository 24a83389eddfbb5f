"""The call over HTTP: whole, difference, news that is waited for, and what ends a wait."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from edge.bundle.difference import applied, read_difference
from edge.bundle.fetching import CatalogFetcher
from edge.bundle.holding import CatalogHolder
from edge.gateway import limits
from edge.gateway.catalog import keeping, waiting
from edge.problems import CONTENT_TYPE
from edge.signing.signer import Signer
from tests.unit.edge.bundle.catalogs import NOON, price, product
from tests.unit.edge.gateway.catalog.catalog_doors import CatalogDoor, catalog_door, etag, of
from tests.unit.edge.gateway.stores import LOCATION
from tests.unit.edge.gateway.test_calls import OWN, SHOWN, certificate, device, listed
from tests.unit.edge.journal.tills import KEY

SOON = 5.0
"""Seconds within which what is told at once has come, also on a busy machine."""


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[CatalogDoor]:
    async with catalog_door(tmp_path) as opened:
        yield opened


async def waiting_tills(door: CatalogDoor, count: int) -> None:
    async with asyncio.timeout(SOON):
        while door.desk.waiting.count != count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_the_whole_is_the_bytes_that_its_hash_names(door: CatalogDoor) -> None:
    await door.desk.take(of(product("tea"), price("p", 200, NOON)))
    reply = await door.ask()
    assert reply.status == 200
    assert sha256(reply.body).hexdigest() == etag(reply)
    told = json.loads(reply.body)
    assert (told["location_id"], list(told["rows"])) == (LOCATION, ["price", "product"])
    assert door.told == door.reports.versions == [told["catalog_version"]]


async def test_from_a_version_that_is_known_a_difference_leads_on(door: CatalogDoor) -> None:
    many = [product(f"sku-{number}") for number in range(200)]
    await door.desk.take(of(*many))
    first = await door.ask()
    await door.desk.take(of(*many[1:], product("sku-9", price_minor=1)))
    second = await door.have(first)
    assert len(second.body) < len(first.body) / 10
    assert sha256(applied(first.body, read_difference(second.body))).hexdigest() == etag(second)
    by_number = await door.ask(f"?have={json.loads(first.body)['catalog_version']}")
    assert by_number.body == second.body
    assert (await door.have(second)).status == 204


@pytest.mark.parametrize("have", ["7", "0" * 64, "999999999999"])
async def test_from_a_version_that_nobody_knows_the_whole_leads_on(
    door: CatalogDoor, have: str
) -> None:
    await door.desk.take(of(product("tea")))
    assert (await door.ask(f"?have={have}&wait=25")).body == (await door.ask()).body


@pytest.mark.parametrize(
    "query",
    ["?have=", "?have=x", "?have=-1", "?have=" + "F" * 64, "?wait=", "?wait=-1", "?wait=1.5",
     "?wait=" + "9" * 10, "?wait=%C2%B2", "?have=1234567890123"],
)  # fmt: skip
async def test_a_question_that_means_nothing_is_a_bad_request(
    door: CatalogDoor, query: str
) -> None:
    await door.desk.take(of(product("tea")))
    reply = await door.ask(query)
    assert (reply.status, json.loads(reply.body)["code"]) == (400, 200)
    assert reply.headers["Content-Type"].startswith(CONTENT_TYPE)


async def test_before_the_first_catalog_a_till_is_told_to_come_again(door: CatalogDoor) -> None:
    reply = await door.ask("?wait=0")
    assert (reply.status, json.loads(reply.body)["code"]) == (503, 300)
    assert int(reply.headers["Retry-After"]) > 0


async def test_a_question_is_held_open_until_there_is_news(door: CatalogDoor) -> None:
    first = asyncio.create_task(door.ask("?wait=25"))
    await waiting_tills(door, 1)
    await door.desk.take(of(product("tea")))
    reply = await asyncio.wait_for(first, SOON)
    asked = [asyncio.create_task(door.have(reply, 25)) for _ in range(2)]
    await waiting_tills(door, 2)
    assert await door.desk.take(of(product("tea"))), "nothing has changed"
    assert door.desk.waiting.count == 2, "they were told of no news"
    await door.desk.take(of(product("tea", price_minor=1)))
    for each in await asyncio.wait_for(asyncio.gather(*asked), SOON):
        assert each.status == 200
        assert etag(each) != etag(reply)


async def test_where_there_is_no_news_the_wait_has_an_end(door: CatalogDoor) -> None:
    await door.desk.take(of(product("tea")))
    began = time.monotonic()
    reply = await door.have(await door.ask(), 1)
    assert (reply.status, reply.body) == (204, b"")
    assert time.monotonic() - began >= 0.9


async def test_a_stop_ends_all_waits_at_once(door: CatalogDoor) -> None:
    await door.desk.take(of(product("tea")))
    held = asyncio.create_task(door.have(await door.ask(), 25))
    await waiting_tills(door, 1)
    door.desk.close()
    assert (await asyncio.wait_for(held, SOON)).status == 204
    assert (await door.have(await door.ask(), 25)).status == 204, "a late one waits at a stop"


async def test_of_one_till_the_newest_questions_wait(door: CatalogDoor) -> None:
    await door.desk.take(of(product("tea")))
    first = await door.ask()
    held = [asyncio.create_task(door.have(first, 25))]
    await waiting_tills(door, 1)
    held += [asyncio.create_task(door.have(first, 25)) for _ in range(waiting.WAITING_PER_TILL)]
    done, waits = await asyncio.wait(held, timeout=SOON, return_when=asyncio.FIRST_COMPLETED)
    assert [each.result().status for each in done] == [204]
    assert held[0] in done and door.desk.waiting.count == waiting.WAITING_PER_TILL
    door.desk.close()
    await asyncio.gather(*waits)


async def test_no_more_wait_than_fit(door: CatalogDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 0)
    await door.desk.take(of(product("tea")))
    reply = await door.have(await door.ask(), 25)
    assert (reply.status, json.loads(reply.body)["code"]) == (429, 202)
    assert reply.headers["Retry-After"]


async def test_who_waits_takes_no_room_from_who_delivers(
    door: CatalogDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BYTES_AT_ONCE_MAX", 100_000)
    await door.desk.take(of(product("tea")))
    held = asyncio.create_task(door.have(await door.ask(), 25))
    await waiting_tills(door, 1)
    reply = await door.request("POST", "/v1/employees/authorize", b"x" * 90_000)
    assert reply.status == 400, "what is large is refused for a question that is held open"
    door.desk.close()
    await held


async def test_who_is_revoked_while_it_waits_is_told_nothing(door: CatalogDoor) -> None:
    await door.desk.take(of(product("tea")))
    held = asyncio.create_task(door.have(await door.ask(), 25))
    await waiting_tills(door, 1)
    door.devices.learn(listed(1, device(door.own, "revoked")))
    await door.desk.take(of(product("tea", price_minor=1)))
    assert (await asyncio.wait_for(held, SOON)).status == 403
    assert (await door.ask()).status == 403


async def test_who_cannot_unpack_is_told_it_as_it_is(door: CatalogDoor) -> None:
    await door.desk.take(of(product("tea")))
    own = certificate(OWN)
    signed = Signer(KEY, own).headers("GET", "/v1/bundle", b"", int(time.time()))
    headers = {**signed, SHOWN: own.hex(), "Accept-Encoding": "identity"}
    async with door.http.get(f"{door.base}/v1/bundle", headers=headers) as answer:
        assert answer.headers.get("Content-Encoding") is None
        assert await answer.read() == (await door.ask()).body


def lose(folder: Path) -> None:
    for each in folder.glob("catalog.sqlite*"):
        each.unlink()


async def test_a_till_follows_its_gateway_through_restarts_and_a_lost_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = CatalogHolder(tmp_path / "till", LOCATION)
    told: list[int] = []
    for step in range(4):
        if step == 2:
            lose(tmp_path)
            monkeypatch.setattr(keeping.time, "time", partial(int, time.time() + 60))
        async with catalog_door(tmp_path) as door:
            fetcher = CatalogFetcher(door, holder, lambda _: None)
            for at in range(3):
                await door.desk.take(of(product("tea", price_minor=step), product(f"sku-{at}")))
                assert await fetcher.fetch(0)
                assert door.desk.catalog and holder.current
                assert holder.sha256 == door.desk.catalog.name.sha256
                told.append(holder.current.name.catalog_version)
            assert not await fetcher.fetch(0)
        monkeypatch.undo()
    assert told == sorted(set(told)), "a version went back"
