"""A till that knows its store's gateway alone comes in, and stays in, through the relay."""

import asyncio
import base64
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from edge.gateway.relay import Relay, RelayEnd
from tests.integration.registration_world import EST, World, registration

HOST = "127.0.0.1"


class Ends(Counter[RelayEnd]):
    """How relayed connections ended."""

    def relaying(self, connections: int) -> None:
        pass

    def relayed(self, end: RelayEnd) -> None:
        self[end] += 1


@pytest.fixture
async def world(postgres: str, tmp_path: Path) -> AsyncIterator[World]:
    """The registration as it looks from a store."""
    async with registration(postgres, tmp_path) as opened:
        relay = Relay(HOST, int(opened.address.rsplit(":", 1)[1]), Ends())
        address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(relay.serve(HOST, 0, address.set_result))
        yield replace(opened, address=await asyncio.wait_for(address, 5))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_till_enrols_by_est_renews_and_learns_whom_to_trust(
    world: World, shop: str
) -> None:
    till = world.till(shop)
    held = await world.enrolled(till)
    renewed = await world.renew(till, held)
    assert renewed.status == 200, "its certificate does not reach the registration"
    assert (await world.call("GET", f"{EST}/cacerts")).status == 200
    assert (await world.renew(till, None)).status in (401, 403)


async def test_a_till_enrols_by_json(world: World, shop: str) -> None:
    till = world.till(shop)
    token = (await world.voucher(till))["token"]
    csr = "-----BEGIN CERTIFICATE REQUEST-----\n" + base64.encodebytes(till.csr()).decode()
    csr += "-----END CERTIFICATE REQUEST-----\n"
    reply = await world.call("POST", "/v1/enrol", json={"token": token, "csr": csr})
    assert reply.status == 200 and reply.json["epoch"] == 1


async def test_many_that_only_connect_do_not_keep_a_till_out(world: World, shop: str) -> None:
    port = int(world.address.rsplit(":", 1)[1])
    silent = [await asyncio.open_connection(HOST, port) for _ in range(200)]
    half = [await asyncio.open_connection(HOST, port) for _ in range(50)]
    for _, writer in half:
        writer.write(b"\x16\x03\x01\x02\x00\x01")
    async with asyncio.timeout(5):
        await world.enrolled(world.till(shop))
    for _, writer in (*silent, *half):
        writer.transport.abort()


async def test_who_shows_the_relay_in_place_of_the_registration_is_found_out(world: World) -> None:
    """TLS ends at the registration: the gateway has no certificate that a till would take."""
    strangers = ssl.create_default_context()
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await http.get(f"{world.address}{EST}/cacerts", ssl=strangers)
