"""Signing in by OpenID Connect, at a real provider that keeps to the rules or breaks one."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from dashboards.board.people.policy import AccessPolicy, PolicyError
from dashboards.board.people.policy import Provider as Settings
from local.ports import choose
from tests.boards import open_board
from tests.integration.access_world import Visitor, audit, visitor
from tests.integration.provider import CLIENT_ID, CLIENT_SECRET, OTHER_KEY, Provider, provider
from tillstream.board import policy_of
from tillstream.settings import load_settings

LATER = 4_000_000_000
"""Seconds since 1970: in the year 2096."""


@pytest.fixture
async def op() -> AsyncIterator[Provider]:
    """The provider."""
    async with provider() as told:
        yield told


@pytest.fixture
async def browser(op: Provider, fresh_postgres: str) -> AsyncIterator[Visitor]:
    """A browser at a board that asks that provider."""
    (port,) = choose(1)
    address = f"http://127.0.0.1:{port}"
    told = Settings(op.issuer, CLIENT_ID, CLIENT_SECRET)
    policy = AccessPolicy(address=address, provider=told)
    async with (
        open_board("127.0.0.1:1", fresh_postgres, port=port, policy=policy) as board,
        visitor(board.address) as one,
    ):
        yield one


async def test_who_is_known_to_the_provider_gets_in_with_the_role_it_gives(
    browser: Visitor, fresh_postgres: str
) -> None:
    page = await browser.get("/alerts")
    assert "Sign in at 127.0.0.1" in page.text
    answer = await browser.get("/sign-in/oidc?next=/alerts")
    assert (answer.status, answer.path) == (200, "/alerts")
    assert "jane, merchandiser" in answer.text
    assert audit(fresh_postgres, "sign_in")[0][0] == "jane <248289761001>"
    await browser.send("/sign-out")
    assert (await browser.get("/", follow=False)).status == 303


async def test_documents_that_are_long_and_come_in_pieces_are_read_to_the_end(
    browser: Visitor, op: Provider
) -> None:
    op.piece_bytes = 1_460
    answer = await browser.get("/sign-in/oidc?next=/alerts")
    assert (answer.status, answer.path) == (200, "/alerts"), answer.text


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"iss": "http://127.0.0.1:1"}, "it is of another issuer"),
        ({"aud": "another client"}, "it is for another client"),
        ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "another client asked for it"),
        ({"exp": 1_000_000_000}, "it has expired"),
        ({"iat": LATER}, "it is from the future"),
        ({"nonce": "of another sign-in"}, "it was kept from another sign-in"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_a_token_is_refused_because(
    browser: Visitor, op: Provider, wrong: dict[str, Any], because: str
) -> None:
    op.claims = wrong
    answer = await browser.get("/sign-in/oidc")
    assert answer.status == 502, f"a token was taken although {because}"
    assert "could not be verified" in answer.text
    assert (await browser.get("/", follow=False)).status == 303


@pytest.mark.parametrize("algorithm", ["RS256", "HS256", "none"])
async def test_a_token_that_the_provider_did_not_sign_is_refused(
    browser: Visitor, op: Provider, algorithm: str
) -> None:
    op.signed_by, op.algorithm = OTHER_KEY, algorithm
    assert (await browser.get("/sign-in/oidc")).status == 502


async def test_who_has_no_role_is_told_so(browser: Visitor, op: Provider) -> None:
    op.claims = {"roles": ["cashier"]}
    answer = await browser.get("/sign-in/oidc")
    assert (answer.status, "signed in as jane, but have no role" in answer.text) == (403, True)


async def test_a_return_that_was_begun_elsewhere_is_refused(browser: Visitor, op: Provider) -> None:
    lured = await browser.get("/sign-in/oidc/return?code=x&state=y")
    assert (lured.status, "another browser" in lured.text) == (400, True)
    begun = await browser.get("/sign-in/oidc", follow=False)
    assert begun.headers["Location"].startswith(op.issuer)
    lured = await browser.get("/sign-in/oidc/return?code=x&state=y")
    assert (lured.status, "not the sign-in that was begun" in lured.text) == (502, True)
    op.refuses = True
    broken = await browser.get("/sign-in/oidc")
    assert (broken.status, "broken off" in broken.text) == (502, True)


async def test_a_code_is_of_no_use_to_who_caught_it(browser: Visitor, op: Provider) -> None:
    """Without the verifier that only the browser that began has, it redeems nothing."""
    begun = await browser.get("/sign-in/oidc", follow=False)
    back = await browser.get(begun.headers["Location"], follow=False)
    caught = back.headers["Location"]
    op.codes = {code: {**asked, "code_challenge": "another"} for code, asked in op.codes.items()}
    answer = await browser.get(caught)
    assert (answer.status, "answered 400" in answer.text) == (502, True)


async def test_a_provider_that_is_away_leaves_a_page_that_says_so(fresh_postgres: str) -> None:
    policy = AccessPolicy(
        address="http://127.0.0.1:9", provider=Settings("http://127.0.0.1:1", "a", "b")
    )
    async with (
        open_board("127.0.0.1:1", fresh_postgres, policy=policy) as board,
        visitor(board.address) as one,
    ):
        answer = await one.get("/sign-in/oidc")
        assert (answer.status, "provider does not answer" in answer.text) == (502, True)


def test_settings_that_would_let_anybody_in_are_refused() -> None:
    told = policy_of(
        load_settings(
            board_oidc_issuer="http://login.example",
            board_oidc_client_id="a",
            board_oidc_client_secret="b",
        )
    )
    with pytest.raises(PolicyError, match="TILLSTREAM_BOARD_ADDRESS"):
        told.check("127.0.0.1")
    with pytest.raises(PolicyError, match="must be an https address"):
        replace(told, address="https://stock.example", behind_proxy=True).check("0.0.0.0")  # noqa: S104
