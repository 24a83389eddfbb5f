"""`till.upkeep`: what operators decide, obeyed at the place in the till events that it names.

Two topics are read in no order that is the same twice. A decision waits until the till events
before its ``after_offset`` are folded, and is obeyed before the first from there on: a rebuild
does so too.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from agents.intake import Intake
from agents.tills import Tills
from engine.agents import State
from engine.contract import Message, Outbox, Record
from engine.table import Table
from topics.registry import TILL_UPKEEP
from topics.wire import AnyWireUpkeep, decode_till_upkeep
from topics.wire_rows import WireGapClosed, WireTillForgotten

UPKEEP = "upkeep"

NEVER = 2**63

_DIGITS = 19

_encode = msgspec.json.Encoder().encode


Restate = Callable[[str], Message]
"""A row as it stands, by its key."""


class Upkeep:
    """Decisions about one partition's tills and rows; ``restaters`` say rows again, by topic."""

    def __init__(
        self, state: State, intake: Intake, tills: Tills, restaters: Mapping[str, Restate]
    ) -> None:
        self.due = NEVER
        """The till event's offset before which something is to be obeyed."""
        self.seen = -1
        """The offset of the newest till event that is folded, as far as is known."""
        self._waiting: Table[bytes] = state.table(UPKEEP)
        self._intake = intake
        self._tills = tills
        self._restated: list[tuple[str, Message]] = []
        self._restaters = restaters
        self._find_due()

    def fold(self, records: Sequence[Record]) -> None:
        """Take decisions in; those that are late already are obeyed at once."""
        for record, decision in self._intake.take(TILL_UPKEEP.name, records, decode_till_upkeep):
            if decision.after_offset <= self.seen + 1:
                self._obey(decision)
            else:
                key = _digits(decision.after_offset) + "/" + _digits(record.offset)
                self._waiting.put_away(key, _encode(decision))
                self.due = min(self.due, decision.after_offset)

    def reach(self, offset: int) -> None:
        """The till event at ``offset`` is next, and not before `due`: obey what comes before."""
        for key, value in self._waiting.scan_from("", "", 1_000):
            if int(key.partition("/")[0]) > offset:
                break
            self._waiting.drop(key)
            self._obey(decode_till_upkeep(value))
        self._find_due()

    def announce(self, outbox: Outbox) -> None:
        """Send the rows that were to be said again."""
        for topic, message in self._restated:
            outbox.send(topic, message)
        self._restated = []

    def _find_due(self) -> None:
        first = self._waiting.scan_from("", "", 1)
        self.due = int(first[0][0].partition("/")[0]) if first else NEVER

    def _obey(self, decision: AnyWireUpkeep) -> None:
        if isinstance(decision, WireTillForgotten):
            self._tills.forget(f"{decision.location_id}/{decision.till_id}", decision.up_to_epoch)
        elif isinstance(decision, WireGapClosed):
            key = f"{decision.location_id}/{decision.till_id}"
            self._tills.close_gap(key, decision.epoch, decision.up_to_sequence)
        elif decision.key.startswith(f"{decision.location_id}/"):
            restate = self._restaters.get(decision.topic)
            if restate is not None:
                self._restated.append((decision.topic, restate(decision.key)))


def _digits(offset: int) -> str:
    return str(offset).zfill(_DIGITS)
