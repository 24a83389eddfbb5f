"""Signing in with a phone beside the password, as a user and as who has stolen one of the two."""

import asyncio
import base64
import re
import time
from collections.abc import AsyncIterator

import pytest

from dashboards.board.people import totp
from dashboards.board.people.policy import AccessPolicy
from dashboards.board.people.second_factors import CODES_MAX
from tests.boards import open_board
from tests.integration.access_world import PASSWORD, Visitor, add_user, audit, visitor
from tests.integration.board_world import execute, read
from tillstream.board import OpenBoard

NO_KAFKA = "127.0.0.1:1"

SECRET = re.compile(r'<code class="wide">([A-Z2-7 ]+)</code>')
RECOVERY = re.compile(r"<li><code>([0-9a-f-]+)</code></li>")


@pytest.fixture
async def board(fresh_postgres: str) -> AsyncIterator[OpenBoard]:
    """A board whose operators must have a second factor."""
    policy = AccessPolicy(second_factor="operators")
    async with open_board(NO_KAFKA, fresh_postgres, policy=policy) as board:
        add_user(fresh_postgres, "olga", "operator")
        yield board


@pytest.fixture
def address(board: OpenBoard) -> str:
    """Where it is."""
    return board.address


@pytest.fixture
async def browser(address: str) -> AsyncIterator[Visitor]:
    """A browser that was never here."""
    async with visitor(address) as one:
        yield one


def secret_in(page: str) -> bytes:
    """The secret that a page shows to who sets up a phone."""
    found = SECRET.search(page)
    assert found is not None, page
    text = found.group(1).replace(" ", "")
    return base64.b32decode(text + "=" * (-len(text) % 8))


