"""The till's books: its journal and its desk, in a thread of their own.

A sync of the disk takes milliseconds, at times a hundred. The loop that answers pages and speaks
with the gateway must not stand still for it, and the journal must be asked by one thread.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from edge.journal.chain import Link
from edge.journal.entries import TillPlace
from edge.journal.heads import Head, SignedHead
from edge.journal.journal import Journal
from edge.journal.statements import statement
from edge.till.clock import TillClock, read_time
from edge.till.desk import DeskTerms, SellingDesk

T = TypeVar("T")

JOURNAL = "journal.sqlite"
"""The journal's name in the till's folder, where ``tillstream journal`` looks for it."""


class Books:
    """Journal and desk; ask them by `run`."""

    def __init__(self, pool: ThreadPoolExecutor, journal: Journal, desk: SellingDesk) -> None:
        """See `open_books`."""
        self._pool = pool
        self.journal = journal
        self.desk = desk

    async def run(self, work: Callable[[], T]) -> T:
        """Do ``work`` in the journal's thread, after what was asked before."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def take_key(self, key: ec.EllipticCurvePrivateKey, epoch: int) -> None:
        """Sign by that key from now on, under that epoch, which nobody refuses yet; raises
        `EpochRefused`."""

        def work() -> None:
            before = self.journal.mark.epoch
            self.journal.use_key(key)
            self.journal.begin_epoch(epoch)
            if epoch > before:
                self.desk.note_refused(None)

        await self.run(work)

    async def note_refused(self, why: str | None) -> None:
        """See `SellingDesk.note_refused`."""
        if why != self.desk.refused_why:
            await self.run(lambda: self.desk.note_refused(why))

    async def close(self) -> None:
        """Finish what was asked, and let others have the journal."""
        await self.run(self.journal.close)
        self._pool.shutdown()


async def open_books(
    folder: Path,
    till: TillPlace,
    epoch: int,
    key: ec.EllipticCurvePrivateKey,
    clock: TillClock,
    terms: DeskTerms,
) -> Books:
    """Open the journal under that epoch; raises `JournalError`. The clock learns when its last
    event was."""
    pool = ThreadPoolExecutor(1, "journal")

    def work() -> Books:
        journal = Journal(folder / JOURNAL, till, key)
        try:
            journal.begin_epoch(epoch)
            clock.raise_floor(_last_time(journal))
            return Books(pool, journal, SellingDesk(journal, till, clock, terms))
        except BaseException:
            journal.close()
            raise

    try:
        return await asyncio.get_running_loop().run_in_executor(pool, work)
    except BaseException:
        pool.shutdown()
        raise


def _last_time(journal: Journal) -> float:
    last = journal.file.database.execute(statement("last_written")).fetchone()
    return read_time(last[0] if last else "") or 0.0


def event_at(journal: Journal, epoch: int, sequence: int) -> dict[str, Any] | None:
    """An event with its chain, and the signed head that it ends in; None where it is not kept.

    A receipt that is printed is printed from this.
    """
    row = journal.file.database.execute(statement("event_at"), (epoch, sequence)).fetchone()
    if row is None:
        return None
    prev, digest, receipt_count, grand_total_minor, signature, body = row
    told: dict[str, Any] = {"event": orjson.loads(Link(body, prev.hex(), digest.hex()).wire())}
    if signature is not None:
        head = Head(epoch, sequence, digest.hex(), receipt_count, grand_total_minor)
        signed = SignedHead(head, signature)
        told |= {"head": signed.head.as_json(), "signature": signed.signature}
    return told
