"""How long events are kept: until the centre has confirmed them, and 30 days more.

Times are the gateway's ``server_time``, in seconds since 1970: by a clock of its own that is ahead,
a till could drop what an auditor still asks for.
"""

from collections.abc import Iterable
from typing import Any

from edge.journal.files import JournalFile
from edge.journal.statements import statement
from edge.journal.writing import last_of

KEPT_DAYS = 30
"""After the centre's word. The centre may lose its newest day and ask for it again; a till's disk
holds years."""

REMOVED_AT_ONCE = 200
"""Events that leave with one commit. Thousands would hold up a sale that waits for its own."""

_DAY_SECONDS = 86_400


class Retention:
    """What the centre has, and what may leave for it; used by the journal's thread."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file
        self._database = file.database

    def confirm(
        self, epoch: int, confirmed_to: int, missing: Iterable[tuple[int, int]], now: float
    ) -> None:
        """The centre has an epoch up to ``confirmed_to``, but for the ranges ``missing``, first
        and last number of each. An epoch that this journal does not know is left alone."""
        row = self._database.execute(statement("epoch_standing"), (epoch,)).fetchone()
        if row is None:
            return
        ours, _, kept_from, _ = row
        # Up to there a gateway took it of this till. Behind that the centre may have another's: an
        # event that was written while the answer was under way is here, and was never sent.
        lacking = [
            (epoch, max(first, kept_from), min(end, ours))
            for first, end in missing
            if max(first, kept_from) <= min(end, ours)
        ]
        safe_to = min([confirmed_to, ours, *(first - 1 for _, first, _ in lacking)])
        day = int(now // _DAY_SECONDS)
        self._file.transact(lambda: self._note(epoch, day, safe_to, lacking))

    def _note(self, epoch: int, day: int, safe_to: int, lacking: list[tuple[int, ...]]) -> None:
        held = self._database.execute(statement("missing_of"), (epoch,)).fetchall()
        if held != lacking:
            self._database.execute("DELETE FROM missing WHERE epoch = ?", (epoch,))
            self._database.executemany(
                "INSERT OR REPLACE INTO missing (epoch, first, last) VALUES (?, ?, ?)", lacking
            )
        self._database.execute(statement("note_confirmed"), (epoch, day, safe_to))
        self._database.execute(statement("raise_confirmed"), (epoch, safe_to))
        self._database.execute(statement("forget_days"), (epoch, day, day - KEPT_DAYS))

    def tidy(self, now: float) -> int:
        """Remove some of what was confirmed long enough ago; how many, 0 where nothing is left to
        remove. Call it when the till is idle, until it says 0."""
        day = int(now // _DAY_SECONDS) - KEPT_DAYS
        due = self._database.execute(statement("epochs_to_tidy"), (day,)).fetchone()
        if due is None:
            return 0
        epoch, kept_from, upto = due
        front = min(upto, kept_from + REMOVED_AT_ONCE - 1, last_of(self._database, epoch))
        self._file.transact(lambda: self._remove(epoch, front))
        return front - kept_from + 1

    def _remove(self, epoch: int, front: int) -> Any:
        self._database.execute(statement("move_front"), (epoch, front))
        self._database.execute(
            "DELETE FROM events WHERE epoch = ? AND sequence <= ?", (epoch, front)
        )
