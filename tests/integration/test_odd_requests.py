"""Requests that no page of the board would send: an answer that says so, and no fault."""

import asyncio
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from dashboards.board.people.policy import AccessPolicy
from tests.boards import open_board
from tests.integration.access_world import PASSWORD, Visitor, add_user, visitor

NO_KAFKA = "127.0.0.1:1"


@pytest.fixture
async def address(fresh_postgres: str) -> AsyncIterator[str]:
    """A board that asks for sign-in."""
    async with open_board(NO_KAFKA, fresh_postgres, policy=AccessPolicy()) as board:
        yield board.address


@pytest.fixture
async def browser(address: str) -> AsyncIterator[Visitor]:
    """A browser that was never here."""
    async with visitor(address) as one:
        yield one


def _raw(address: str, head: bytes) -> bytes:
    """What is answered to a request that no client library would send."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or 0), 10) as line:
        line.sendall(head + b"Host: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := line.recv(65_536):
            answer += piece
    return answer


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"GET / HTTP/1.1\r\nCookie: tillstream_session=\xff\xfe\r\n", b"303"),
        (b"GET / HTTP/1.1\r\nCookie: tillstream_visit=\xff\xfe\r\n", b"303"),
        (b"GET /sign-in/code HTTP/1.1\r\nCookie: tillstream_half=\xff\r\n", b"303"),
        (b"GET /api/v1/levels HTTP/1.1\r\nAuthorization: Bearer \xff\xfe\r\n", b"401"),
    ],
)
async def test_bytes_that_are_no_text_are_no_fault(
    address: str, head: bytes, expected: bytes
) -> None:
    status = (await asyncio.to_thread(_raw, address, head)).split(b" ", 2)[1]
    assert status == expected


async def test_a_name_or_a_form_that_is_no_text_is_refused(
    browser: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "olga", "operator")
    await browser.get("/sign-in")
    for name in ("a\0b", "\0", "ma\u202eria", "x" * 5_000):
        answer = await browser.send("/sign-in", {"name": name, "password": "wrong password"})
        assert 400 <= answer.status < 500, f"{name[:9]!r} is answered {answer.status}"
    charset = "application/x-www-form-urlencoded; charset=utf-7"
    form = f"csrf={browser.csrf}&name=olga&password=+2AA-"
    answer = await browser.post("/sign-in", form.encode(), Content_Type=charset)
    assert (answer.status, "no text" in answer.text) == (400, True)
    await browser.sign_in("olga")
    for path in ("/account/password", "/account/sessions", "/sessions", "/manage/new/products"):
        answer = await browser.send(path, {"session": "\0", "password": "\0", "sku": "\0"})
        assert answer.status < 500, f"{path} is answered {answer.status}"
    for path in ("/locations/%00", "/products/%ff%00", "/audit?q=%00", "/sessions?q=%00%ff"):
        assert (await browser.get(path)).status < 500, path


async def test_what_runs_here_is_told_to_nobody(browser: Visitor) -> None:
    for path in ("/", "/static/board.css", "/api/v1/levels", "/nowhere", "/live"):
        server = (await browser.get(path)).headers.get("Server", "")
        assert server == "Tillstream", f"{path} tells {server!r}"


@pytest.mark.parametrize("policy", [AccessPolicy(), AccessPolicy(address="https://stock.example")])
async def test_a_name_that_leads_here_by_a_trick_is_refused(
    fresh_postgres: str, policy: AccessPolicy
) -> None:
    """DNS rebinding: a page of evil.example whose name now means 127.0.0.1."""
    async with (
        open_board(NO_KAFKA, fresh_postgres, policy=policy) as board,
        visitor(board.address) as browser,
    ):
        for path in ("/", "/sign-in", "/api/v1/levels"):
            answer = await browser.get(path, follow=False, Host="evil.example")
            assert answer.status == 403, f"{path} is answered to evil.example"
        form = {"name": "maria", "password": PASSWORD}
        forged = await browser.send("/sign-in", form, Host="evil.example")
        assert forged.status == 403
