"""Who gets the page, what it may load, and what becomes of what its line says."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from edge.till.page.web import BUILD
from tests.till_pages import CARD, PIN, TEA, PagedTill, paged

TOKEN = "a" * 16


@pytest.fixture
async def browser(till: PagedTill) -> AsyncIterator[ClientSession]:
    async with ClientSession(till.address) as session:
        yield session


def said(kind: str, text: str, key: str = "") -> str:
    told = {"key": key or str(uuid4()), "kind": kind, "text": text}
    return msgspec.json.encode(told).decode()


async def heard(line: ClientWebSocketResponse, word: str) -> str:
    """The next message that begins so."""
    async with asyncio.timeout(10):
        async for message in line:
            if message.data.startswith(word):
                return message.data
    raise AssertionError(f"the line ended without {word!r}")


async def test_the_page_loads_nothing_from_elsewhere(browser: ClientSession) -> None:
    async with browser.get("/") as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "http" not in text.replace("htmx", ""), "it names another server"
    assert "style=" not in text and "<script>" not in text
    for path in ("/static/vendor/htmx.min.js", "/static/till.js", "/static/till.css"):
        async with browser.get(path) as answer:
            assert answer.status == 200, path
    for path in ("/static/vendor/axe.min.js", "/static/vendor/..%2f__init__.py", "/static/x"):
        async with browser.get(path) as answer:
            assert answer.status == 404, path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_pages_from_elsewhere_get_nothing(
    till: PagedTill, browser: ClientSession, headers: dict[str, str], status: int
) -> None:
    async with browser.get("/", headers=headers) as answer:
        assert answer.status == status and till.address not in await answer.text()
    with pytest.raises(WSServerHandshakeError) as refused:
        await browser.ws_connect(f"/socket?page={TOKEN}", headers=headers)
    assert refused.value.status == status


async def test_a_line_bears_its_pages_token(browser: ClientSession) -> None:
    for path in ("/socket", "/socket?page=<script>", "/socket?page=" + "a" * 99):
        with pytest.raises(WSServerHandshakeError):
            await browser.ws_connect(path)


async def test_inputs_of_a_burst_are_done_in_order(till: PagedTill, browser: ClientSession) -> None:
    await till.open_day()
    async with browser.ws_connect(f"/socket?page={TOKEN}") as line:
        await line.send_str(said("scan", CARD))
        await line.send_str(said("typed", PIN))
        for number in range(1, 40):
            await line.send_str(said("typed", f"{number}*{TEA}"))
        await line.send_str(said("button", "cash", "0123abcd"))
        await heard(line, "done 0123abcd")
    (sale,) = await till.sales()
    assert [each["quantity"] for each in sale["lines"]] == list(range(1, 40))


async def test_a_line_that_begins_again_is_told_all(
    till: PagedTill, browser: ClientSession
) -> None:
    page = await till.sign_in()
    await till.scan(page, TEA)
    async with browser.ws_connect(f"/socket?page={page.token}") as line:
        assert await heard(line, "beat") == f"beat {BUILD}"
    await till.scan(page, TEA)
    async with browser.ws_connect(f"/socket?page={page.token}") as line:
        assert (await heard(line, "<")).count("<li") == 2


async def test_a_page_that_outlives_its_till_goes_on_with_the_next(
    till: PagedTill, browser: ClientSession
) -> None:
    async with browser.ws_connect("/socket?page=unknown-but-fine") as line:
        assert "What does it cost" in await heard(line, "<")


@pytest.mark.parametrize(
    "nonsense",
    ["", "{}", "[1]", '{"key": "x", "kind": "scan", "text": "1"}', said("shout", "1"), "9" * 9_000],
)
async def test_nonsense_ends_the_line_and_nothing_else(
    till: PagedTill, browser: ClientSession, nonsense: Any
) -> None:
    async with browser.ws_connect(f"/socket?page={TOKEN}") as line:
        await line.send_str(nonsense)
        async with asyncio.timeout(10):
            while not line.closed:
                message = await line.receive()
                if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED):
                    break
    async with browser.get("/") as answer:
        assert answer.status == 200


async def test_a_till_without_a_voucher_takes_it_at_its_page_and_no_other_later(
    tmp_path: Path,
) -> None:
    voucher = {
        "location_id": "shop-0042", "till_id": "till-3", "epoch": 1, "token": "none",
        "expires_at": "", "registration": "https://127.0.0.1:1", "ca_sha256": "0" * 64,
    }  # fmt: skip
    async with paged(tmp_path / "new") as till:
        page, _ = await till.stage.begin()
        assert "no voucher yet" in await till.seen()
        await till.scan(page, '{"till_id": "1"}')
        assert "no voucher" in till.said and till.actions.needs_voucher
        await till.scan(page, msgspec.json.encode(voucher).decode())
        for _ in range(500):
            if not till.actions.needs_voucher:
                break
            await asyncio.sleep(0.01)
        assert "shop-0042 / till-3" in await till.seen()
        await till.scan(page, msgspec.json.encode(voucher | {"epoch": 9}).decode())
        assert till.stage.scene.said.tone == "bad", "anybody gives the till another identity"


async def test_a_fault_in_an_input_is_said_and_ends_no_line(
    till: PagedTill, browser: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(key: str, text: str) -> None:
        raise RuntimeError("a fault of our own")

    monkeypatch.setitem(till.stage.handlers, "scan", fail)
    async with browser.ws_connect(f"/socket?page={TOKEN}") as line:
        await line.send_str(said("scan", TEA, "0123abcd"))
        assert await heard(line, "done") == "done 0123abcd"
        assert "failed at this" in till.said
