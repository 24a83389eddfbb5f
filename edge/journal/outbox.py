"""What the sender reads of the journal, and what becomes of the gateway's answers.

The gateway's word is a watermark, not a list of receipts: ``accepted_to``. It may go back, where a
gateway has lost its memory, and the events are sent again. What it must never do is to name
numbers that this journal does not have, or other events under them: then an old image was started
again, or another device has this till's identity, and the epoch is forked. The till then stops and
asks for a new epoch; meanwhile the sender offers what is doubted once more, because the gateway's
``forks`` tell where the two histories part.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, NamedTuple

from edge.journal.batches import EventBatch, read_batch
from edge.journal.errors import EpochRefused
from edge.journal.files import JournalFile
from edge.journal.statements import statement
from edge.journal.writing import Writer, mark_at

RESEND_SECONDS = 20.0
"""Between two rounds of sending again what the centre lacks. Its word comes every 5 s at most, so
shorter sends the same again before it could say that it has it; a minute is the promise."""

ASK_AGAIN_SECONDS = 15.0
"""Between two questions of what the centre has of epochs that have ended. The centre has a new word
every 5 s at most; after an hour nobody would miss a sale sooner."""


class Judgement(Enum):
    """What the gateway's word means for an epoch."""

    CONTINUE = "continue"
    FORK = "fork"
    """Now or before: no word mends it."""


class _Standing(NamedTuple):
    accepted_to: int
    doubted_to: int | None
    kept_from: int
    last: int

    @property
    def is_parted(self) -> bool:
        """Whether the epoch is forked, and it is known up to where it was accepted."""
        return self.doubted_to is not None and self.accepted_to >= self.doubted_to


class EpochStanding(NamedTuple):
    """How far an epoch has come: its last number here, what the gateway and the centre have of it,
    how many numbers the centre lacks, and whether it is forked."""

    epoch: int
    last: int
    accepted_to: int
    confirmed_to: int
    missing: int
    is_forked: bool
    is_rewritten: bool


class JournalOutbox:
    """The sender's view of a journal; used by the thread that the journal is used by."""

    def __init__(self, file: JournalFile, writer: Writer, parted: Callable[[], None]) -> None:
        """``parted`` is called whenever it has become known up to where an epoch that is forked
        was accepted."""
        self._parted = parted
        self._file = file
        self._database = file.database
        self._writer = writer
        self._resent = (0, 0)
        self._round_at = -RESEND_SECONDS
        self._asked = 0
        self._asked_at = -ASK_AGAIN_SECONDS

    def look_for_cuts(self) -> None:
        """Note epochs that end here before what the gateway has: their numbers are taken there."""
        for epoch, last in self._database.execute(statement("epochs_cut_short")).fetchall():
            self._note(epoch, last, last)

    def standings(self) -> list[EpochStanding]:
        """Every epoch, oldest first."""
        rows = self._database.execute(statement("standings")).fetchall()
        return [
            EpochStanding(*counts, is_forked=bool(forked), is_rewritten=bool(rewritten))
            for *counts, forked, rewritten in rows
        ]

    def next_batch(self, now: float) -> EventBatch | None:
        """What to send next, None for nothing; ``now`` in seconds of a clock that never goes back.

        What was never accepted comes first, in order; then what the centre lacks, so that old
        events never hold up a sale; then the last event of an epoch that has ended, once more, to
        hear what the centre has of it: an answer speaks of its batch's epoch alone.
        """
        fresh = self._database.execute(statement("epochs_to_send")).fetchone()
        if fresh:
            return read_batch(self._database, self._writer, *fresh)
        return self._resend(now) or self._ask_of_ended(now)

    def _ask_of_ended(self, now: float) -> EventBatch | None:
        if now < self._asked_at + ASK_AGAIN_SECONDS:
            return None
        self._asked_at = now
        found = self._database.execute(statement("next_unconfirmed"), (self._asked,)).fetchone()
        self._asked, end = found or (0, 0)
        if not found:
            return None
        return read_batch(self._database, self._writer, self._asked, end - 1, end)

    def _resend(self, now: float) -> EventBatch | None:
        found = self._database.execute(statement("next_missing"), self._resent).fetchone()
        if not found:
            self._resent = (0, 0)
            return None
        if self._resent == (0, 0):
            if now < self._round_at + RESEND_SECONDS:
                return None
            self._round_at = now
        epoch, first, last = found
        batch = read_batch(self._database, self._writer, epoch, first - 1, last)
        self._resent = (epoch, batch.last if batch else last)
        return batch

    def answered(self, batch: EventBatch, accepted_to: int, forks: Sequence[int] = ()) -> Judgement:
        """The gateway has taken a batch (200); ``forks`` are the numbers that it held already
        with other content."""
        standing = self._standing(batch.epoch)
        if forks:
            parted = max(0, min(*forks, standing.last + 1) - 1)
            return self._note(batch.epoch, parted, parted, accepted_to)
        if accepted_to < standing.accepted_to and standing.doubted_to is None:
            return self._note(batch.epoch, accepted_to)
        known = max(standing.accepted_to, min(accepted_to, batch.last))
        if accepted_to > standing.last and not standing.is_parted:
            return self._note(batch.epoch, known, standing.last, accepted_to)
        return self._note(batch.epoch, known, reached=accepted_to)

    def judge(self, epoch: int, accepted_to: int, last_hash: str | None = None) -> Judgement:
        """What it means that the gateway has an epoch up to ``accepted_to``, and ``last_hash`` as
        that event's; so a refusal for a gap (409) reads, or what the centre last knew.

        Without ``last_hash`` it can only take back what was believed to be accepted.
        """
        standing = self._standing(epoch)
        if accepted_to > standing.last:
            return self._note(epoch, standing.accepted_to, standing.last, accepted_to)
        mine = mark_at(self._database, epoch, accepted_to)
        if mine is None or last_hash is None:
            return self._note(epoch, min(accepted_to, standing.accepted_to))
        if mine.hash != last_hash.lower():
            return self._note(epoch, min(accepted_to, standing.accepted_to), accepted_to)
        return self._note(epoch, accepted_to)

    def broken_chain(self, batch: EventBatch) -> Judgement:
        """The gateway has refused a batch because another event stands before it (409)."""
        standing = self._standing(batch.epoch)
        doubted_to = min(batch.first - 1, standing.last)
        # Whatever it said of the one before is void: that one is another's.
        return self._note(batch.epoch, 0, doubted_to)

    def _standing(self, epoch: int) -> _Standing:
        row = self._database.execute(statement("epoch_standing"), (epoch,)).fetchone()
        if row is None:
            raise EpochRefused(f"the gateway speaks of epoch {epoch}, which this till never had")
        return _Standing(*row)

    def _note(
        self, epoch: int, accepted_to: int, doubted_to: int | None = None, reached: int = 0
    ) -> Judgement:
        words = statement("note_accepted")
        values: dict[str, Any] = {
            "epoch": epoch,
            "accepted": accepted_to,
            "doubted": doubted_to,
            "reached": reached,
        }
        self._file.transact(lambda: self._database.execute(words, values))
        standing = self._standing(epoch)
        if standing.doubted_to is None:
            return Judgement.CONTINUE
        if standing.is_parted:
            self._parted()
        return Judgement.FORK
