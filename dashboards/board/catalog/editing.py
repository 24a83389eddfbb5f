"""Creating, changing and deleting a row, so that nobody's change is lost."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web
from psycopg import errors

from dashboards.board.catalog import store
from dashboards.board.catalog.fields import Kind, Row
from dashboards.board.catalog.publications import Publications
from dashboards.board.feed.writing import Work, Writing
from dashboards.board.live.visitor import User


class Taken(Exception):
    """There is a row of that name already."""


class EditOvertaken(Exception):
    """The row is not as it was shown: ``current`` is what another made of it, None where they
    deleted it."""

    def __init__(self, current: Row | None) -> None:
        super().__init__("somebody else changed the row")
        self.current = current


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a file: how many rows were created, changed, or are as they were."""

    created: int
    changed: int
    same: int


class Editor:
    """Writes in one's name, and has each write followed until it is published."""

    def __init__(self, writing: Writing, publications: Publications) -> None:
        self._writing = writing
        self._publications = publications

    async def create(self, user: User, kind: Kind, row: Row) -> str:
        """A new row; its key. Raises `Taken`."""
        key = kind.key_of(row)
        try:
            async with self._followed(user, kind, key, row) as work:
                await store.create(work, kind, row)
        except errors.UniqueViolation:
            raise Taken from None
        return key

    async def change(self, user: User, kind: Kind, key: str, base: Row, row: Row) -> bool:
        """Make the row that was shown as ``base`` be ``row``; False where it is so already.

        Raises `EditOvertaken` where it is no longer as shown: nothing was written then.
        """
        if base == row:
            return False
        async with self._followed(user, kind, key, row) as work:
            await _require(work, kind, key, base)
            await store.change(work, kind, row)
        return True

    async def delete(self, user: User, kind: Kind, key: str, base: Row) -> None:
        """Take the row away that was shown as ``base``; raises `EditOvertaken`."""
        async with self._followed(user, kind, key, None) as work:
            await _require(work, kind, key, base)
            await store.delete(work, kind, key)

    async def bring(self, user: User, kind: Kind, rows: Sequence[Row]) -> Brought:
        """Make all these rows be as given, in one transaction, whatever they are now.

        Constraints that refuse (``psycopg.IntegrityError``, ``psycopg.DataError``) pass through.
        """
        keys = [kind.key_of(row) for row in rows]
        async with self._following(kind, keys), self._writing.transaction(user) as work:
            held = await store.lock_all(work, kind, rows)
            new = [row for row in rows if kind.key_of(row) not in held]
            others = [row for row in rows if held.get(kind.key_of(row), row) != row]
            if new:
                await store.create(work, kind, *new)
            if others:
                await store.change(work, kind, *others)
            for row in (*new, *others):
                self._expect(user, kind, kind.key_of(row), row)
        return Brought(len(new), len(others), len(rows) - len(new) - len(others))

    @asynccontextmanager
    async def _followed(
        self, user: User, kind: Kind, key: str, row: Row | None
    ) -> AsyncGenerator[Work]:
        """A transaction, after which the row is awaited on its topic."""
        async with self._following(kind, [key]), self._writing.transaction(user) as work:
            yield work
            self._expect(user, kind, key, row)

    def _expect(self, user: User, kind: Kind, key: str, row: Row | None) -> None:
        """Before the commit: the topic may bring it before we hear of the commit."""
        if kind.topic:
            self._publications.expect(kind, key, row, user.who, datetime.now(UTC))

    @asynccontextmanager
    async def _following(self, kind: Kind, keys: Sequence[str]) -> AsyncGenerator[None]:
        """Whatever fails, nothing is awaited that was not saved."""
        before = {key: self._publications.get(kind.name, key) for key in keys}
        try:
            yield
        except BaseException:
            for key, known in before.items():
                self._publications.put_back(kind, key, known)
            raise


EDITOR: web.AppKey[Editor] = web.AppKey("editor", Editor)
"""Where the application keeps it."""


async def _require(work: Work, kind: Kind, key: str, base: Row) -> None:
    current = await store.lock(work, kind, key)
    if current != base:
        raise EditOvertaken(current)
