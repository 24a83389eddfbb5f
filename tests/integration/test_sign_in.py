"""Who gets in at the board, for how long, and what is remembered of it; on a real PostgreSQL."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import errors

from dashboards.board.people.attempts import BY_NAME_MAX
from dashboards.board.people.policy import OPEN_TO_THE_MACHINE, AccessPolicy, PolicyError
from tests.boards import open_board
from tests.integration.access_world import PASSWORD, Visitor, add_user, audit, visitor
from tests.integration.board_world import close_database, execute, until

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


async def _is_ready(browser: Visitor) -> bool:
    """As a stranger is told."""
    return (await browser.get("/ready")).status == 200


async def test_nothing_is_shown_before_sign_in(browser: Visitor) -> None:
    for path in ("/", "/alerts", "/locations/ulm", "/rows?list=x", "/nowhere"):
        answer = await browser.get(path, follow=False)
        assert answer.status == 303, f"{path} answered {answer.status} to a stranger"
        assert answer.headers["Location"].startswith("/sign-in?next=/")
    assert "event: gone" in (await browser.get("/stream?viewer=x")).text
    part = await browser.get("/", HX_Request="true", HX_Current_URL=f"{browser.address}/alerts?a=1")
    assert (part.status, part.headers["HX-Redirect"]) == (401, "/sign-in?next=/alerts%3Fa%3D1")
    await until(lambda: _is_ready(browser), "the board's first read of the tables")
    for path in ("/live", "/static/board.css", "/sign-in"):
        assert (await browser.get(path)).status == 200, f"{path} is not open"


async def test_who_signs_in_comes_to_where_they_wanted(
    browser: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria@shop.example", "merchandiser")
    await browser.get("/alerts?show=all")
    answer = await browser.sign_in("Maria@shop.example", next="/alerts?show=all")
    assert (answer.status, answer.path) == (200, "/alerts")
    assert "maria@shop.example, merchandiser" in answer.text
    assert ("maria@shop.example", "sign_in") in [entry[:2] for entry in audit(fresh_postgres)]


async def test_the_cookie_is_out_of_reach_of_scripts_and_the_database_has_no_token(
    browser: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    await browser.get("/sign-in")
    answer = await browser.send("/sign-in", {"name": "maria", "password": PASSWORD}, follow=False)
    cookie = answer.cookies["tillstream_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    with psycopg.connect(fresh_postgres) as connection:
        kept = str(connection.execute("SELECT * FROM board_sessions").fetchall())
    assert cookie.value not in kept


async def test_behind_https_the_cookie_travels_by_https_only(fresh_postgres: str) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    policy = AccessPolicy(address="https://stock.example")
    async with (
        open_board(NO_KAFKA, fresh_postgres, policy=policy) as board,
        visitor(board.address) as browser,
    ):
        first = await browser.get("/sign-in")
        cookie = first.cookies["__Host-tillstream_visit"]
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
        assert "tillstream_visit" not in first.cookies, "a sibling host could plant this one"
        assert first.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb"]
)
async def test_nobody_is_sent_elsewhere_after_sign_in(
    browser: Visitor, fresh_postgres: str, elsewhere: str
) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    await browser.get("/sign-in")
    sent = {"name": "maria", "password": PASSWORD, "next": elsewhere}
    answer = await browser.send("/sign-in", sent, follow=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/")


async def test_a_wrong_password_and_an_unknown_name_look_alike_and_are_counted(
    browser: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    wrong = await browser.sign_in("maria", "wrong password")
    unknown = await browser.sign_in("mario", "wrong password")
    assert (wrong.status, unknown.status) == (403, 403)
    assert wrong.text.replace("maria", "mario").count("do not belong together") == 1
    assert unknown.text.count("do not belong together") == 1
    for _ in range(BY_NAME_MAX - 1):
        await browser.sign_in("maria", "wrong password")
    locked = await browser.sign_in("maria")
    assert (locked.status, "Too many" in locked.text) == (429, True)
    assert await browser.sign_in("luigi", "wrong password"), "others are locked out as well"
    refused = audit(fresh_postgres, "sign_in.refused")
    assert [entry[2] for entry in refused].count("users/maria") == BY_NAME_MAX


async def test_what_is_typed_in_place_of_a_name_is_not_kept(
    browser: Visitor, fresh_postgres: str
) -> None:
    await browser.sign_in("my secret Password!", "x")
    assert "secret" not in str(audit(fresh_postgres)).lower()


async def test_a_form_needs_its_token_and_its_own_site(
    browser: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "operator")
    await browser.sign_in("maria")
    page = await browser.get("/")
    assert "Sign out" in page.text
    forged = await browser.send("/sign-out", {"csrf": "0" * 64})
    assert (forged.status, "no valid token" in forged.text) == (403, True)
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
    ):
        foreign = await browser.send("/sign-out", None, True, **headers)
        assert (foreign.status, "another site" in foreign.text) == (403, True), headers
    assert "Sign out" in (await browser.get("/")).text, "a forged form signed somebody out"
    out = await browser.send("/sign-out", Origin=browser.address)
    assert out.path == "/sign-in"
    assert (await browser.get("/", follow=False)).status == 303


async def test_a_token_of_before_sign_in_is_of_no_use_after_it(
    browser: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "operator")
    await browser.get("/sign-in")
    before = browser.csrf
    await browser.sign_in("maria")
    assert (await browser.send("/sign-out", {"csrf": before})).status == 403


async def test_who_signs_out_is_out_for_whoever_copied_the_cookie(
    browser: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    await browser.sign_in("maria")
    copied = browser.cookies()["tillstream_session"]
    await browser.get("/")
    await browser.send("/sign-out")
    stolen = {"Cookie": f"tillstream_session={copied}"}
    assert (await browser.get("/", follow=False, **stolen)).status == 303


async def test_a_session_ends_by_time_and_with_its_user(
    browser: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    add_user(fresh_postgres, "paul", "viewer")
    await browser.sign_in("maria")
    execute(fresh_postgres, "UPDATE board_sessions SET expires_at = now() - interval '1 second'")
    async with open_board(NO_KAFKA, fresh_postgres, policy=AccessPolicy()) as again:
        browser.address = again.address
        assert (await browser.get("/", follow=False)).status == 303
        await browser.sign_in("paul")
        execute(fresh_postgres, "UPDATE board_users SET disabled_at = now()")
    async with open_board(NO_KAFKA, fresh_postgres, policy=AccessPolicy()) as again:
        browser.address = again.address
        assert (await browser.get("/", follow=False)).status == 303
        assert (await browser.sign_in("paul")).status == 403


async def test_while_the_database_is_away_those_who_are_in_see_what_was_known(
    browser: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "viewer")
    await browser.sign_in("maria")
    close_database(fresh_postgres)
    assert (await browser.get("/")).path == "/"
    async with visitor(browser.address) as another:
        refused = await another.sign_in("maria")
        assert (refused.status, "nobody can sign in" in refused.text) == (503, True)


async def test_without_sign_in_a_board_stays_on_its_machine(fresh_postgres: str) -> None:
    with pytest.raises(PolicyError, match="only served on the loopback"):
        async with open_board(NO_KAFKA, fresh_postgres, host="0.0.0.0"):  # noqa: S104
            pass
    async with (
        open_board(NO_KAFKA, fresh_postgres, policy=OPEN_TO_THE_MACHINE) as board,
        visitor(board.address) as browser,
    ):
        assert (await browser.get("/")).status == 200
        rebound = await browser.get("/", Host="evil.example")
        assert (rebound.status, "answers to 127.0.0.1" in rebound.text) == (403, True)
        forged = await browser.send("/sign-out", {"csrf": ""})
        assert forged.status == 403, "a form without a token is taken where nobody signs in"


async def test_an_operator_reads_the_log_and_nobody_else_does(
    browser: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "olga", "operator")
    add_user(fresh_postgres, "maria", "merchandiser")
    await browser.sign_in("maria", "wrong password")
    await browser.sign_in("maria")
    assert (await browser.get("/audit")).status == 403
    await browser.send("/sign-out")
    await browser.sign_in("olga")
    text = (await browser.get("/audit?q=MARIA&before=99999999999999999999")).text
    assert "sign in, refused" in text
    assert "users/olga" not in text
    assert "Nothing here matches" in (await browser.get("/audit?q='--%00<b>")).text


async def test_the_log_cannot_be_changed(fresh_postgres: str) -> None:
    execute(fresh_postgres, "INSERT INTO audit_log (action, subject) VALUES ('a', 'b')")
    for statement in ("UPDATE audit_log SET who = 'x'", "DELETE FROM audit_log"):
        with pytest.raises(errors.RestrictViolation):
            execute(fresh_postgres, statement)
    assert audit(fresh_postgres)[0][0].startswith("database role ")
