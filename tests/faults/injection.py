"""Doing each kind of fault to a running stack. A fault returns when its cause is gone."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.acceptance.outside.stack import as_owner, say

from . import state_folder
from .disks import Disks
from .feed import eventually
from .schedule import Fault
from .stack import OwnStack

WORKER = "worker-1"
EXTRA_WORKERS_MAX = 2
JOIN_SECONDS = 6.0
"""A new worker has its share of the partitions by then, or is still recovering it: both count."""

FULL_SECONDS_MAX = 20.0
"""How long a disk stays full where the process on it does not end by it."""

SERVER_SECONDS_MAX = 60.0
"""How long a server that a full disk has ended may take to answer again."""

FILL_LOG = "SELECT pg_logical_emit_message(false, 'filler', repeat('x', 17000000))"
IN_TRANSACTION = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE application_name = 'tillstream-sink' AND xact_start IS NOT NULL"
)


@dataclass
class Injection:
    """Hands on one stack."""

    stack: OwnStack
    disks: Disks
    rng: random.Random
    earlier_state: Path

    def inject(self, fault: Fault) -> None:
        """Do it; returns once what caused it is over."""
        family, _, name = fault.kind.partition("disk_full_")
        if name and not family:
            self._fill_disk(name)
        else:
            injectors: dict[str, Callable[[Fault], None]] = {
                "worker_killed": lambda _: self.stack.signal(WORKER, signal.SIGKILL),
                "worker_suspended": self._suspend_worker,
                "worker_joins": self._join,
                "worker_leaves": self._leave,
                "broker_killed": lambda _: self.stack.signal("kafka", signal.SIGKILL),
                "broker_suspended": lambda fault: self._suspend("kafka", fault.seconds),
                "connect_killed": lambda _: self.stack.signal("connect", signal.SIGKILL),
                "postgres_killed": lambda _: self.stack.signal("postgres", signal.SIGKILL),
                "postgres_away": self._take_postgres_away,
                "sink_killed_in_transaction": self._kill_sink_in_transaction,
                "sink_suspended": lambda fault: self._suspend("sink", fault.seconds),
                "state_deleted": lambda _: self._change_state(_delete),
                "state_from_earlier": lambda _: self._change_state(self._put_earlier),
                "state_ahead_of_log": lambda _: self._change_state(_put_ahead),
            }
            injectors[fault.kind](fault)

    @property
    def state(self) -> Path:
        """Where the stack's own worker keeps its state."""
        return self.stack.home / "state" / "tillstream" / WORKER

    def copy_state(self) -> None:
        """Keep the state as it is now, for later: of a worker that stands still meanwhile."""
        self.stack.signal(WORKER, signal.SIGSTOP)
        try:
            state_folder.replace(self.earlier_state, self.state)
        finally:
            self.stack.signal(WORKER, signal.SIGCONT)

    def _suspend(self, name: str, seconds: float) -> None:
        self.stack.signal(name, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            self.stack.signal(name, signal.SIGCONT)

    def _suspend_worker(self, fault: Fault) -> None:
        """A zombie needs an heir."""
        if not self.stack.present():
            self._join(fault)
        self._suspend(WORKER, fault.seconds)

    def _join(self, _fault: Fault) -> None:
        if len(self.stack.present()) < EXTRA_WORKERS_MAX:
            self.stack.join()
        time.sleep(JOIN_SECONDS)

    def _leave(self, fault: Fault) -> None:
        """One of at least two goes, in good order or not."""
        if not self.stack.present():
            self._join(fault)
        how = self.rng.choice((signal.SIGTERM, signal.SIGKILL))
        self.stack.leave(self.rng.choice(self.stack.present()), how)

    def _take_postgres_away(self, fault: Fault) -> None:
        with self.stack.killed("postgres"):
            time.sleep(fault.seconds)

    def _kill_sink_in_transaction(self, _fault: Fault) -> None:
        # The fault before may have left the server on its way up.
        eventually(SERVER_SECONDS_MAX, lambda: _answers(self.stack.addresses.postgres))
        owner = as_owner(self.stack.addresses.postgres)
        with psycopg.connect(owner, autocommit=True) as connection:
            limit = time.monotonic() + 10
            while time.monotonic() < limit:
                row = connection.execute(IN_TRANSACTION).fetchone()
                if row and row[0]:
                    break
            self.stack.signal("sink", signal.SIGKILL)

    def _change_state(self, change: Callable[[Path], None]) -> None:
        with self.stack.killed(WORKER):
            change(self.state)

    def _put_earlier(self, folder: Path) -> None:
        state_folder.replace(folder, self.earlier_state)

    def _fill_disk(self, name: str) -> None:
        """Until the process on it has ended by it, or for a while."""
        process = {"state": WORKER}.get(name, name)
        restarts = self.stack.process(process)["restarts"]
        self.disks.fill(name)
        try:
            if name == "postgres":
                self._write_ahead()
            if self.stack.ended(process, restarts, FULL_SECONDS_MAX):
                say(f"    {process} ended by its full disk")
                time.sleep(self.rng.uniform(1, 4))
        finally:
            self.disks.free(name)

    def _write_ahead(self) -> None:
        """Write more than a segment of the write-ahead log, for which there is no room."""
        owner = as_owner(self.stack.addresses.postgres)
        with suppress(psycopg.Error), psycopg.connect(owner) as connection:
            connection.execute(FILL_LOG)


def _answers(postgres: str) -> bool:
    with suppress(psycopg.Error), psycopg.connect(postgres, connect_timeout=2):
        return True
    return False


def _delete(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _put_ahead(folder: Path) -> None:
    say(f"    {state_folder.put_ahead(folder)} stores put ahead of the log")


def stores_are_there(state: Path) -> bool:
    """Whether a worker has written any store yet."""
    return eventually(60, lambda: any(state.glob("*/CURRENT")))
