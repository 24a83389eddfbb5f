"""The receipts application: each accepted sale and return, once, as one message.

It judges till events by the same rules as the retail application, over a state of its own, and
says nothing of what it refuses: the retail application's dead letters tell it. One refusal it
cannot share: a sale that would carry a level or a total beyond the bound is a dead letter there,
and a receipt here.
"""

import msgspec

from agents.book import DAY, DAYS, TOTALS, Book, Day
from agents.checkout import Checkout
from agents.clocks import CLOCKS, Clocks
from agents.deadlines import DEADLINES, Deadlines
from agents.intake import Intake, Refusal
from agents.leaving import Leave, Leaving
from agents.ports import Counting
from agents.tills import EPOCH, MARKS, TILLS, Tills
from agents.upkeep import UPKEEP, Upkeep
from engine.agents import State
from engine.app import BatchApp
from engine.contract import Batch, Message, Outbox, Part, Record
from tables.carts import Clock
from tables.moments import Moment
from tables.tills import TillState
from tables.times import text_of
from tables.totals import Totals
from topics.registry import RECEIPTS, TILL_EVENTS, TILL_UPKEEP
from topics.wire import WireCartCompleted, WireGoodsReturned

_encode = msgspec.json.Encoder().encode

AnyReceipt = WireCartCompleted | WireGoodsReturned


class Everywhere:
    """Every location is as good as another: the retail application counts unknown ones."""

    def get(self, key: str, /) -> str:
        """It is known."""
        return key


class Receipts(Part):
    """One partition's tills, as far as it takes to know a sale from its repeat."""

    def __init__(self, state: State) -> None:
        self._counting = Counting()
        self._said: list[Message] = []
        clocks, deadlines = Clocks(state), Deadlines(state)
        self._intake = Intake(state.partition, state.partitions, self._counting)
        self._book = Book(state, deadlines, clocks, self._counting, 0)
        self._tills = Tills(state, deadlines, _no_carts, 0)
        self.upkeep = Upkeep(state, self._intake, self._tills, {})
        leave: dict[str, Leave] = {DAY: self._book.leave, EPOCH: self._tills.leave_epoch}
        effects = {WireCartCompleted: self._note, WireGoodsReturned: self._note}
        self.checkout = Checkout(
            *(self._intake, self._tills, clocks, Leaving(deadlines, leave), effects),
            *(self.upkeep, Everywhere(), self._counting),
        )

    @property
    def folding(self) -> int | None:
        """See `engine.contract.Part`."""
        return self._intake.at

    def announce(self, outbox: Outbox) -> None:
        """Send the receipts. What else the rules have to say, the retail application says."""
        outbox.send_all(RECEIPTS.name, self._said)
        self._said = []
        self._book.say_nothing()
        self._tills.say_nothing()
        self._intake.say_nothing()

    def committed(self) -> None:
        """Forget what was counted: the retail application counts it."""
        self._counting.take()

    def _note(self, event: AnyReceipt, moment: Moment) -> Refusal | None:
        day = text_of(event.business_date)
        self._book.keep(self._book.look(event.location_id, event.till_id, day), moment)
        key = f"{event.location_id}/{event.till_id}/{event.epoch}/{event.sequence}"
        self._said.append(Message(key.encode(), _encode(event)))
        return None


def receipts(app: BatchApp) -> None:
    """Declare the tables and agents on ``app``."""
    tables = [
        app.batch_table(TILLS, TillState, help="Each till: which numbers have come."),
        app.batch_table(MARKS, bytes, help="What each till's last numbers stood for."),
        app.batch_table(CLOCKS, Clock, help="How far each location's time is."),
        app.batch_table(TOTALS, Totals, help="When a till last sold on each business date."),
        app.batch_table(DAYS, Day, help="The tills that sold at each location, by business date."),
        app.batch_table(DEADLINES, int, help="What is to leave the state, by when."),
        app.batch_table(UPKEEP, bytes, help="Operators' decisions that wait for their place."),
    ]

    @app.batch_part(tables=tables, sends=[RECEIPTS.name])
    def known(state: State) -> Receipts:
        return Receipts(state)

    def aside(record: Record, state: State) -> None:
        state.part(known).checkout.set_aside(record)

    @app.batch_agent(TILL_EVENTS.name, set_aside=aside)
    def receipts(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Say each accepted sale and return once, with its lines and tenders."""
        state.part(known).checkout.fold(batch)

    @app.batch_agent(TILL_UPKEEP.name)
    def upkeep(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Obey operators: forget a till, close a gap."""
        state.part(known).upkeep.fold(batch)


def _no_carts(till_key: str, till: TillState) -> None:
    """No receipt depends on a cart: none is remembered."""
