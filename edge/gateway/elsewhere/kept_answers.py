"""The last answer of the centre to each question, on the gateway's disk.

All of it is the centre's, which can be asked again: a file that is damaged is put aside.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import apsw

from edge.gateway.errors import GatewayUnusable
from edge.gateway.refetched import database_of_form, open_refetched

FORM = 1
"""The form of the file that this release writes."""

ANSWERS_MAX = 20_000
"""Questions whose answer is kept: each product of a store, twice over. The oldest leave first."""

BYTES_MAX = 64 * 1024 * 1024
"""Of all answers: less than a gateway's spool, and room for each of so many at 3 kB."""

SECONDS_MAX = 100 * 24 * 3600.0
"""How long an answer is kept, as long as the store's own receipts are: older ones say nothing."""

_SQL = Path(__file__).parent / "sql"


class KeptAnswer(NamedTuple):
    """An answer, and when it came, in seconds since 1970."""

    body: bytes
    heard_at: float


class KeptAnswers:
    """The open file. One thread's only; its methods raise `GatewayUnusable`."""

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        """Open the file or make it; ``now`` tells seconds since 1970."""
        self._path = path
        self._now = now
        open_refetched(path, "answers", self._open)

    def _open(self) -> None:
        self._database = database_of_form(self._path, FORM, _statement("form_1"))
        told = "SELECT count(*), coalesce(sum(length(body)), 0) FROM answers"
        self.count, self.size = next(iter(self._database.execute(told)))

    def of(self, question: str) -> KeptAnswer | None:
        """What the centre last said to a question; None where it never did, or too long ago."""
        query = "SELECT body, heard_at FROM answers WHERE question = ? AND heard_at > ?"
        try:
            rows = self._database.execute(query, (question, self._now() - SECONDS_MAX))
            return next((KeptAnswer(*row) for row in rows), None)
        except apsw.Error as error:
            raise GatewayUnusable(f"{self._path} cannot be read: {error}") from error

    def keep(self, question: str, body: bytes) -> KeptAnswer:
        """Keep an answer that came now in place of the one before, and let the oldest go."""
        kept, before = KeptAnswer(body, self._now()), (self.count, self.size)
        try:
            with self._database:
                self._remove("question = ?", question)
                values = (question, body, kept.heard_at)
                self._database.execute("INSERT INTO answers VALUES (?, ?, ?)", values)
                self.count, self.size = self.count + 1, self.size + len(body)
                self._remove("heard_at <= ?", self._now() - SECONDS_MAX)
                while self.count > ANSWERS_MAX or self.size > BYTES_MAX:
                    oldest = "SELECT question FROM answers ORDER BY heard_at LIMIT 1"
                    self._remove("question = ?", self._database.execute(oldest).get)
        except apsw.Error as error:
            self.count, self.size = before  # all of it was taken back
            raise GatewayUnusable(f"{self._path} cannot be written: {error}") from error
        return kept

    def _remove(self, which: str, value: object) -> None:
        gone = f"DELETE FROM answers WHERE {which} RETURNING length(body)"  # noqa: S608
        for (length,) in self._database.execute(gone, (value,)):
            self.count, self.size = self.count - 1, self.size - length

    def close(self) -> None:
        """Close the file."""
        self._database.close()


@cache
def _statement(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text()
