"""Nonces that were spent, on disk: a request counts once, also across a restart.

A nonce that is told to be new is synced to the disk first. Requests that arrive together share
one sync, which a thread of its own waits for, so that the process goes on.

What has expired leaves, and the store remembers since when it has all: no request signed before
that is let in, so a clock that leaps and returns lets none in twice.
"""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from edge.signing.profile import AGE_SECONDS_MAX, NONCE_SECONDS

KEPT_MAX = 2_000_000
"""Nonces at once: 3,300 requests a second for as long as a nonce is kept, some 200 MB. More could
fill the disk under the journal; less refuses what one core can check."""

_FORGET_MAX = 2_000
"""Expired nonces that leave with one commit. Fewer than come in would let the file grow; tens of
thousands would hold up the requests that wait for the commit."""

_NONCE_BYTES = 16

_SQL = Path(__file__).parent / "sql"


class NoncesError(Exception):
    """The store cannot say whether a nonce is new: nothing may be let in."""


class NonceVerdict(Enum):
    """What became of a nonce."""

    NEW = "new"
    REPEATED = "repeated"
    FORGOTTEN = "forgotten"
    """Signed before the time since which the store has all."""

    FULL = "full"


class _Spending(NamedTuple):
    nonce: bytes
    created: int
    expires: int
    verdict: asyncio.Future[NonceVerdict]


class Nonces:
    """The nonces of one gateway; no second process can open the file."""

    def __init__(
        self, path: Path, wall: Callable[[], float] = time.time, kept_max: int = KEPT_MAX
    ) -> None:
        """Open the file or make it; raises `NoncesError`."""
        self._wall = wall
        self._kept_max = kept_max
        self._waiting: list[_Spending] = []
        self._flushing: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "nonces")
        try:
            self._database = _open(path)
            self._begins: int = self._value("SELECT begins FROM memory")
            self._began = time.monotonic()
            self._kept: int = self._value("SELECT count(*) FROM nonces")
        except (apsw.Error, OSError) as error:
            raise NoncesError(f"no nonces in {path}: {error}") from error

    def _value(self, question: str) -> Any:
        return self._database.execute(question).get

    def now(self) -> int:
        """Seconds since 1970 by the wall clock, or by one that runs on from the time since which
        the store has all, where the wall clock is behind it."""
        least = self._begins + time.monotonic() - self._began
        return math.floor(max(self._wall(), least))

    @property
    def kept(self) -> int:
        """How many nonces are kept."""
        return self._kept

    async def spend(self, key_id: str, nonce: str, created: int) -> NonceVerdict:
        """Whether this nonce of a key is new; if so, it is not new any more.

        Raises `NoncesError`; the nonce may then be spent or not.
        """
        digest = sha256(f"{key_id} {nonce}".encode()).digest()[:_NONCE_BYTES]
        verdict = asyncio.get_running_loop().create_future()
        expires = self.now() + NONCE_SECONDS
        self._waiting.append(_Spending(digest, created, expires, verdict))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await verdict

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                verdicts = await loop.run_in_executor(self._thread, self._commit, group)
            except Exception as error:  # whatever it is: nobody may wait for ever
                _fail(group, error)
                continue
            for spending, verdict in zip(group, verdicts, strict=True):
                if not spending.verdict.done():  # its request may have gone away
                    spending.verdict.set_result(verdict)
        self._flushing = None

    def _commit(self, group: Sequence[_Spending]) -> list[NonceVerdict]:
        kept = self._kept
        try:
            with self._database:
                verdicts = [self._take(spending) for spending in group]
                begins = self._forget()
        except BaseException:
            self._kept = kept
            raise
        if begins > self._begins:
            self._begins, self._began = begins, time.monotonic()
        return verdicts

    def _take(self, spending: _Spending) -> NonceVerdict:
        if spending.created < self._begins:
            return NonceVerdict.FORGOTTEN
        if self._kept >= self._kept_max:
            return NonceVerdict.FULL
        self._database.execute(
            "INSERT OR IGNORE INTO nonces VALUES (?, ?)", (spending.nonce, spending.expires)
        )
        taken = self._database.changes()
        self._kept += taken
        return NonceVerdict.NEW if taken else NonceVerdict.REPEATED

    def _forget(self) -> int:
        """Let go what has expired; since when the store then has all."""
        now = self.now()
        self._database.execute((_SQL / "forget.sql").read_text(), (now, _FORGET_MAX))
        gone = self._database.changes()
        if not gone:
            return self._begins
        self._kept -= gone
        # Whatever has left was signed `AGE_SECONDS_MAX` ahead of its arrival at the most.
        begins = max(self._begins, now - NONCE_SECONDS + AGE_SECONDS_MAX)
        self._database.execute("UPDATE memory SET begins = ?", (begins,))
        return begins

    def close(self) -> None:
        """Close the file; what still waits has been answered by then, or never is."""
        self._thread.shutdown()
        self._database.close()


def _open(path: Path) -> Any:
    path.touch(mode=0o600, exist_ok=True)
    # apsw declares its parameters in part only.
    database: Any = apsw.Connection(str(path))
    database.pragma("locking_mode", "exclusive")
    database.pragma("journal_mode", "wal")
    # Synced before it is told: after a power cut an old request must not be new.
    database.pragma("synchronous", "full")
    database.execute((_SQL / "open.sql").read_text())
    return database


def _fail(group: Sequence[_Spending], error: Exception) -> None:
    for spending in group:
        if not spending.verdict.done():
            spending.verdict.set_exception(NoncesError(f"nonces cannot be kept: {error}"))
