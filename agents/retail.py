"""All agents of one partition, joined over its state."""

from collections.abc import Sequence
from datetime import timedelta

from agents.assortment import Assortment
from agents.book import TOTALS, Book
from agents.checkout import TILLS, Checkout
from agents.intake import Intake
from agents.master_data import LOCATIONS as KNOWN_LOCATIONS
from agents.master_data import Known, MasterData
from agents.movements import MOVEMENTS, Booked, Movements
from agents.open_carts import CARTS, CLOCKS, OpenCarts
from agents.ports import Counting, Tally
from agents.shelf import ITEMS, RAISED, Raised, Shelf
from engine.contract import AgentSpec, Outbox, Record
from engine.state import PartitionState
from tables.carts import Cart, Clock
from tables.items import Item
from tables.tills import TillState
from tables.totals import Totals
from topics.registry import (
    ASSORTMENT,
    INPUTS,
    LOCATIONS,
    PRODUCTS,
    STOCK_MOVEMENTS,
    TILL_EVENTS,
)

TABLES = {
    TILLS: TillState,
    ITEMS: Item,
    RAISED: Raised,
    CARTS: Cart,
    CLOCKS: Clock,
    TOTALS: Totals,
    MOVEMENTS: Booked,
    KNOWN_LOCATIONS: Known,
}


def retail_agent(
    partitions: int, cart_timeout: timedelta, default_hysteresis: int, tally: Tally
) -> AgentSpec:
    """The agents over topics of ``partitions`` partitions.

    ``default_hysteresis`` is in base units, for assortment rows that name none.
    """
    timeout_us = cart_timeout // timedelta(microseconds=1)

    def build(state: PartitionState, partition: int) -> RetailAgent:
        return RetailAgent(state, partition, partitions, timeout_us, default_hysteresis, tally)

    return AgentSpec(tuple(spec.name for spec in INPUTS), build, TABLES)


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
    ) -> None:
        self._partition = partition
        self._tally = tally
        self._counting = Counting()
        self._intake = Intake(partition, partitions, self._counting)
        self._shelf = Shelf(state, default_hysteresis, self._counting)
        self._book = Book(state)
        carts = OpenCarts(state, self._shelf, self._book, timeout_us)
        master_data = MasterData(state, self._intake)
        self._checkout = Checkout(
            state,
            self._intake,
            self._shelf,
            self._book,
            carts,
            master_data.locations,
            self._counting,
        )
        self._folds = {
            TILL_EVENTS.name: self._checkout.fold,
            STOCK_MOVEMENTS.name: Movements(state, self._intake, self._shelf).fold,
            ASSORTMENT.name: Assortment(self._intake, self._shelf).fold,
            PRODUCTS.name: master_data.fold_products,
            LOCATIONS.name: master_data.fold_locations,
        }
        self._tell_what_stands(carts)

    def fold(self, topic: str, records: Sequence[Record]) -> None:
        """Apply ``records`` of ``topic`` in order."""
        self._folds[topic](records)

    def announce(self, outbox: Outbox) -> None:
        """Send every changed state once per key, the alerts' history, and the dead letters."""
        self._shelf.announce(outbox)
        self._book.announce(outbox)
        self._checkout.announce(outbox)
        self._intake.announce(outbox)

    def committed(self) -> None:
        """Add what was counted since the last commit."""
        self._tally.add(self._partition, self._counting.take())

    def _tell_what_stands(self, carts: OpenCarts) -> None:
        """After a restart the gauges must not wait for an event of each location."""
        counts = self._counting.now
        for location_id, at_us in carts.clocks().items():
            counts.newest_event_seconds[location_id] = at_us / 1e6
        self.committed()