def _code(secret: bytes, steps_ahead: int = 0) -> str:
    return totp.code_at(secret, int(time.time()) // totp.STEP_SECONDS + steps_ahead)


async def _enrol(browser: Visitor, name: str = "olga") -> tuple[bytes, list[str]]:
    """A new phone; its secret, and the codes for recovery."""
    page = await browser.sign_in(name)
    assert page.path == "/sign-in/code", page.text
    left = totp.STEP_SECONDS - time.time() % totp.STEP_SECONDS
    await asyncio.sleep(left if left < 10 else 0)  # or codes change while they are typed
    secret = secret_in(page.text)
    # An older code of the phone leaves the present one for what the test is about.
    done = await browser.send("/sign-in/code", {"code": _code(secret, -1)})
    assert done.status == 200, done.text
    return secret, RECOVERY.findall(done.text)


async def _owes(address: str, name: str = "olga") -> AsyncIterator[Visitor]:
    async with visitor(address) as another:
        page = await another.sign_in(name)
        assert (page.path, "Code of your phone" in page.text) == ("/sign-in/code", True)
        yield another


async def test_an_operator_sets_up_a_phone_before_anything_else(
    browser: Visitor, fresh_postgres: str
) -> None:
    page = await browser.sign_in("olga", next="/alerts")
    assert (page.path, "<svg" in page.text) == ("/sign-in/code", True)
    assert (await browser.get("/", follow=False)).status == 303, "a password alone let her in"
    wrong = await browser.send("/sign-in/code", {"code": "000000"})
    assert (wrong.status, secret_in(wrong.text)) == (403, secret_in(page.text))
    done = await browser.send(
        "/sign-in/code", {"code": _code(secret_in(page.text)), "next": "/alerts"}
    )
    assert (done.status, len(RECOVERY.findall(done.text))) == (200, 10)
    assert done.headers["Cache-Control"] == "no-store"
    assert (await browser.get("/audit")).status == 200
    assert [entry[:3] for entry in audit(fresh_postgres, "users.second_factor")] == [
        ("olga", "users.second_factor", "users/olga")
    ]


async def test_who_need_not_have_one_is_not_asked(browser: Visitor, fresh_postgres: str) -> None:
    add_user(fresh_postgres, "maria", "merchandiser")
    assert (await browser.sign_in("maria")).path == "/"


async def test_a_code_counts_once(browser: Visitor, address: str) -> None:
    secret, _ = await _enrol(browser)
    code = _code(secret)
    async for another in _owes(address):
        assert (await another.send("/sign-in/code", {"code": code})).path == "/"
    async for thief in _owes(address):
        replayed = await thief.send("/sign-in/code", {"code": code})
        assert (replayed.status, "used before" in replayed.text) == (403, True)
        older = await thief.send("/sign-in/code", {"code": _code(secret, -1)})
        assert older.status == 403
        assert (await thief.get("/", follow=False)).status == 303


async def test_a_code_for_recovery_counts_once(
    browser: Visitor, address: str, fresh_postgres: str
) -> None:
    _, codes = await _enrol(browser)
    typed = codes[0].upper().replace("-", " ")
    async for another in _owes(address):
        assert (await another.send("/sign-in/code", {"code": typed})).path == "/"
    async for thief in _owes(address):
        assert (await thief.send("/sign-in/code", {"code": typed})).status == 403
        assert (await thief.send("/sign-in/code", {"code": codes[1]})).path == "/"
    assert len(audit(fresh_postgres, "sign_in.recovery_code")) == 2


async def test_codes_are_not_guessed(
    browser: Visitor, board: OpenBoard, address: str, fresh_postgres: str
) -> None:
    secret, codes = await _enrol(browser)
    async for thief in _owes(address):
        statuses = [
            (await thief.send("/sign-in/code", {"code": f"{number:06}"})).status
            for number in range(CODES_MAX + 1)
        ]
        assert statuses[-1] == 429
        assert (await thief.send("/sign-in/code", {"code": _code(secret)})).status == 429
    async for another in _owes(address):
        answer = await another.send("/sign-in/code", {"code": codes[0]})
        assert answer.path == "/", "who guesses locks out who has codes for recovery"
    assert len(audit(fresh_postgres, "sign_in.refused")) == CODES_MAX
    told = await read(board.metrics, "")
    assert f'sign_ins_total{{result="wrong_code"}} {CODES_MAX}.0' in told
    assert 'sign_ins_total{result="slowed_down"} 2.0' in told


async def test_who_began_earlier_cannot_put_another_phone_in_place(address: str) -> None:
    async with visitor(address) as thief, visitor(address) as browser:
        page = await thief.sign_in("olga")
        await _enrol(browser)
        late = await thief.send("/sign-in/code", {"code": _code(secret_in(page.text))})
        assert (late.status, "took too long" in late.text) == (400, True)
    async for another in _owes(address):
        assert (await another.get("/", follow=False)).status == 303


async def test_a_sign_in_that_is_half_done_ends_by_time_and_with_its_user(
    browser: Visitor, address: str, fresh_postgres: str
) -> None:
    secret, _ = await _enrol(browser)
    for end in (
        "UPDATE board_half_sign_ins SET expires_at = now()",
        "UPDATE board_users SET disabled_at = now()",
    ):
        async for another in _owes(address):
            execute(fresh_postgres, end)  # pyright: ignore[reportArgumentType]
            late = await another.send("/sign-in/code", {"code": _code(secret)})
            assert (late.status, "took too long" in late.text) == (400, True)


async def test_the_rule_counts_for_who_is_signed_in_already(
    browser: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    await browser.sign_in("maria")
    assert (await browser.get("/", follow=False)).status == 200
    execute(fresh_postgres, "UPDATE board_users SET role = 'operator' WHERE name = 'maria'")
    policy = AccessPolicy(second_factor="operators")
    async with open_board(NO_KAFKA, fresh_postgres, policy=policy) as again:
        browser.address = again.address
        assert (await browser.get("/", follow=False)).status == 303
        assert (await browser.sign_in("maria")).path == "/sign-in/code"


async def test_another_phone_needs_the_password_and_the_present_one(
    browser: Visitor, address: str
) -> None:
    secret, codes = await _enrol(browser)
    await browser.get("/account")
    asked = {"password": PASSWORD, "code": "000000", "do": "begin"}
    assert (await browser.send("/account/second-factor", asked)).status == 403
    asked = {"password": "wrong password", "code": _code(secret), "do": "begin"}
    assert (await browser.send("/account/second-factor", asked)).status == 403
    asked = {"password": PASSWORD, "code": _code(secret), "do": "begin"}
    page = await browser.send("/account/second-factor", asked)
    assert page.path == "/sign-in/code"
    await browser.get("/sign-in/code")
    other = secret_in(page.text)
    assert other != secret
    assert (await browser.send("/sign-in/code", {"code": _code(other, -1)})).status == 200
    async for another in _owes(address):
        assert (await another.send("/sign-in/code", {"code": _code(secret, 1)})).status == 403
        assert (await another.send("/sign-in/code", {"code": codes[0]})).status == 403
        assert (await another.send("/sign-in/code", {"code": _code(other)})).path == "/"
