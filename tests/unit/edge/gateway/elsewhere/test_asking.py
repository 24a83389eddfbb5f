"""A second in all, whatever the centre's store API does, over real TLS."""

import asyncio
import time
from pathlib import Path

import pytest

from clients.errors import AccessError
from clients.store_api import StoreApiAccess
from clients.tls import Tls
from edge.gateway.elsewhere.asking import BYTES_MAX, CentreAway
from tests.unit.edge.gateway.elsewhere.scripted_api import http, scripted

PROMPTLY_SECONDS = 0.2
"""Far below what is waited for an answer."""


async def test_an_answer_in_pieces_is_one_answer(tmp_path: Path) -> None:
    async def in_pieces(_: str, writer: asyncio.StreamWriter) -> None:
        whole = http(b'{"as_of": "now"}')
        for at in range(0, len(whole), 7):
            writer.write(whole[at : at + 7])
            await writer.drain()
            await asyncio.sleep(0.005)

    async with scripted(tmp_path, in_pieces) as (_, centre):
        told = await centre.ask("GET", "/v1/stock/A")
    assert (told.status, told.body) == (200, b'{"as_of": "now"}')


async def test_who_is_slow_is_given_up_after_a_second_and_then_at_once(tmp_path: Path) -> None:
    async def slow(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        await asyncio.sleep(3)

    async with scripted(tmp_path, slow) as (api, centre):
        began = time.monotonic()
        asked = [centre.ask("GET", "/v1/stock/A") for _ in range(12)]
        found = await asyncio.gather(*asked, return_exceptions=True)
        took = time.monotonic() - began
        assert all(isinstance(each, CentreAway) for each in found)
        assert took < 1.3, "those that waited for their turn waited longer than a second in all"

        api.is_ready = False
        await asyncio.sleep(0.1)
        began = time.monotonic()
        with pytest.raises(CentreAway):
            await centre.ask("GET", "/v1/stock/A")
        assert time.monotonic() - began < PROMPTLY_SECONDS


async def test_one_that_is_back_is_asked_again(tmp_path: Path) -> None:
    async def closing(_: str, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    async with scripted(tmp_path, closing) as (api, centre):
        with pytest.raises(CentreAway):
            await centre.ask("GET", "/v1/stock/A")

        async def well(_: str, writer: asyncio.StreamWriter) -> None:
            writer.write(http(b"{}"))

        api.script = well
        async with asyncio.timeout(5):
            while True:
                try:
                    assert (await centre.ask("GET", "/v1/stock/A")).status == 200
                    break
                except CentreAway:
                    await asyncio.sleep(0.02)


async def test_an_answer_without_end_fills_no_memory(tmp_path: Path) -> None:
    async def endless(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        sent = 0
        while sent < 4 * BYTES_MAX:
            writer.write(b" " * 65_536)
            await writer.drain()
            sent += 65_536

    async with scripted(tmp_path, endless) as (_, centre):
        with pytest.raises(CentreAway):
            await centre.ask("GET", "/v1/stock/A")


@pytest.mark.parametrize("status", ["503 Service Unavailable", "500 Oops", "429 Too Many Requests"])
async def test_who_cannot_answer_now_is_away(tmp_path: Path, status: str) -> None:
    async def refusing(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(http(b"{}", status))

    async with scripted(tmp_path, refusing) as (_, centre):
        with pytest.raises(CentreAway):
            await centre.ask("GET", "/v1/stock/A")


def test_an_address_in_cleartext_or_a_question_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="https"):
        StoreApiAccess("http://127.0.0.1:1", Tls(None, tmp_path / "a", tmp_path / "b"))
    with pytest.raises(AccessError, match="which store"):
        StoreApiAccess("https://127.0.0.1:1", Tls())
