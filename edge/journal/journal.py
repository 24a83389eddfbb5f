"""The till's journal: what it was told to keep is on the disk before it says so."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from edge.journal import epochs
from edge.journal.entries import NEW_CARTS, EpochMark, TillPlace
from edge.journal.errors import DiskFull, EpochRefused, Forked, JournalUnusable
from edge.journal.files import JournalFile
from edge.journal.keeping import Retention
from edge.journal.outbox import JournalOutbox
from edge.journal.reserve import Reserve
from edge.journal.statements import statement
from edge.journal.writing import Writer, Written, last_mark

States = Mapping[str, bytes | None]
"""Pieces of the service's state by name; None takes one away."""


class Journal:
    """One till's journal, open to write. One thread's only."""

    def __init__(
        self,
        path: Path,
        till: TillPlace,
        key: ec.EllipticCurvePrivateKey,
        *,
        vfs: str | None = None,
        reserve: Reserve | None = None,
    ) -> None:
        """Open the file or make it; ``key`` is the device's, and signs heads.

        ``vfs`` names another file system of apsw's. Raises `JournalInUse` or `JournalUnusable`.
        """
        self.file = JournalFile(path, vfs, reserve)
        self._till = till
        self._mark: EpochMark | None = None
        self._writer = Writer(self.file.database, till, key)
        self.keeping = Retention(self.file)
        self.outbox = JournalOutbox(self.file, self._writer, self._write_again)
        try:
            self.file.transact(lambda: self._claim(path))
            self.use_key(key)
            self._look_for_forks()
        except BaseException:
            self.file.close()
            raise

    def _look_for_forks(self) -> None:
        with suppress(EpochRefused, DiskFull):  # it is tried again; a cart that is open goes on
            self.outbox.look_for_cuts()
            self._write_again()

    def _claim(self, path: Path) -> None:
        database = self.file.database
        database.execute(statement("claim_till"), self._till)
        owner = TillPlace(*database.execute("SELECT location_id, till_id FROM till").fetchone())
        if owner != self._till:
            raise JournalUnusable(
                f"{path} is the journal of till {owner.location_id}/{owner.till_id}: give "
                f"{self._till.location_id}/{self._till.till_id} a folder of its own"
            )

    def use_key(self, key: ec.EllipticCurvePrivateKey) -> None:
        """Sign by this key from now on, as after a renewal."""
        self.file.transact(lambda: self._writer.note_key(key))
        self._writer.use_key(key)

    @property
    def mark(self) -> EpochMark:
        """Where the newest epoch stands; raises `EpochRefused` before the first."""
        if self._mark is None:
            self._mark = last_mark(self.file.database)
        if self._mark is None:
            raise EpochRefused("the till has no epoch yet: enrol it with its voucher")
        return self._mark

    @property
    def is_forked(self) -> bool:
        """Whether the gateway has other events under numbers of the newest epoch: the till needs
        a new voucher, and no cart begins until then."""
        doubted = "SELECT doubted_to IS NOT NULL FROM epochs WHERE epoch = ?"
        return bool(self.file.database.execute(doubted, (self.mark.epoch,)).get)

    def begin_epoch(self, epoch: int) -> EpochMark:
        """Write under a new epoch from now on, as a registration gave it; the newest one again
        changes nothing.

        What the gateway is known never to have taken of a forked epoch is written again under
        this one, now and as soon as it is known. Raises `EpochRefused`.
        """

        self._mark = None  # until it is known what is on the disk
        self._mark = self.file.transact(lambda: epochs.begin(self.file.database, epoch))
        self._write_again()
        return self._mark

    def _write_again(self) -> None:
        """Write under the newest epoch what was never accepted of forked ones before it."""
        mark, self._mark = self.mark, None
        self._mark = self.file.transact(
            lambda: epochs.write_again(self.file.database, self._writer, mark)
        )

    def append(
        self,
        events: Sequence[Mapping[str, Any]],
        state: States | Callable[[list[Written]], States] | None = None,
    ) -> list[Written]:
        """Keep events and the service's state with them: all is on the disk, or nothing.

        An event comes without what the journal sets: location, till, epoch, sequence, chain, the
        receipt's number, the return's id. ``state`` names what changed, or is asked once the
        events have their numbers, perhaps twice.
        Raises `EventRefused`, `NoNewCart` where a cart would begin that may not, `DiskFull`,
        `EpochRefused` and `JournalUnusable`; nothing was written then.
        """
        mark = self.mark
        if any(event.get("type") in NEW_CARTS for event in events):
            self._check_new_cart(mark)

        def work() -> list[Written]:
            done = self._writer.write(mark, events)
            self._save(state(done) if callable(state) else state or {})
            return done

        self._mark = None
        written = self.file.transact(work)
        self._mark = written[-1].entry.mark if written else mark
        return written

    def _check_new_cart(self, mark: EpochMark) -> None:
        if not self.file.reserve.has_room():
            raise DiskFull("the disk is nearly full: what is open can end, no new cart begins")
        if self.is_forked:
            raise Forked(
                f"the gateway has other events under numbers of epoch {mark.epoch}, by another "
                "device or from before this disk was restored: enrol this till with a new voucher; "
                "what it has sold is kept, and sent under the new epoch"
            )

    def _save(self, state: States) -> None:
        for name, value in state.items():
            if value is None:
                self.file.database.execute("DELETE FROM state WHERE name = ?", (name,))
            else:
                self.file.database.execute(statement("save_state"), (name, value))

    def state(self) -> dict[str, bytes]:
        """The service's state, as the last `append` left it."""
        return dict(self.file.database.execute("SELECT name, value FROM state").fetchall())

    def close(self) -> None:
        """Close the file and let others have it."""
        self.file.close()
