"""The business database under load: transactions, each committed once whatever happens to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import psycopg

from tests.acceptance.outside.changes import Change
from tests.acceptance.outside.database import write_change
from tests.acceptance.outside.world import Movement

CONNECT_SECONDS_MAX = 5

LIMIT_STATEMENTS = "SET statement_timeout = 20000"
"""A server that hangs is asked again by a new connection."""

AGAIN_SECONDS = 0.5


class Business:
    """Commits transactions at a steady pace from a thread of its own."""

    def __init__(self, dsn: str, changes: Sequence[Change]) -> None:
        self._dsn = dsn
        self._changes = changes
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._committing = threading.Lock()
        self.committed: list[Change] = []
        self.retries = 0
        self.failure: BaseException | None = None

    def start(self, seconds: float) -> None:
        """Begin, spread over so many seconds."""
        self._pause = seconds / len(self._changes)
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new; what was begun is brought to its end."""
        self._stopping.set()
        self._thread.join()

    def commit(self, change: Change) -> None:
        """Commit one transaction, however often the server goes away meanwhile."""
        while True:
            try:
                self._attempt(change)
                break
            except (psycopg.OperationalError, psycopg.InterfaceError):  # away, or its disk is full
                self.retries += 1
                time.sleep(AGAIN_SECONDS)
        if not change.rolled_back:
            with self._committing:
                self.committed.append(change)

    def _attempt(self, change: Change) -> None:
        with psycopg.connect(self._dsn, connect_timeout=CONNECT_SECONDS_MAX) as connection:
            connection.execute(LIMIT_STATEMENTS)
            if change.movements and _landed(connection, change.movements[0]):
                return
            write_change(connection, change)
            if change.rolled_back:
                connection.rollback()
            else:
                connection.commit()

    def _run(self) -> None:
        try:
            for change in self._changes:
                if self._stopping.wait(self._pause):
                    return
                self.commit(change)
        except BaseException as error:
            self.failure = error


def _landed(connection: psycopg.Connection[Any], movement: Movement) -> bool:
    """Whether an earlier attempt, whose answer was lost, was committed."""
    query = "SELECT 1 FROM stock_movements WHERE movement_id = %s"
    return connection.execute(query, (movement.movement_id,)).fetchone() is not None
