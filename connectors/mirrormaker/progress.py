"""How far a mirror is against the log that it carries, and what its position cannot be right about.

Pure: what is noted and what the log holds come in as numbers.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogSpan:
    """A log's first offset and the one behind its last committed record."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MirrorProgress:
    """A mirror's next offset, ``noted``, against its log.

    ``ahead`` is by how much it lies behind the log's end: it is of another time than the log, and
    as soon as the log has grown past it, what lies between is never carried. ``purged`` is what
    the log has given up before it was carried. ``unread`` are offsets, some of which may be marks
    of transactions that nobody is given.
    """

    noted: int
    span: LogSpan

    @property
    def ahead(self) -> int:
        """Offsets."""
        return max(0, self.noted - self.span.end)

    @property
    def purged(self) -> int:
        """Offsets."""
        return max(0, self.span.start - self.noted)

    @property
    def unread(self) -> int:
        """Offsets."""
        return max(0, self.span.end - self.next_offset)

    @property
    def next_offset(self) -> int:
        """Where the mirror goes on: what is purged is passed over, and MirrorMaker begins a log
        again whose end it is behind."""
        return self.span.start if self.ahead else max(self.noted, self.span.start)


class SkippedRecords:
    """What left a log before a mirror had carried it, counted look by look.

    MirrorMaker passes over it within a moment and without a word, so each look compares the log's
    start with the position of the look before: at most so many were lost.
    """

    def __init__(self) -> None:
        self._seen: int | None = None
        """The position at the look before."""
        self._accounted = 0
        """Up to where it is known what became of the records."""

    def look(self, progress: MirrorProgress) -> int:
        """How many since the look before. A mirror that stands still notes nothing, and what it
        has lost is not lost again with each look; one that was set back may lose more."""
        is_new = self._seen is None or progress.noted < self._seen
        before = progress.noted if is_new else self._accounted
        self._seen = progress.noted
        self._accounted = max(progress.noted, progress.span.start)
        return max(0, progress.span.start - before)
