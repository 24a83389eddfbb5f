"""What the tests of sign-in share: a browser's manners without a browser, and users."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg
from aiohttp import ClientSession, CookieJar, FormData
from argon2 import PasswordHasher
from multidict import CIMultiDict

from dashboards.board.people.policy import AccessPolicy
from tests.boards import open_board

PASSWORD = "correct horse battery"

PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
"""Of `PASSWORD`, checked in a moment: by the board's own costs each sign-in takes both cores for a
good while. Where a password is set in a test, these costs are paid."""

CSRF = re.compile(r'name="csrf" value="(\w+)"')


@dataclass
class Answer:
    """What the board answered."""

    status: int
    text: str
    headers: Any
    path: str
    url: str
    cookies: dict[str, Any] = field(default_factory=dict[str, Any])


class Visitor:
    """Somebody with a browser: keeps cookies, sends forms as pages of the board do."""

    def __init__(self, http: ClientSession, address: str) -> None:
        self._http = http
        self.address = address
        self.csrf = ""

    async def get(self, path: str, follow: bool = True, **headers: str) -> Answer:
        """Open a page; its token is kept for the next form."""
        url = path if "://" in path else self.address + path
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._http.get(url, headers=named, allow_redirects=follow) as answer:
            told = await _answer(answer)
        found = CSRF.search(told.text)
        self.csrf = found.group(1) if found else self.csrf
        return told

    async def send(
        self, path: str, form: dict[str, str] | None = None, follow: bool = True, **headers: str
    ) -> Answer:
        """Send a form with the token of the page that was opened last."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = {"csrf": self.csrf, **(form or {})}
        async with self._http.post(
            self.address + path, data=data, headers=named, allow_redirects=follow
        ) as answer:
            return await _answer(answer)

    async def send_for_a_file(self, path: str, form: dict[str, str]) -> tuple[str, bytes]:
        """Send a form that is answered by a file: its type, and its content."""
        data = {"csrf": self.csrf, **form}
        async with self._http.post(self.address + path, data=data) as answer:
            return answer.content_type, await answer.read()

    async def post(
        self, path: str, form: dict[str, str] | bytes | FormData, **headers: str
    ) -> Answer:
        """Send a form as it is, to the board or to an address elsewhere."""
        url = path if "://" in path else self.address + path
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._http.post(url, data=form, headers=named) as answer:
            return await _answer(answer)

    async def send_lines(
        self, path: str, form: dict[str, str], lines: list[tuple[str, str]]
    ) -> int:
        """Send a form with headers of which one name may come twice; the status."""
        url, headers = self.address + path, CIMultiDict(lines)
        async with self._http.post(url, data=form, headers=headers) as answer:
            return answer.status

    async def sign_in(self, name: str, password: str = PASSWORD, **form: str) -> Answer:
        """By the sign-in page."""
        await self.get("/sign-in")
        return await self.send("/sign-in", {"name": name, "password": password, **form})

    def cookies(self) -> dict[str, str]:
        """What the browser keeps, by name."""
        return {cookie.key: cookie.value for cookie in self._http.cookie_jar}


async def _answer(answer: Any) -> Answer:
    path = urlsplit(str(answer.url)).path
    cookies = {name: morsel for name, morsel in answer.cookies.items()}
    return Answer(
        answer.status, await answer.text(), answer.headers, path, str(answer.url), cookies
    )


@asynccontextmanager
async def visitor(address: str) -> AsyncGenerator[Visitor]:
    """A browser without any cookie."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        yield Visitor(http, address)


@asynccontextmanager
async def signed_in(dsn: str, name: str, role: str) -> AsyncGenerator[Visitor]:
    """A user who has come in at a board without Kafka."""
    async with open_board("127.0.0.1:1", dsn, policy=AccessPolicy()) as board:
        add_user(dsn, name, role)
        async with visitor(board.address) as browser:
            await browser.sign_in(name)
            yield browser


def add_user(dsn: str, name: str, role: str) -> None:
    """A user with `PASSWORD`."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO board_users (name, role, password_hash) VALUES (%s, %s, %s)",
            (name, role, PASSWORD_HASH),
        )


def audit(dsn: str, action: str = "") -> list[tuple[Any, ...]]:
    """(who, action, subject, before, after) of the log, the first first."""
    with psycopg.connect(dsn) as connection:
        return connection.execute(
            "SELECT who, action, subject, before, after FROM audit_log "
            "WHERE %s IN ('', action) ORDER BY entry_id",
            (action,),
        ).fetchall()
