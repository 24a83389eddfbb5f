"""The board's pages of devices, over a real registration: operators register and revoke there."""

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar

from clients.registration import RegistrationAccess
from clients.tls import Tls
from identity.names import ServiceName
from tests.boards import open_board
from tests.integration.registration_world import World, registration

NOWHERE = "127.0.0.1:1"
"""The pages of devices need no Kafka."""


class Pages:
    """A browser at the board, as the operator ``local``."""

    def __init__(self, http: ClientSession, address: str) -> None:
        self._http = http
        self._address = address
        self._csrf = ""

    async def get(self, path: str) -> tuple[int, str]:
        async with self._http.get(self._address + path) as answer:
            text = await answer.text()
            if found := re.search(r'name="csrf" value="([^"]+)"', text):
                self._csrf = found[1]
            return answer.status, text

    async def post(self, path: str, **sent: str) -> tuple[int, str, str]:
        data = {"csrf": self._csrf, **sent}
        headers = {"Origin": self._address}
        async with self._http.post(self._address + path, data=data, headers=headers) as answer:
            return answer.status, await answer.text(), answer.headers.get("Cache-Control", "")


@pytest.fixture
async def world(postgres: str, tmp_path: Path) -> AsyncIterator[World]:
    async with registration(postgres, tmp_path) as opened:
        yield opened


def _access(world: World, name: str = "board") -> RegistrationAccess:
    identity = world.pki.certified(ServiceName(name))
    return RegistrationAccess(world.address, Tls(world.pki.ca, identity.certificate, identity.key))


@pytest.fixture
async def pages(world: World) -> AsyncIterator[Pages]:
    async with (
        open_board(NOWHERE, world.dsn, registration=_access(world)) as board,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as http,
    ):
        yield Pages(http, board.address)


def _voucher(page: str) -> dict[str, Any]:
    found = re.search(r'<pre class="voucher"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert found, page
    return json.loads(unescape(found[1]))


async def test_an_operator_registers_a_till_and_sees_its_voucher_once(
    world: World, pages: Pages, shop: str
) -> None:
    await pages.get("/devices")
    status, page, cached = await pages.post("/devices", do="add", location=shop, till="1")
    assert status == 200 and cached == "no-store", "a browser would keep the token"
    voucher = _voucher(page)
    assert voucher["epoch"] == 1
    till = world.till(shop)
    assert (await world.enrol(till, voucher["token"])).status == 200

    _, listed = await pages.get(f"/devices?location={shop}")
    assert f"{shop}/1" in listed and "active" in listed
    assert voucher["token"] not in listed, "the token is shown twice"
    who = world.rows("SELECT who FROM audit_log WHERE subject = %s", f"devices/{shop}/1")
    assert "local, by service board" in who[0][0], "nobody knows who did it"


async def test_spare_vouchers_and_alarms_show_in_the_list(
    world: World, pages: Pages, shop: str
) -> None:
    till = world.till(shop)
    token = (await world.voucher(till))["token"]
    await world.enrol(till, token)
    await world.enrol(world.till(shop), token)
    await pages.get("/devices")
    _, page, _ = await pages.post("/devices", do="spare", location=shop, till="1")
    assert _voucher(page)["epoch"] == 2 and "safe" in page
    _, listed = await pages.get(f"/devices?location={shop}")
    assert "1 spare" in listed and "two devices have used one token" in listed


async def test_a_till_is_revoked_after_a_question(world: World, pages: Pages, shop: str) -> None:
    held = await world.enrolled(world.till(shop))
    _, asked = await pages.get(f"/devices/{shop}/1/revoke")
    assert f"Revoke {shop}/1?" in asked
    status, page, _ = await pages.post(f"/devices/{shop}/1/revoke")
    assert status == 200 and "Till 1 is revoked." in page
    assert (await world.renew(world.till(shop), held)).status == 403


async def test_what_cannot_be_done_is_said_and_markup_is_text(pages: Pages, shop: str) -> None:
    await pages.get("/devices")
    status, page, _ = await pages.post("/devices", do="add", location="<b>x</b>", till="1")
    assert status == 422 and "<b>x</b>" not in page and "&lt;b&gt;" in page
    status, page, _ = await pages.post("/devices", do="spare", location=shop, till="1")
    assert status == 422 and "register it first" in page
    assert (await pages.get("/devices/a%20b/1/revoke"))[0] == 404
    assert "<b>" not in (await pages.get("/devices?location=<b>"))[1]


async def test_a_form_from_elsewhere_registers_nobody(
    world: World, pages: Pages, shop: str
) -> None:
    status, _, _ = await pages.post("/devices", do="add", location=shop, till="1")
    assert status == 403, "a request without the page's token was taken"
    assert not world.rows("SELECT * FROM devices WHERE location_id = %s", shop)


async def test_a_board_without_a_registration_or_with_one_that_is_away_says_so(
    world: World,
) -> None:
    identity = world.pki.certified(ServiceName("board"))
    tls = Tls(world.pki.ca, identity.certificate, identity.key)
    for access, told in (
        (None, "TILLSTREAM_REGISTRATION"),
        (RegistrationAccess("https://127.0.0.1:1", tls), "does not answer"),
        (_access(world, "worker"), "who may look after devices"),
    ):
        async with (
            open_board(NOWHERE, world.dsn, registration=access) as board,
            ClientSession() as http,
        ):
            status, page = await Pages(http, board.address).get("/devices")
            assert status == 503 and told in page
