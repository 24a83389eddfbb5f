"""Passwords and tokens that strangers make up, while those who belong here go on working."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher

from dashboards.board.feed.database import Database
from dashboards.board.people.attempts import BY_NAME_MAX
from dashboards.board.people.door import ENTRIES_MAX
from dashboards.board.people.lane import WAITING_MAX
from dashboards.board.people.local import TOLD_MAX
from dashboards.board.people.policy import AccessPolicy
from dashboards.board.people.strangers import UNKNOWN_MAX
from tests.boards import open_board
from tests.integration.access_world import PASSWORD, Answer, Visitor, add_user, audit, visitor
from tests.integration.board_world import execute, insert, read
from tillstream.board import OpenBoard

NO_KAFKA = "127.0.0.1:1"

SLOW = PasswordHasher(time_cost=1, memory_cost=32 * 1024, parallelism=1).hash(PASSWORD)
"""Of `PASSWORD`: a full line of strangers takes a second or more, and not ten on a busy machine."""


@pytest.fixture
async def board(fresh_postgres: str) -> AsyncIterator[OpenBoard]:
    """A board behind a proxy."""
    policy = AccessPolicy(behind_proxy=True)
    async with open_board(NO_KAFKA, fresh_postgres, policy=policy) as board:
        yield board


@pytest.fixture
def address(board: OpenBoard) -> str:
    """Where it is."""
    return board.address


async def _try(guesser: Visitor, source: str) -> int:
    form = {"name": "maria", "password": "wrong password"}
    return (await guesser.send("/sign-in", form, follow=False, X_Forwarded_For=source)).status


async def test_ten_thousand_wrong_passwords_keep_nobody_out_and_fill_no_table(
    address: str, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    async with visitor(address) as guesser, visitor(address) as known:
        await known.sign_in("maria")
        await guesser.get("/sign-in")
        waiting = iter(
            [f"198.51.{each % 4}.{each // 4}" for _ in range(10) for each in range(1000)]
        )

        async def guess() -> None:
            for source in waiting:
                assert await _try(guesser, source) in (403, 429, 503)

        attack = asyncio.gather(*(guess() for _ in range(40)))
        entered = 0
        while not attack.done():
            async with visitor(address) as new:
                await _enters(new)
            assert (await known.sign_in("maria")).status == 200, "a known browser was kept out"
            entered += 1
            await asyncio.sleep(0.2)
        await attack
    assert entered >= 3, "the attack was over before anybody could be kept out"
    with psycopg.connect(fresh_postgres) as connection:
        (sessions,) = connection.execute("SELECT count(*) FROM board_sessions").fetchone() or (0,)
    refused = audit(fresh_postgres, "sign_in.refused")
    assert len(refused) <= TOLD_MAX + 20, "each wrong password has a row of the log"
    assert sessions <= 20


async def _enters(browser: Visitor) -> None:
    for _ in range(5):
        answer = await browser.sign_in("maria")
        if answer.status == 200:
            return
        assert answer.status == 503, "somebody in a new browser was kept out by strangers"
        await asyncio.sleep(0.5)
    raise AssertionError("nobody could sign in for a while")


async def test_who_floods_sign_in_delays_those_who_are_known_by_little(
    address: str, fresh_postgres: str
) -> None:
    row = {"name": "maria", "role": "viewer", "password_hash": SLOW}
    insert(fresh_postgres, "board_users", row)
    async with visitor(address) as guesser, visitor(address) as known:
        await known.sign_in("maria")
        await guesser.get("/sign-in")
        flood = [_try(guesser, f"198.51.100.{each}") for each in range(3 * WAITING_MAX)]
        attack = asyncio.gather(*flood)
        await asyncio.sleep(0.2)
        assert (await known.sign_in("maria")).status == 200
        assert not attack.done(), "a known browser waited behind strangers"
        answers = await attack
    assert answers.count(503) > 0, "the queue has no end"
    assert answers.count(403) <= WAITING_MAX + 5


async def test_each_way_to_fail_is_counted_and_so_is_who_gets_in(
    board: OpenBoard, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    assert 'sign_ins_total{result="wrong_password"} 0.0' in await read(board.metrics, "")
    async with visitor(board.address) as maria, visitor(board.address) as guesser:
        await guesser.get("/sign-in")
        assert [await _try(guesser, "203.0.113.9") for _ in range(BY_NAME_MAX + 2)][-1] == 429
        assert (await maria.sign_in("maria")).status == 200
    told = await read(board.metrics, "")
    for result, number in {"wrong_password": BY_NAME_MAX, "slowed_down": 2, "signed_in": 1}.items():
        assert f'tillstream_board_sign_ins_total{{result="{result}"}} {number}.0' in told


async def test_a_program_that_signs_in_for_each_question_does_not_fill_the_log(
    board: OpenBoard, fresh_postgres: str
) -> None:
    for name in ("maria", "erwin"):
        add_user(fresh_postgres, name, "viewer")
    async with visitor(board.address) as program, visitor(board.address) as erwin:
        for _ in range(2 * ENTRIES_MAX):
            assert (await program.sign_in("maria")).status == 200
        assert (await erwin.sign_in("erwin")).status == 200
    entries = [subject for _, _, subject, *_ in audit(fresh_postgres, "sign_in")]
    assert ENTRIES_MAX <= entries.count("users/maria") <= ENTRIES_MAX + 2
    assert entries.count("users/erwin") == 1


async def test_a_visitor_cannot_choose_the_address_that_is_counted(
    address: str, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    async with visitor(address) as guesser:
        await guesser.get("/sign-in")
        sources = [f"10.0.0.{each}, 203.0.113.9" for each in range(BY_NAME_MAX + 1)]
        assert [await _try(guesser, each) for each in sources][-1] == 429
        sites = [f"2001:db8:1:2::{each}" for each in range(BY_NAME_MAX + 1)]
        assert [await _try(guesser, each) for each in sites][-1] == 429
    with psycopg.connect(fresh_postgres) as connection:
        kept = connection.execute("SELECT DISTINCT address FROM audit_log").fetchall()
    assert ("203.0.113.9",) in kept
    assert not [each for (each,) in kept if each.startswith("10.")]


async def test_a_second_header_line_of_a_visitor_is_no_address(
    address: str, fresh_postgres: str
) -> None:
    """HAProxy adds a line of its own beneath the one that the visitor sent."""
    add_user(fresh_postgres, "maria", "viewer")
    async with visitor(address) as guesser:
        await guesser.get("/sign-in")
        status = 0
        for each in range(BY_NAME_MAX + 1):
            lines = [("X-Forwarded-For", f"10.0.0.{each}"), ("X-Forwarded-For", "203.0.113.9")]
            form = {"csrf": guesser.csrf, "name": "maria", "password": "wrong password"}
            status = await guesser.send_lines("/sign-in", form, lines)
        assert status == 429


async def test_made_up_tokens_cost_the_database_little(
    address: str, fresh_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    execute(
        fresh_postgres,
        "INSERT INTO api_tokens (token_sha256, name) VALUES (sha256('tsr_good'), 'erp')",
    )
    asked = 0
    query = Database.query

    async def counted(self: Database, *given: Any, **named: Any) -> list[Any]:
        nonlocal asked
        asked += 1
        return await query(self, *given, **named)

    async with visitor(address) as stranger, visitor(address) as known:
        await known.sign_in("maria")
        assert (await known.get("/api/v1/levels", Authorization="Bearer tsr_good")).status == 200
        monkeypatch.setattr(Database, "query", counted)
        answers: list[Answer] = []
        for _ in range(3 * UNKNOWN_MAX):
            cookie = f"tillstream_session={secrets.token_urlsafe(32)}"
            await stranger.get("/alerts", follow=False, Cookie=cookie)
            bearer = f"Bearer {secrets.token_hex(8)}"
            answers.append(await stranger.get("/api/v1/levels", Authorization=bearer))
        assert asked <= UNKNOWN_MAX + 30, f"{asked} questions for 360 tokens that nobody has"
        assert answers[-1].status == 429
        assert (await known.get("/")).status == 200, "who is signed in was kept out"
        assert (await known.get("/api/v1/levels", Authorization="Bearer tsr_good")).status == 200
