"""All agents of one partition, joined over its state."""

from collections.abc import Sequence
from datetime import timedelta

from agents.assortment import Assortment
from agents.book import DAYS, TOTALS, Book, Day
from agents.cart_memory import CARTS, CartMemory
from agents.checkout import Checkout
from agents.clocks import CLOCKS, Clocks
from agents.closed_carts import CLOSED, ClosedCarts
from agents.deadlines import DEADLINES, Deadlines
from agents.intake import QUARANTINED, Intake
from agents.leaving import Leaving
from agents.master_data import LOCATIONS as KNOWN_LOCATIONS
from agents.master_data import Known, MasterData
from agents.movements import MOVEMENTS, NUMBERS, Booked, Movements
from agents.open_carts import OpenCarts
from agents.outputs import base_of
from agents.ports import Counting, Tally
from agents.restating import Restating
from agents.sales import Sales
from agents.shelf import ITEMS, RAISED, Raised, Shelf
from agents.tills import MARKS, TILLS, Tills
from agents.upkeep import UPKEEP, Upkeep
from engine.contract import AgentSpec, Outbox, Record
from engine.state import PartitionState
from tables.carts import Cart, Clock
from tables.items import Item
from tables.tills import TillState
from tables.totals import Totals
from topics.registry import (
    ASSORTMENT,
    DEAD_LETTERS,
    INPUTS,
    LOCATIONS,
    PRODUCTS,
    STOCK_MOVEMENTS,
    TILL_EVENTS,
    TILL_UPKEEP,
)
from topics.sequences import Window

TABLES: dict[str, type] = {
    TILLS: TillState,
    ITEMS: Item,
    RAISED: Raised,
    CARTS: Cart,
    CLOSED: bytes,
    CLOCKS: Clock,
    TOTALS: Totals,
    MOVEMENTS: Booked,
    KNOWN_LOCATIONS: Known,
    DEADLINES: int,
    DAYS: Day,
    MARKS: bytes,
    NUMBERS: Window,
    UPKEEP: bytes,
}


def retail_agent(
    partitions: int,
    cart_timeout: timedelta,
    default_hysteresis: int,
    tally: Tally,
    generation: int = 0,
) -> AgentSpec:
    """The agents over topics of ``partitions`` partitions.

    ``default_hysteresis`` is in base units, for assortment rows that name none. ``generation``
    stands before every version; above 0 the state is a rebuild, which says nothing of its past.
    """
    timeout_us = cart_timeout // timedelta(microseconds=1)

    def build(state: PartitionState, partition: int) -> RetailAgent:
        return RetailAgent(
            state, partition, partitions, timeout_us, default_hysteresis, tally, generation
        )

    return AgentSpec(
        tuple(spec.name for spec in INPUTS),
        build,
        TABLES,
        rebuilds=generation > 0,
        always_sent=tuple(spec.name for spec in DEAD_LETTERS),
    )


class RetailAgent:
    """One partition's folds, by topic; see `engine.contract.PartitionAgent`."""

    def __init__(
        self,
        state: PartitionState,
        partition: int,
        partitions: int,
        timeout_us: int,
        default_hysteresis: int,
        tally: Tally,
        generation: int,
    ) -> None:
        self._partition = partition
        self._tally = tally
        self._counting = Counting()
        self._clocks = Clocks(state)
        base = base_of(generation)
        deadlines = Deadlines(state)
        self._intake = Intake(partition, partitions, self._counting)
        self._shelf = Shelf(
            state, deadlines, self._clocks, default_hysteresis, self._counting, base
        )
        self._book = Book(state, deadlines, self._clocks, base)
        closed = ClosedCarts(state, timeout_us)
        self._tills = Tills(state, deadlines, closed, base)
        self._memory = CartMemory(
            state, self._shelf, self._book, deadlines, self._tills, closed, timeout_us
        )
        self._restating = Restating(self._shelf, self._book, self._tills, base)
        self._upkeep = Upkeep(state, self._intake, self._tills, self._shelf, self._book)
        master_data = MasterData(state, self._intake)
        self._checkout = self._made_checkout(deadlines, master_data)
        self._folds = {
            TILL_EVENTS.name: self._checkout.fold,
            STOCK_MOVEMENTS.name: Movements(state, self._intake, self._shelf).fold,
            ASSORTMENT.name: Assortment(self._intake, self._shelf).fold,
            PRODUCTS.name: master_data.fold_products,
            LOCATIONS.name: master_data.fold_locations,
            TILL_UPKEEP.name: self._upkeep.fold,
        }
        self._tell_what_stands()

    @property
    def folding(self) -> int | None:
        """The offset of the record that is being applied."""
        return self._intake.at

    def fold(self, topic: str, records: Sequence[Record]) -> None:
        """Apply ``records`` of ``topic`` in order."""
        self._folds[topic](records)

    def set_aside(self, topic: str, record: Record) -> None:
        """Make a dead letter of what an operator has moved out of the way."""
        if topic == TILL_EVENTS.name:
            self._checkout.set_aside(record)
        else:
            error = "moved here by an operator, because no rule could take it"
            self._intake.refuse(topic, record, (QUARANTINED, error))

    def announce(self, outbox: Outbox) -> None:
        """Send every changed state once per key, the alerts' history, and the dead letters."""
        self._shelf.announce(outbox)
        self._book.announce(outbox)
        self._tills.announce(outbox)
        self._upkeep.announce(outbox)
        self._intake.announce(outbox)

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        """Send some of all that stands, from ``cursor`` on; where to go on, None at the end."""
        return self._restating.page(cursor, outbox)

    def committed(self) -> None:
        """Add what was counted since the last commit."""
        self._tally.add(self._partition, self._counting.take())

    def _made_checkout(self, deadlines: Deadlines, master_data: MasterData) -> Checkout:
        carts = OpenCarts(self._memory, self._shelf, self._book)
        return Checkout(
            self._intake,
            self._tills,
            self._clocks,
            Leaving(deadlines, self._memory, self._book, self._tills, self._shelf),
            carts,
            Sales(self._shelf, self._book, carts, self._counting),
            self._upkeep,
            master_data.locations,
            self._counting,
        )

    def _tell_what_stands(self) -> None:
        """After a restart the gauges must not wait for an event of each location."""
        counts = self._counting.now
        for location_id, at_us in self._clocks.all().items():
            counts.newest_event_seconds[location_id] = at_us / 1e6
        self.committed()
