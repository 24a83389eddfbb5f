"""The receipts application: each accepted sale and return, once, as one message.

The retail application says which ones count. Its rebuild says all of them again, and while one is
handed over two generations say the same: so each number is remembered that was said. What a
corrected rule accepts, and the rule before had refused, is said then; what was said stays said.
"""

from typing import Any

import msgspec

from agents.accepted import AcceptedSale, key_of, read_accepted
from agents.clocks import CLOCKS, Clocks
from agents.deadlines import DEADLINES, NEVER, Deadlines
from agents.intake import Intake
from agents.leaving import Leaving
from agents.ports import Counting, Tally
from engine.agents import State
from engine.app import BatchApp
from engine.contract import Batch, Message, Outbox, Part, Record
from engine.declarations import BatchTable
from engine.sends import always
from engine.table import Table
from tables.carts import Clock
from tables.offsets import UNSEEN
from tables.receipts import Said, block_of, has_left
from tables.times import KEPT_US
from topics.registry import ACCEPTED, RECEIPTS, RECEIPTS_DEAD_LETTERS

SAID = "said"
PLACES = "places"
BLOCK = "b"
"""The kind of deadline of a block of numbers."""

_REACHED = "reached"

_encode = msgspec.json.Encoder().encode


class Receipts(Part):
    """Which sales and returns of one partition's tills have been said.

    Beyond the greatest offset of a till event that was told of, each is heard for the first time,
    whatever its age. Before it, somebody says again what he said, or what he had refused; and of
    what is older than the memory of it, nothing is said any more.
    """

    def __init__(self, state: State, tally: Tally) -> None:
        self._said: Table[Said] = state.table(SAID)
        self._places: Table[int] = state.table(PLACES)
        reached = self._places.get(_REACHED)
        self._reached = UNSEEN if reached is None else reached
        self._partition = state.partition
        self._tally = tally
        self._counting = Counting()
        self._clocks = Clocks(state)
        self._deadlines = Deadlines(state)
        self._leaving = Leaving(self._deadlines, {BLOCK: self._leave})
        self.intake = Intake(state.partition, state.partitions, self._counting)
        self._messages: list[Message] = []

    @property
    def folding(self) -> int | None:
        """See `engine.contract.Part`."""
        return self.intake.at

    def pass_on(self, batch: Batch) -> None:
        """Say what was not said before."""
        topic = ACCEPTED.name
        for record, accepted in self.intake.read(topic, batch, read_accepted):
            if not self.intake.refuse_elsewhere(topic, record, accepted.event.location_id):
                self._take(accepted)

    def announce(self, outbox: Outbox) -> None:
        """Send the receipts, and the dead letters."""
        messages, self._messages = self._messages, []
        outbox.send_all(RECEIPTS.name, messages)
        self.intake.announce(outbox)

    def committed(self) -> None:
        """Add what was counted since the last commit."""
        self._tally.add(self._partition, self._counting.take())

    def _take(self, accepted: AcceptedSale) -> None:
        event, at_us = accepted.event, accepted.at_us
        clock_us = self._clocks.tick(event.location_id, at_us).at_us
        if clock_us >= self._leaving.soonest.get(event.location_id, -NEVER):
            self._leaving.leave(event.location_id, clock_us, accepted.offset)
        is_repeat = self._is_repeat(accepted.offset)
        block = f"{event.till_id}/{event.epoch}/{block_of(event.sequence)}"
        key = f"{event.location_id}/{block}"
        said = self._said.get(key)
        if (said is not None and said.has(event.sequence)) or (
            is_repeat and has_left(at_us, clock_us)
        ):
            return
        if said is None:
            said = Said()
            self._deadlines.note(event.location_id, BLOCK, block, clock_us + KEPT_US)
        said.note(event.sequence, clock_us)
        self._said.put(key, said)
        self._messages.append(Message(key_of(event), _encode(event)))

    def _is_repeat(self, offset: int) -> bool:
        """Whether the till event at ``offset`` may have been told of before."""
        if offset <= self._reached:
            return True
        self._reached = offset
        self._places.put(_REACHED, offset)
        return False

    def _leave(self, location_id: str, block: str, clock_us: int, _offset: int) -> None:
        """A block's time has come: it leaves, unless something of it was said since."""
        key = f"{location_id}/{block}"
        said = self._said.get(key)
        if said is not None and said.ends_us > clock_us:
            self._deadlines.note(location_id, BLOCK, block, said.ends_us)
            return
        self._said.drop(key)


def receipts(app: BatchApp, tally: Tally) -> None:
    """Declare the tables and agents on ``app``."""
    tables: list[BatchTable[Any]] = [
        app.batch_table(SAID, Said, help="Which numbers of each till were said."),
        app.batch_table(PLACES, int, help="How far the till events are that were told of."),
        app.batch_table(CLOCKS, Clock, help="How far each location's time is."),
        app.batch_table(DEADLINES, int, help="What is to leave the state, by when."),
    ]
    letters = [always(spec.name) for spec in RECEIPTS_DEAD_LETTERS]

    @app.batch_part(tables=tables, sends=[RECEIPTS.name, *letters])
    def known(state: State) -> Receipts:
        return Receipts(state, tally)

    def aside(record: Record, state: State) -> None:
        state.part(known).intake.set_aside(ACCEPTED.name, record)

    @app.batch_agent(ACCEPTED.name, set_aside=aside)
    def receipts(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Say each accepted sale and return once, with its lines and tenders."""
        state.part(known).pass_on(batch)
