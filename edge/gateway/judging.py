"""What a batch means against what is held of its epoch. Pure.

The hashes are a chain: two histories that differ at one number differ at all behind it, and two
that agree at one number agree at all before it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from edge.gateway.events import ReadEvent
from edge.gateway.standing import Held, Standing


class Conflict(Exception):
    """A batch that does not continue what is held: nothing of it is taken.

    ``kind`` is ``gap``, where numbers are missing before it, or ``chain``, where another event
    stands before it or within it.
    """

    def __init__(self, kind: str, detail: str, standing: Standing) -> None:
        super().__init__(detail)
        self.kind = kind
        self.expected = standing.accepted_to + 1
        self.last_hash = standing.last_hash


class BatchVerdict(NamedTuple):
    """What becomes of a batch; each list ascends by number."""

    accepted_to: int
    last_hash: str | None
    new: Sequence[ReadEvent]
    """Taken now, behind what was accepted."""
    again: Sequence[ReadEvent]
    """Held already, and to be passed on once more: the centre lacks it, or it has come readable."""
    healed: Sequence[int]
    """Numbers that were quarantined and have come readable."""
    forked: Sequence[ReadEvent]
    """Other events under numbers that are held, told on for the first time."""
    quarantined: Sequence[tuple[int, str]]
    forks: Sequence[int]


def linked(
    prev: str, events: Sequence[ReadEvent], head_hash: str | None, standing: Standing
) -> list[ReadEvent]:
    """The events, each with the hashes that stand for it; raises `Conflict` where one that can be
    read does not follow the one before it.

    One that cannot be read proves nothing of itself, so its neighbours tell its hash, or the head
    behind the last. Of two such in a row the first may have none.
    """
    found: list[ReadEvent] = []
    before: str | None = prev.lower()
    told = [*(event.prev if event.fault is None else None for event in events[1:]), None]
    for event, behind in zip(events, told, strict=True):
        fits = before is None or event.prev == before
        if event.fault is None and not fits:
            words = f"Event {event.sequence} does not follow the one before it in the batch."
            raise Conflict("chain", words, standing)
        own = event.hash if fits else None
        if event.fault is not None:
            own = behind or own or (head_hash if event is events[-1] else None)
        found.append(event._replace(prev=before, hash=own))
        before = own
    return found


def judge(
    prev: str,
    events: Sequence[ReadEvent],
    standing: Standing,
    held: Held,
    is_missing: Callable[[int], bool],
) -> BatchVerdict:
    """The verdict on events that are `linked`, ``prev`` being the hash before them.

    ``is_missing`` says which numbers the centre lacks. Raises `Conflict`.
    """
    if events[0].sequence > standing.accepted_to + 1:
        words = f"Events from {standing.accepted_to + 1} on are missing before this batch."
        raise Conflict("gap", words, standing)
    old = [event for event in events if event.sequence <= standing.accepted_to]
    forks = _forks(old, standing, held)
    new: Sequence[ReadEvent] = () if forks else events[len(old) :]
    if new:
        _check_joint(old[-1].hash if old else prev.lower(), standing)
    healed = _healed(old, held, forks)
    again = [e for e in old if e.sequence not in forks]
    return BatchVerdict(
        accepted_to=new[-1].sequence if new else standing.accepted_to,
        last_hash=new[-1].hash if new else standing.last_hash,
        new=new,
        again=[e for e in again if e.sequence in healed or is_missing(e.sequence)],
        healed=sorted(healed),
        forked=_to_tell(old, held, forks),
        quarantined=_quarantined(old, new, held, healed),
        forks=sorted(forks),
    )


def _forks(old: Sequence[ReadEvent], standing: Standing, held: Held) -> set[int]:
    """The numbers that are held with other content.

    They are all from the first one that is not proven to be the same. Where hashes between are not
    remembered, that may name one too many: the till then writes an event again that is here, which
    is seen by its id; one too few, and a sale would be lost.
    """
    hashes = {standing.accepted_to: standing.last_hash, **held.hashes}
    known = [(event, hashes.get(event.sequence)) for event in old]
    told = [(event, here) for event, here in known if here and event.hash]
    if all(event.hash == here for event, here in told):
        return set()
    same = [event.sequence for event, here in told if event.hash == here]
    proven_to = max(same, default=0)
    return {event.sequence for event in old if event.sequence > proven_to}


def _to_tell(old: Sequence[ReadEvent], held: Held, forks: set[int]) -> list[ReadEvent]:
    told = [e for e in old if e.sequence in forks and e.hash is not None]
    return [e for e in told if (e.sequence, e.hash) not in held.forks][: held.fork_room]


def _check_joint(before: str | None, standing: Standing) -> None:
    if None not in (before, standing.last_hash) and before != standing.last_hash:
        words = f"Another event than the one held stands before {standing.accepted_to + 1}."
        raise Conflict("chain", words, standing)


def _healed(old: Sequence[ReadEvent], held: Held, forks: set[int]) -> set[int]:
    readable = {event.sequence for event in old if event.fault is None}
    return (readable & held.quarantined.keys()) - forks


def _quarantined(
    old: Sequence[ReadEvent], new: Sequence[ReadEvent], held: Held, healed: set[int]
) -> list[tuple[int, str]]:
    before = [
        (event.sequence, held.quarantined[event.sequence])
        for event in old
        if event.sequence in held.quarantined and event.sequence not in healed
    ]
    return before + [(event.sequence, event.fault) for event in new if event.fault is not None]
