"""`tillstream users` on a real database: who is let in, as what, and how it is remembered."""

import asyncio
import json
from contextlib import AsyncExitStack

import psycopg
import pytest
from typer.testing import CliRunner, Result

from dashboards.board.people.policy import AccessPolicy
from tests.boards import open_board
from tests.integration.access_world import PASSWORD, add_user, audit, visitor
from tillstream.cli import build

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch, fresh_postgres: str) -> str:
    """The database that the command finds."""
    monkeypatch.setenv("TILLSTREAM_POSTGRES", fresh_postgres)
    return fresh_postgres


def users(*arguments: str, password: str = "") -> Result:
    """Run the command."""
    return RUNNER.invoke(build(["users"]), ["users", *arguments], input=f"{password}\n")


def sessions(dsn: str) -> int:
    """How many browsers are signed in."""
    with psycopg.connect(dsn) as connection:
        return len(connection.execute("SELECT FROM board_sessions").fetchall())


def test_users_are_added_listed_and_changed(database: str) -> None:
    added = users("add", "maria", "--role", "merchandiser", "--password-stdin", password=PASSWORD)
    assert added.output == "maria may sign in as merchandiser\n"
    assert users("role", "maria", "operator").exit_code == 0
    assert users("disable", "maria").exit_code == 0
    (told,) = json.loads(users("list", "--json").output)["users"]
    assert (told["name"], told["role"]) == ("maria", "operator")
    assert told["disabled_at"] is not None
    assert "disabled since" in users("list").output
    assert users("enable", "maria", "--json").exit_code == 0
    assert "no sign-in on record" in users("list").output
    assert [entry[1] for entry in audit(database)] == [
        "users.add",
        "users.role",
        "users.disable",
        "users.enable",
    ]
    assert audit(database)[0][0].startswith("command line (")
    assert PASSWORD not in str(audit(database)), "the log holds a password"


@pytest.mark.parametrize(
    ("arguments", "password", "told"),
    [
        (("add", "maria", "--password-stdin"), PASSWORD, "there is a user maria already"),
        (("add", "Ma ria", "--password-stdin"), PASSWORD, "cannot be a user's name"),
        (("add", "local", "--password-stdin"), PASSWORD, "cannot be a user's name"),
        (("add", "paul", "--password-stdin"), "short", "at least 10 characters"),
        (("passwd", "nobody", "--password-stdin"), PASSWORD, "there is no user nobody"),
        (("disable", "nobody"), "", "there is no user nobody"),
        (("role", "maria", "king"), "", "'king' is no role"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    arguments: tuple[str, ...], password: str, told: str, database: str
) -> None:
    users("add", "maria", "--password-stdin", password=PASSWORD)
    refused = users(*arguments, password=password)
    assert refused.exit_code != 0
    assert told in refused.output + str(refused.exception)
    assert len(audit(database)) == 1


async def test_another_password_signs_out_and_the_old_one_is_of_no_use(database: str) -> None:
    add_user(database, "maria", "viewer")
    another = "another horse battery"
    async with (
        open_board("127.0.0.1:1", database, policy=AccessPolicy()) as board,
        AsyncExitStack() as browsers,
    ):
        old, new = [await browsers.enter_async_context(visitor(board.address)) for _ in range(2)]
        assert (await old.sign_in("maria")).path == "/"
        # In a thread, as the command has a loop of its own.
        await asyncio.to_thread(users, "passwd", "maria", "--password-stdin", password=another)
        assert (await new.sign_in("maria")).status == 403
        assert (await new.sign_in("maria", another)).path == "/"
    assert [entry[1] for entry in audit(database)][1:] == [
        "users.password",
        "sign_in.refused",
        "sign_in",
    ]
    assert sessions(database) == 1, "who signed in with the old password is still in"


async def test_who_is_signed_in_is_shown_and_signed_out(database: str) -> None:
    add_user(database, "maria", "viewer")
    refused = await asyncio.to_thread(users, "sign-out", "maria")
    assert "maria is not signed in" in str(refused.exception)
    async with (
        open_board("127.0.0.1:1", database, policy=AccessPolicy()) as board,
        visitor(board.address) as browser,
    ):
        await browser.sign_in("maria")
        shown = await asyncio.to_thread(users, "sessions")
        assert shown.output.startswith("maria ")
        assert " from 127.0.0.1 " in shown.output
        listed = await asyncio.to_thread(users, "sessions", "--json")
        (session,) = json.loads(listed.output)["sessions"]
        assert (session["who"], session["role"]) == ("maria", "viewer")
        ended = await asyncio.to_thread(users, "sign-out", "maria")
        assert ended.output == "maria is signed out (1)\n"
    assert sessions(database) == 0


def test_who_has_lost_the_phone_may_set_up_another(database: str) -> None:
    add_user(database, "olga", "operator")
    assert "has no second factor" in str(users("forget-phone", "olga").exception)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("INSERT INTO board_second_factors VALUES ('olga', %s, 0)", (b"x" * 20,))
        connection.execute("INSERT INTO board_recovery_codes VALUES ('olga', %s)", (b"x" * 32,))
    assert users("forget-phone", "olga").exit_code == 0
    with psycopg.connect(database) as connection:
        left = connection.execute("SELECT FROM board_recovery_codes").fetchall()
    assert not left, "codes for recovery let somebody in without a phone that is forgotten"
    assert audit(database)[-1][1:3] == ("users.second_factor_removed", "users/olga")


def test_a_database_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILLSTREAM_POSTGRES", "postgresql://127.0.0.1:1/none")
    refused = users("list")
    assert "PostgreSQL did not do it" in str(refused.exception)
