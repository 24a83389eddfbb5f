"""The open shift and the last ones that ended, kept up to date with each event of the journal.

They lie in the journal's state, written in the transaction of the event that changed them, so that
a report need not read thousands of events while a customer waits. Where they are not there yet they
are worked out from the journal.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import orjson

from edge.journal.journal import Journal
from edge.journal.statements import statement
from edge.journal.writing import Written
from edge.till.shifts.shift import Shift, after

SHIFT = "shift"
"""The open shift's place in the state."""

ENDED = "shift-ended:"
"""Begins the name of the place of one that ended."""

ENDED_MAX = 62
"""Shifts that are told after their end: a month of two a day. Each is a kB of state."""


class EndedShift(msgspec.Struct, frozen=True, array_like=True):
    """The ``number``-th shift of this journal that ended."""

    number: int
    shift: Shift


class _Standing(NamedTuple):
    shift: Shift
    ended: tuple[EndedShift, ...]


_read_shift = msgspec.json.Decoder(Shift).decode
_read_ended = msgspec.json.Decoder(EndedShift).decode


class ShiftBook:
    """The shifts of one till; used by the journal's thread alone."""

    def __init__(self, journal: Journal, state: Mapping[str, bytes]) -> None:
        """``state`` is that of the journal."""
        ended = [_read_ended(value) for name, value in state.items() if name.startswith(ENDED)]
        if SHIFT in state:
            ended.sort(key=lambda each: each.number)
            self._standing = _Standing(_read_shift(state[SHIFT]), tuple(ended))
        else:
            self._standing = _folded(_Standing(Shift(), ()), _events(journal))

    @property
    def shift(self) -> Shift:
        """The open one, or what happened since the last one ended."""
        return self._standing.shift

    @property
    def ended(self) -> Sequence[EndedShift]:
        """The last ones that ended, in order."""
        return self._standing.ended

    def state_after(self, written: Sequence[Written]) -> dict[str, bytes | None]:
        """What of the state is another one by these events."""
        then = _folded(self._standing, (each.entry.event for each in written))
        if then.shift == self.shift:
            return {}
        known = self.ended[-1].number if self.ended else 0
        new = [each for each in then.ended if each.number > known]
        places = {f"{ENDED}{each.number % ENDED_MAX}": msgspec.json.encode(each) for each in new}
        return {SHIFT: msgspec.json.encode(then.shift), **places}

    def take(self, written: Sequence[Written]) -> None:
        """They are in the journal now."""
        self._standing = _folded(self._standing, (each.entry.event for each in written))


def _folded(standing: _Standing, events: Iterator[Mapping[str, Any]]) -> _Standing:
    shift, ended = standing
    for event in events:
        step = after(shift, event)
        shift = step.shift
        if step.ended is not None:
            number = ended[-1].number + 1 if ended else 1
            ended = (*ended, EndedShift(number, step.ended))[-ENDED_MAX:]
    return _Standing(shift, ended)


def _events(journal: Journal) -> Iterator[Mapping[str, Any]]:
    """Those that the journal still has, each once: one that was written again under a later epoch
    has happened once."""
    seen: set[str] = set()
    for (body,) in journal.file.database.execute(statement("money_events")):
        event = orjson.loads(body)
        if event["event_id"] not in seen:
            seen.add(event["event_id"])
            yield event
