"""A registration that is killed between signing and answering bricks no till and issues no two."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from tests.integration.dying_registration import DIED
from tests.integration.process import HOME
from tests.integration.registration_world import Pki, World, registration


@asynccontextmanager
async def dying(world: World, when: str) -> AsyncIterator[tuple[World, asyncio.subprocess.Process]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.dying_registration"),
        *(world.dsn, str(world.pki.folder), when),
        cwd=HOME,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    address = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
    try:
        yield replace(world, address=address), process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize(
    ("when", "kept"), [("before it is kept", 0), ("before the answer", 1)], ids=lambda v: str(v)
)
async def test_a_till_asks_again_and_is_given_one(
    postgres: str, tmp_path: Path, shop: str, when: str, kept: int
) -> None:
    counted = "SELECT count(*) FROM device_certificates WHERE location_id = %s"
    async with registration(postgres, tmp_path, pki=Pki.new(tmp_path / "pki")) as world:
        till = world.till(shop)
        token = (await world.voucher(till))["token"]
        async with dying(world, when) as (doomed, process):
            with pytest.raises(aiohttp.ClientError):
                await doomed.enrol(till, token)
            assert await process.wait() == DIED
        assert world.rows(counted, shop) == [(kept,)]

        first = (await world.enrol(till, token)).certificate()
        assert (await world.enrol(till, token)).certificate() == first
        assert world.rows(counted, shop) == [(1,)], "the till was given two certificates"
        thief = world.till(shop)
        assert (await world.enrol(thief, token)).status == 401, "the token can be used again"


async def test_two_registrations_on_one_database_are_as_one(
    postgres: str, tmp_path: Path, shop: str
) -> None:
    pki = Pki.new(tmp_path / "pki")
    async with (
        registration(postgres, tmp_path, pki=pki) as one,
        registration(postgres, tmp_path, pki=pki) as other,
    ):
        token = (await one.voucher(one.till(shop)))["token"]
        tills = [one.till(shop) for _ in range(6)]
        asked = [(one, other)[number % 2].enrol(till, token) for number, till in enumerate(tills)]
        statuses = sorted(reply.status for reply in await asyncio.gather(*asked))
        assert statuses == [200, *[401] * 5], "two came in by one token"
