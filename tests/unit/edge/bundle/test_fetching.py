"""How a till fetches news, and what it does where there is none to be had."""

import asyncio
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientConnectionError
from multidict import CIMultiDict, CIMultiDictProxy

from edge.bundle import fetching
from edge.bundle.errors import BundleError, BundleTooLarge
from edge.bundle.fetching import CatalogFetcher, GatewayRefused
from edge.bundle.form import sha256_of
from edge.bundle.holding import CatalogHolder
from edge.signing.session import Reply
from tests.unit.edge.bundle.catalogs import HERE, product, whole
from tests.unit.edge.bundle.test_holding import FIRST, SECOND, THIRD, leading, take


def reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, CIMultiDictProxy(CIMultiDict(named)), body)


def is_whole(body: bytes) -> Reply:
    return reply(200, body, ETag=f'"{sha256_of(body)}"')


class ToldGateway:
    """Answers what it is told, one after the other."""

    def __init__(self, *answers: Reply | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []
        self.is_done = asyncio.Event()

    async def request(self, method: str, target: str) -> Reply:
        assert method == "GET"
        self.asked.append(target)
        if not self._answers:
            self.is_done.set()
            await asyncio.Event().wait()
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


Fetching = Callable[..., tuple[CatalogFetcher, CatalogHolder, ToldGateway]]


@pytest.fixture
def fetching_from(tmp_path: Path) -> Fetching:
    def make(*answers: Any, told: Any = None) -> tuple[CatalogFetcher, CatalogHolder, ToldGateway]:
        holder, gateway = CatalogHolder(tmp_path, HERE), ToldGateway(*answers)
        return CatalogFetcher(gateway, holder, told or (lambda _: None)), holder, gateway

    return make


async def test_the_first_is_whole_and_then_differences_come(fetching_from: Fetching) -> None:
    fetcher, holder, gateway = fetching_from(
        is_whole(FIRST), reply(200, leading(FIRST, SECOND)), reply(204)
    )
    assert [await fetcher.fetch(25) for _ in range(3)] == [True, True, False]
    assert holder.catalog_version == 6
    assert gateway.asked == [
        "/v1/bundle?wait=25",
        f"/v1/bundle?have={sha256_of(FIRST)}&wait=25",
        f"/v1/bundle?have={sha256_of(SECOND)}&wait=25",
    ]


async def test_a_difference_that_does_not_lead_on_is_answered_by_asking_for_the_whole(
    fetching_from: Fetching,
) -> None:
    fetcher, holder, gateway = fetching_from(reply(200, leading(SECOND, THIRD)), is_whole(THIRD))
    take(holder, FIRST)
    assert await fetcher.fetch(25)
    assert (holder.catalog_version, gateway.asked[-1]) == (7, "/v1/bundle")


async def test_what_comes_packed_is_unpacked_and_no_bomb_goes_off(
    fetching_from: Fetching,
) -> None:
    packed = is_whole(FIRST)._replace(body=gzip.compress(FIRST))
    bomb = is_whole(SECOND)._replace(body=gzip.compress(b" " * 40 * 2**20))
    fetcher, holder, _ = fetching_from(packed, bomb)
    assert await fetcher.fetch(0)
    with pytest.raises(BundleTooLarge):
        await fetcher.fetch(0)
    assert holder.catalog_version == 5


@pytest.mark.parametrize(
    "answer",
    [
        is_whole(FIRST)._replace(body=gzip.compress(FIRST)[:-40]),
        is_whole(FIRST)._replace(body=b"\x1f\x8bno"),
        reply(200, FIRST),
        reply(200, FIRST, ETag='"' + "0" * 64 + '"'),
        reply(200, b"<html>", ETag=f'"{sha256_of(b"<html>")}"'),
        is_whole(whole(product("tea"), location_id="shop-2")),
        reply(503, b"{}", Retry_After="x"),
        reply(404),
    ],
)
async def test_what_is_no_bundle_changes_nothing(fetching_from: Fetching, answer: Reply) -> None:
    fetcher, holder, _ = fetching_from(answer)
    take(holder, SECOND)
    with pytest.raises(BundleError):
        await fetcher.fetch(25)
    assert holder.catalog_version == 6


async def test_a_gateway_that_is_away_is_asked_again_until_it_is_back(
    fetching_from: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "AGAIN_SECONDS", 0.001)
    monkeypatch.setattr(fetching, "AGAIN_SECONDS_MAX", 0.002)
    heard: list[Exception | None] = []
    busy = reply(503, b"{}", Retry_After="60")
    fetcher, holder, gateway = fetching_from(
        ClientConnectionError(), TimeoutError(), busy, is_whole(FIRST), told=heard.append
    )
    running = asyncio.create_task(fetcher.run())
    await asyncio.wait_for(gateway.is_done.wait(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert holder.catalog_version == 5
    assert [type(each) for each in heard] == [
        ClientConnectionError, TimeoutError, GatewayRefused, type(None),
    ]  # fmt: skip
