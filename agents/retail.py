"""The retail application: which topics go to which agent, over which tables, and what comes out."""

from collections.abc import Callable
from typing import Any, NamedTuple

from agents.book import DAYS, TOTALS, Day
from agents.cart_memory import CARTS
from agents.clocks import CLOCKS
from agents.closed_carts import CLOSED
from agents.deadlines import DEADLINES
from agents.master_data import LOCATIONS as KNOWN_LOCATIONS
from agents.master_data import KnownLocation
from agents.movements import MOVEMENTS, NUMBERS, Booked
from agents.ports import Rules, Tally
from agents.shelf import ITEMS, RAISED, Raised
from agents.shop import Shop
from agents.tills import MARKS, TILLS
from agents.upkeep import UPKEEP
from engine.agents import State
from engine.app import BatchApp
from engine.contract import Batch, Record
from engine.declarations import BatchTable
from engine.sends import Send, always
from tables.carts import Cart, Clock
from tables.items import Item
from tables.tills import TillState
from tables.totals import Totals
from topics.registry import (
    ACCEPTED,
    ASSORTMENT,
    DEAD_LETTERS,
    LOCATIONS,
    OUTPUTS,
    PRODUCTS,
    STOCK_MOVEMENTS,
    TILL_EVENTS,
    TILL_UPKEEP,
    TopicSpec,
)
from topics.sequences import Window


class Kept(NamedTuple):
    """A table's values, and what they keep."""

    value_type: type[Any]
    help: str


TABLES: dict[str, Kept] = {
    TILLS: Kept(TillState, "Each till: its epochs, what is missing, when it was last heard."),
    ITEMS: Kept(Item, "Stock, policy and alert of each location and SKU."),
    RAISED: Kept(Raised, "How many alerts of each location stand."),
    CARTS: Kept(Cart, "Carts that are open or suspended, with their lines."),
    CLOSED: Kept(bytes, "Which carts of each till are over, for as long as late events may come."),
    CLOCKS: Kept(Clock, "How far each location's time is."),
    TOTALS: Kept(Totals, "Takings of each location and till, by business date."),
    MOVEMENTS: Kept(Booked, "Movements without a number that are booked."),
    KNOWN_LOCATIONS: Kept(KnownLocation, "Locations that the database names."),
    DEADLINES: Kept(int, "What is to leave the state, by when."),
    DAYS: Kept(Day, "The tills that sold at each location, by business date."),
    MARKS: Kept(bytes, "What each till's last numbers stood for, to tell a fork from a repeat."),
    NUMBERS: Kept(Window, "Which numbers of movements are booked, by location and origin."),
    UPKEEP: Kept(bytes, "Operators' decisions that wait for their place in the till events."),
}

SENDS: tuple[str | Send, ...] = (
    *(spec.name for spec in OUTPUTS),
    always(ACCEPTED.name),
    *(always(spec.name) for spec in DEAD_LETTERS),
)


def retail(app: BatchApp, rules: Rules, tally: Tally, generation: int = 0) -> None:
    """Declare the tables and agents on ``app``. ``generation`` stands before every version."""
    tables: list[BatchTable[Any]] = [
        app.batch_table(name, kept.value_type, help=kept.help) for name, kept in TABLES.items()
    ]

    @app.batch_part(tables=tables, sends=SENDS)
    def shop(state: State) -> Shop:
        return Shop(state, rules, tally, generation)

    _till_agents(app, shop, rules)
    _business_agents(app, shop, rules)
    _operators_agents(app, shop)


MakeShop = Callable[[State], Shop]


def _till_agents(app: BatchApp, shop: MakeShop, rules: Rules) -> None:
    """What tills say."""

    def aside(record: Record, state: State) -> None:
        state.part(shop).checkout.set_aside(record)

    @app.batch_agent(rules.topic_of(TILL_EVENTS.name), set_aside=aside)
    def checkout(batch: Batch, state: State) -> None:
        """Count every event of a till once, and keep stock, totals, alerts and tills by it."""
        state.part(shop).checkout.fold(batch)


def _business_agents(app: BatchApp, shop: MakeShop, rules: Rules) -> None:
    """What the database says."""

    booked = rules.topic_of(STOCK_MOVEMENTS.name)

    @app.batch_agent(booked, set_aside=_aside(shop, STOCK_MOVEMENTS))
    def movements(batch: Batch, state: State) -> None:
        """Book deliveries, transfers, adjustments and stocktakes, each once."""
        state.part(shop).movements.fold(batch)

    @app.batch_agent(ASSORTMENT.name, set_aside=_aside(shop, ASSORTMENT))
    def assortment(batch: Batch, state: State) -> None:
        """Take up what each location sells and when it is reordered, and judge its alerts anew."""
        state.part(shop).assortment.fold(batch)

    @app.batch_agent(PRODUCTS.name, set_aside=_aside(shop, PRODUCTS))
    def products(batch: Batch, state: State) -> None:
        """Find malformed rows of the catalog: no figure depends on one."""
        state.part(shop).master_data.fold_products(batch)

    @app.batch_agent(LOCATIONS.name, set_aside=_aside(shop, LOCATIONS))
    def locations(batch: Batch, state: State) -> None:
        """Remember which locations there are."""
        state.part(shop).master_data.fold_locations(batch)


def _operators_agents(app: BatchApp, shop: MakeShop) -> None:
    """What operators decide."""

    @app.batch_agent(TILL_UPKEEP.name, set_aside=_aside(shop, TILL_UPKEEP))
    def upkeep(batch: Batch, state: State) -> None:
        """Obey operators: forget a till, close a gap, say a row again."""
        state.part(shop).upkeep.fold(batch)


def _aside(shop: MakeShop, topic: TopicSpec) -> Callable[[Record, State], None]:
    def aside(record: Record, state: State) -> None:
        state.part(shop).intake.set_aside(topic.name, record)

    return aside
