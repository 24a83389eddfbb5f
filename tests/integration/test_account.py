"""What people do about their own account, and operators about everybody's sessions."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import psycopg
import pytest

from dashboards.board.people.policy import AccessPolicy
from dashboards.board.people.sessions import OF_ONE_MAX
from tests.boards import open_board
from tests.integration.access_world import PASSWORD, Visitor, add_user, audit, visitor

NO_KAFKA = "127.0.0.1:1"

ANOTHER = "another horse battery"


@pytest.fixture
async def address(fresh_postgres: str) -> AsyncIterator[str]:
    """A board with three users."""
    async with open_board(NO_KAFKA, fresh_postgres, policy=AccessPolicy()) as board:
        for name, role in (("maria", "viewer"), ("paul", "viewer"), ("olga", "operator")):
            add_user(fresh_postgres, name, role)
        yield board.address


@pytest.fixture
async def signed_in(address: str) -> AsyncIterator[dict[str, Visitor]]:
    """maria in two browsers, paul and olga in one each."""
    async with AsyncExitStack() as open_ones:
        found: dict[str, Visitor] = {}
        for browser in ("maria", "maria's phone", "paul", "olga"):
            one = await open_ones.enter_async_context(visitor(address))
            await one.sign_in(browser.partition("'")[0])
            found[browser] = one
        yield found


async def _is_in(browser: Visitor) -> bool:
    return (await browser.get("/", follow=False)).status == 200


def _id_of(dsn: str, who: str, newest: bool = True) -> str:
    order = "DESC" if newest else "ASC"
    question = f"SELECT session_id FROM board_sessions WHERE who = %s ORDER BY created_at {order}"  # noqa: S608
    with psycopg.connect(dsn) as connection:
        (found,) = connection.execute(question, (who,)).fetchone() or ("",)  # pyright: ignore[reportArgumentType, reportCallIssue]
    return found


async def test_who_changes_the_password_stays_and_all_others_are_out(
    signed_in: dict[str, Visitor], address: str, fresh_postgres: str
) -> None:
    here, phone = signed_in["maria"], signed_in["maria's phone"]
    assert await _is_in(phone)
    await here.get("/account")
    copied = here.cookies()["tillstream_session"]
    sent = {"password": PASSWORD, "new": ANOTHER, "again": ANOTHER}
    done = await here.send("/account/password", sent)
    assert (done.path, "is changed" in done.text) == ("/account", True)
    assert await _is_in(here)
    assert not await _is_in(phone), "a session of before the change goes on"
    async with visitor(address) as thief:
        stolen = await thief.get("/", follow=False, Cookie=f"tillstream_session={copied}")
        assert stolen.status == 303, "whoever copied the cookie before is still in"
    assert await _is_in(signed_in["paul"])
    async with visitor(address) as new:
        assert (await new.sign_in("maria")).status == 403
        assert (await new.sign_in("maria", ANOTHER)).path == "/"
    assert len(audit(fresh_postgres, "users.password")) == 1


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"password": "wrong password", "new": ANOTHER, "again": ANOTHER}, "do not belong"),
        ({"password": PASSWORD, "new": ANOTHER, "again": "x" * 12}, "differ"),
        ({"password": PASSWORD, "new": "short", "again": "short"}, "at least 10"),
        ({}, "at least 10"),
    ],
)
async def test_a_password_is_not_changed_by_who_should_not(
    signed_in: dict[str, Visitor], fresh_postgres: str, sent: dict[str, str], told: str
) -> None:
    await signed_in["maria"].get("/account")
    refused = await signed_in["maria"].send("/account/password", sent)
    assert (400 <= refused.status < 500, told in refused.text) == (True, True)
    assert not audit(fresh_postgres, "users.password")


async def test_whoever_sits_at_an_open_session_cannot_guess_its_password(
    signed_in: dict[str, Visitor],
) -> None:
    await signed_in["maria"].get("/account")
    sent = {"password": "wrong password", "new": ANOTHER, "again": ANOTHER}
    statuses = [(await signed_in["maria"].send("/account/password", sent)).status for _ in range(6)]
    assert statuses == [403] * 5 + [429]


async def test_one_sees_and_ends_ones_own_sessions_and_no_others(
    signed_in: dict[str, Visitor], fresh_postgres: str
) -> None:
    here, phone, paul = signed_in["maria"], signed_in["maria's phone"], signed_in["paul"]
    page = await here.get("/account", User_Agent="Mozilla/5.0 (X11; Linux) Firefox/140.0")
    assert (page.text.count("127.0.0.1"), "paul" in page.text) == (2, False)
    foreign = {"session": _id_of(fresh_postgres, "paul")}
    await here.send("/account/sessions", foreign)
    assert await _is_in(paul), "somebody ended the session of another"
    assert (await phone.get("/")).status == 200
    await here.send("/account/sessions", {"session": _id_of(fresh_postgres, "maria")})
    assert not await _is_in(phone)
    assert await _is_in(here)


async def test_one_ends_all_others_at_once(signed_in: dict[str, Visitor]) -> None:
    here, phone = signed_in["maria"], signed_in["maria's phone"]
    assert await _is_in(phone)
    await here.get("/account")
    await here.send("/account/sessions", {})
    assert (await _is_in(here), await _is_in(phone)) == (True, False)


async def test_an_operator_ends_anybodys_sessions_and_nobody_else_does(
    signed_in: dict[str, Visitor], fresh_postgres: str
) -> None:
    for name in ("maria", "maria's phone", "paul", "olga"):
        assert await _is_in(signed_in[name])
    assert (await signed_in["paul"].get("/sessions")).status == 403
    await signed_in["paul"].get("/account")
    assert (await signed_in["paul"].send("/sessions", {"who": "maria"})).status == 403
    page = await signed_in["olga"].get("/sessions?q=MARIA")
    assert ("End all" in page.text, "paul" in page.text) == (True, False)
    await signed_in["olga"].send("/sessions", {"session": _id_of(fresh_postgres, "paul")})
    assert not await _is_in(signed_in["paul"])
    await signed_in["olga"].send("/sessions", {"who": "maria"})
    assert not await _is_in(signed_in["maria"])
    assert not await _is_in(signed_in["maria's phone"])
    ended = audit(fresh_postgres, "sessions.end")
    assert [(who, subject, after) for who, _, subject, _, after in ended] == [
        ("olga", "users/paul", None),
        ("olga", "users/maria", {"sessions": 2}),
    ]


async def test_a_program_that_signs_in_for_each_question_fills_no_table(
    address: str, fresh_postgres: str
) -> None:
    async with visitor(address) as program:
        for _ in range(OF_ONE_MAX + 3):
            await program.sign_in("maria")
            await program.get("/")
        assert await _is_in(program), "the newest session went"
    with psycopg.connect(fresh_postgres) as connection:
        assert connection.execute("SELECT count(*) FROM board_sessions").fetchone() == (OF_ONE_MAX,)
