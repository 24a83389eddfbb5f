"""What is wrong in a journal, named by the events that it concerns."""

from enum import Enum
from typing import NamedTuple


class Fault(Enum):
    """How an event, or a range of them, is not as the till wrote it."""

    CHANGED = "changed"
    """Content, hash or sums are not those that were written."""

    DELETED = "deleted"
    """The numbers are not in the journal."""

    INSERTED = "inserted"
    """The event is another till's, epoch's or number's."""

    CUT = "cut"
    """The journal ends before events that were acknowledged or printed."""

    UNPROVEN = "unproven"
    """No head of the till vouches for it: the signature is missing, does not hold, or is by a key
    that is not the till's."""

    ELSEWHERE = "elsewhere"
    """Journal and centre disagree."""


class JournalFinding(NamedTuple):
    """A fault of the events ``first`` to ``last`` of an epoch."""

    fault: Fault
    epoch: int
    first: int
    last: int
    words: str

    def __str__(self) -> str:
        """For people."""
        span = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"epoch {self.epoch}, {span}: {self.fault.value}: {self.words}"


class Findings:
    """The first of them, and how many there are."""

    KEPT_MAX = 1_000
    """A journal whose every event is wrong needs no longer list to be disbelieved."""

    def __init__(self) -> None:
        self.kept: list[JournalFinding] = []
        self.count = 0

    def add(self, fault: Fault, epoch: int, first: int, last: int, words: str) -> None:
        """One more; a range that goes on where the newest of its kind ended lengthens that."""
        newest = self.kept[-1] if self.kept else JournalFinding(fault, 0, 0, 0, "")
        same = (newest.fault, newest.epoch, newest.words) == (fault, epoch, words)
        if same and newest.first <= first <= newest.last + 1:
            self.kept[-1] = newest._replace(last=max(last, newest.last))
            return
        self.count += 1
        if len(self.kept) < self.KEPT_MAX:
            self.kept.append(JournalFinding(fault, epoch, first, last, words))
