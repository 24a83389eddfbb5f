"""The gateway's file: what is committed is on the disk, and one process writes it.

Commits that arrive together share one sync, which a thread of its own waits for. Reading goes on
beside it, in the thread of the loop.
"""

import asyncio
import fcntl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import apsw

from edge.durable import open_durable
from edge.gateway.errors import GatewayUnusable
from edge.gateway.statements import statement

FORMS = ("form_1", "form_2", "form_3")
"""The scripts that make each form of the one before it, beginning with nothing."""

Work = Callable[[Any], None]


class _Waiting(NamedTuple):
    work: Work
    done: asyncio.Future[None]


class GatewayFile:
    """The open file of one gateway."""

    def __init__(
        self, path: Path, vfs: str | None = None, timed: Callable[[float], None] = lambda _: None
    ) -> None:
        """Open the file or make it; raises `GatewayUnusable`.

        ``vfs`` is a file system that apsw knows by this name, None for the system's. ``timed``
        hears, in another thread, how many seconds each commit took.
        """
        self._timed = timed
        self._path = path
        self._failure: str | None = None
        self._lost = asyncio.Event()
        self._waiting: list[_Waiting] = []
        self._flushing: asyncio.Task[None] | None = None
        self._lock = _lock(path)
        try:
            self._writing = _open(path, vfs)
            self.reading = _open(path, vfs)
        except (apsw.Error, OSError) as error:
            self._lock.close()
            raise GatewayUnusable(f"no gateway's file in {path}: {error}") from error
        self._thread = ThreadPoolExecutor(1, "gateway-file")

    async def commit(self, work: Work) -> None:
        """Do ``work`` on the file; it is on the disk when this returns.

        It may be done twice, the first time without a trace. Raises `GatewayUnusable`; whether it
        is on the disk, nobody knows then.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(work, done))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            failure: Exception | None = None
            try:
                await loop.run_in_executor(self._thread, self._commit, group)
            except Exception as error:  # whatever it is: nobody may wait for ever
                failure = error
            if self._failure:
                self._lost.set()
            for waiting in group:
                _tell(waiting.done, failure)
        self._flushing = None

    def _commit(self, group: Sequence[_Waiting]) -> None:
        if self._failure:
            raise GatewayUnusable(self._failure)
        began = time.monotonic()
        try:
            with self._writing:
                for waiting in group:
                    waiting.work(self._writing)
            self._timed(time.monotonic() - began)
        except apsw.FullError as error:
            raise GatewayUnusable(f"the disk of {self._path} is full") from error
        except apsw.Error as error:
            # After a sync that failed, a second one may report what the disk does not have.
            self._failure = f"{self._path} can no longer be written ({error}): start anew"
            raise GatewayUnusable(self._failure) from error

    @property
    def failure(self) -> str | None:
        """Why nothing can be written any more, None while it can."""
        return self._failure

    async def watch(self) -> None:
        """Raise `GatewayUnusable` once nothing can be written any more: start anew."""
        await self._lost.wait()
        raise GatewayUnusable(self._failure or "")

    def close(self) -> None:
        """Close the file and let others have it."""
        self._thread.shutdown()
        try:
            self.reading.close()
            self._writing.close()
        finally:
            self._lock.close()


def _tell(done: asyncio.Future[None], failure: Exception | None) -> None:
    if done.done():  # its request may have gone away
        return
    if failure is None:
        done.set_result(None)
    else:
        done.set_exception(failure)


def _open(path: Path, vfs: str | None) -> Any:
    database = open_durable(path, vfs)
    with database:
        _bring_up(database, path)
    return database


def _bring_up(database: Any, path: Path) -> None:
    form: int = 0
    if database.table_exists(None, "form"):
        form = database.execute("SELECT version FROM form").get
    if form > len(FORMS):
        raise GatewayUnusable(f"{path} has form {form}, and this release knows {len(FORMS)}")
    for script in FORMS[form:]:
        database.execute(statement(script)).fetchall()


def _lock(path: Path) -> TextIO:
    file = path.with_name(f"{path.name}.lock")
    try:
        file.touch(mode=0o600, exist_ok=True)
        opened = file.open("a")
    except OSError as error:
        raise GatewayUnusable(f"the gateway's file cannot be locked: {error}") from error
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        opened.close()
        raise GatewayUnusable(f"another process writes {path} already: end it first") from None
    return opened
