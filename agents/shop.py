"""What the retail agents share over one partition: all that its locations are known by."""

from agents.accepted import Accepted
from agents.assortment import Assortment
from agents.book import DAY, Book
from agents.cart_memory import CART, CartMemory
from agents.checkout import Checkout
from agents.clocks import Clocks
from agents.closed_carts import ClosedCarts
from agents.deadlines import Deadlines
from agents.effects import effects
from agents.intake import Intake
from agents.leaving import Leave, Leaving
from agents.master_data import MasterData
from agents.movements import Movements
from agents.open_carts import OpenCarts
from agents.outputs import base_of
from agents.ports import Counting, Rules, Tally
from agents.restating import Restating
from agents.sales import Sales
from agents.shelf import ITEM, Shelf
from agents.tills import EPOCH, Tills
from agents.upkeep import Upkeep
from engine.agents import State
from engine.contract import Outbox, Part
from topics.registry import CHECKOUT_TOTALS, RESTOCK_ALERTS, STOCK_LEVELS, TILL_STATUS


class Shop(Part):
    """One partition's figures, and the folds that change them."""

    def __init__(self, state: State, rules: Rules, tally: Tally, generation: int) -> None:
        self._partition = state.partition
        self._tally = tally
        self._counting = Counting()
        self._clocks = Clocks(state)
        base = base_of(generation)
        deadlines = Deadlines(state)
        self.intake = Intake(state.partition, state.partitions, self._counting, rules.inputs)
        self._shelf = Shelf(
            state, deadlines, self._clocks, rules.default_hysteresis, self._counting, base
        )
        self._book = Book(state, deadlines, self._clocks, self._counting, base)
        closed = ClosedCarts(state, rules.cart_timeout_us)
        self._tills = Tills(state, deadlines, closed.forget, base)
        self._memory = CartMemory(
            state, self._shelf, self._book, deadlines, self._tills, closed, rules.cart_timeout_us
        )
        self._restating = Restating(self._shelf, self._book, self._tills, base)
        restaters = {
            STOCK_LEVELS.name: self._shelf.restate_level,
            RESTOCK_ALERTS.name: self._shelf.restate_alert,
            CHECKOUT_TOTALS.name: self._book.restate,
            TILL_STATUS.name: self._tills.restate,
        }
        self.upkeep = Upkeep(state, self.intake, self._tills, restaters)
        self.master_data = MasterData(state, self.intake)
        self.movements = Movements(state, self.intake, self._shelf)
        self.assortment = Assortment(self.intake, self._shelf)
        self._accepted = Accepted()
        self.checkout = self._made_checkout(deadlines)
        self._tell_what_stands()

    @property
    def folding(self) -> int | None:
        """The offset of the record that is being applied."""
        return self.intake.at

    def announce(self, outbox: Outbox) -> None:
        """Send every changed state once per key, the alerts' history, and the dead letters."""
        self._shelf.announce(outbox)
        self._book.announce(outbox)
        self._clocks.tell(self._counting.now)
        self._tills.announce(outbox)
        self._accepted.announce(outbox)
        self.upkeep.announce(outbox)
        self.intake.announce(outbox)

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        """Send some of all that stands, from ``cursor`` on; where to go on, None at the end."""
        return self._restating.send_page(cursor, outbox)

    def committed(self) -> None:
        """Add what was counted since the last commit."""
        self._tally.add(self._partition, self._counting.take())

    def _made_checkout(self, deadlines: Deadlines) -> Checkout:
        carts = OpenCarts(self._memory, self._shelf, self._book)
        return Checkout(
            self.intake,
            self._tills,
            self._clocks,
            self._made_leaving(deadlines),
            effects(carts, Sales(self._shelf, self._book, carts)),
            self.upkeep,
            self.master_data.locations,
            self._accepted,
            self._counting,
        )

    def _made_leaving(self, deadlines: Deadlines) -> Leaving:
        leave: dict[str, Leave] = {
            CART: self._memory.leave,
            DAY: self._book.leave,
            EPOCH: self._tills.leave_epoch,
            ITEM: self._shelf.leave,
        }
        return Leaving(deadlines, leave)

    def _tell_what_stands(self) -> None:
        """After a restart the gauges must not wait for an event of each location."""
        counts = self._counting.now
        for location_id, at_us in self._clocks.all().items():
            counts.newest_event_seconds[location_id] = at_us / 1e6
        self.committed()
