"""Signing in at an OpenID Connect provider that others wrote, and that is certified."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from html import unescape
from urllib.parse import urljoin

import pytest

from dashboards.board.people.policy import AccessPolicy, Provider
from local.ports import choose
from tests import oidc
from tests.boards import open_board
from tests.integration.access_world import Answer, Visitor, visitor

ACTION = re.compile(r'<form[^>]*action="([^"]+)"')
PROMPT = re.compile(r'name="prompt" value="(\w+)"')
XSRF = re.compile(r'name="xsrf" value="([^"]+)"')


@pytest.fixture(params=["client_secret_basic", "client_secret_post"])
async def browser(request: pytest.FixtureRequest, fresh_postgres: str) -> AsyncIterator[Visitor]:
    """A browser at a board that sends people to the provider."""
    board_port, provider_port = choose(2)
    address = f"http://127.0.0.1:{board_port}"
    async with AsyncExitStack() as opened:
        settings: dict[str, object] = {"method": request.param}
        issuer = opened.enter_context(oidc.running(provider_port, address, settings))
        told = Provider(issuer, oidc.CLIENT_ID, oidc.CLIENT_SECRET, scope="openid profile team")
        policy = AccessPolicy(address=address, provider=told)
        board = open_board("127.0.0.1:1", fresh_postgres, port=board_port, policy=policy)
        await opened.enter_async_context(board)
        yield await opened.enter_async_context(visitor(address))


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


async def _signs_in(browser: Visitor, login: str) -> Answer:
    """By the provider's own pages: name and password, and then consent."""
    page = await browser.get("/sign-in/oidc?next=/alerts")
    for _ in range(2):
        form = ACTION.search(page.text)
        if form is None:
            break
        prompt = PROMPT.search(page.text)
        sent = {"prompt": prompt.group(1) if prompt else "", "login": login, "password": "any"}
        page = await browser.post(urljoin(page.url, unescape(form.group(1))), sent)
    return page


async def test_people_of_a_certified_provider_get_in_and_out(browser: Visitor) -> None:
    page = await _signs_in(browser, "merchandiser.jane")
    assert (page.status, page.path) == (200, "/alerts"), page.text
    assert "jane, merchandiser" in page.text
    page = await browser.get("/alerts")
    allowed = page.headers["Content-Security-Policy"]
    out = await browser.send("/sign-out")
    assert out.path == "/session/end", "who signs out is still signed in at the provider"
    assert f"form-action 'self' {_origin(out.url)};" in allowed, "browsers refuse to go there"
    xsrf, action = XSRF.search(out.text), ACTION.search(out.text)
    assert xsrf is not None
    assert action is not None
    gone = await browser.post(
        urljoin(out.url, unescape(action.group(1))), {"xsrf": xsrf.group(1), "logout": "yes"}
    )
    assert (gone.path, "Sign in" in gone.text) == ("/sign-in", True)
    again = await browser.get("/sign-in/oidc")
    assert again.path.startswith("/interaction/"), "one click, and the next person is in"


async def test_who_has_no_role_there_has_none_here(browser: Visitor) -> None:
    page = await _signs_in(browser, "cashier.otto")
    assert (page.status, "signed in as otto, but have no role" in page.text) == (403, True)
