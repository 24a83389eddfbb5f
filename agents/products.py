"""The products application: stock of each SKU over all locations.

Levels come by location. One agent sends each on to the partition of its SKU; there another keeps
what every location last said, and adds it up.
"""

from collections.abc import Callable, Sequence

import msgspec

from agents.intake import MALFORMED, OUT_OF_RANGE, QUARANTINED, WRONG_PARTITION, Intake, Refusal
from agents.outputs import base_of
from agents.ports import Counting, Tally
from agents.restating import PAGE_ROWS
from engine.agents import State
from engine.app import BatchApp
from engine.contract import Batch, Message, Outbox, Part, Record
from engine.sends import always, by_key
from engine.table import Table
from tables.products import ProductSum, Share, add, has_room, is_newer, subtract, touch
from topics.quick_checks import admit_ids
from topics.registry import (
    LEVELS_BY_PRODUCT,
    PRODUCT_STOCK,
    PRODUCTS_DEAD_LETTERS,
    STOCK_LEVELS,
)
from topics.wire_derived import (
    WireLevelOfProduct,
    WireProductStock,
    decode_level,
    decode_level_of_product,
)

SHARES = "shares"
SUMS = "sums"

_encode = msgspec.json.Encoder().encode


class Products(Part):
    """What one partition knows of its locations' levels, and of its SKUs."""

    def __init__(self, state: State, tally: Tally, generation: int) -> None:
        self._shares: Table[Share] = state.table(SHARES)
        self._sums: Table[ProductSum] = state.table(SUMS)
        self._partition = state.partition
        self._counting = Counting()
        self._intake = Intake(state.partition, state.partitions, self._counting)
        self._tally = tally
        self._base = base_of(generation)
        self._sent_on: dict[str, Message] = {}
        self._changed: dict[str, ProductSum | None] = {}

    @property
    def folding(self) -> int | None:
        """See `engine.contract.Part`."""
        return self._intake.at

    def send_on(self, batch: Batch) -> None:
        """Send each level to the partition of its SKU; the newest of a key stands for all."""
        topic, sent_on = STOCK_LEVELS.name, self._sent_on
        said = self._without_gone(batch)
        for record, level in self._intake.take(topic, said, decode_level):
            sent = WireLevelOfProduct(
                *(level.sku, level.location_id, level.on_hand, level.in_carts),
                *(level.as_of, record.offset),
            )
            sent_on[level.key] = _on_its_way(sent)

    def add_up(self, batch: Batch) -> None:
        """Put what a location says now in place of what it said before."""
        topic = LEVELS_BY_PRODUCT.name
        for record, level in self._intake.decode(topic, batch, decode_level_of_product):
            refusal = self._refusal_of(level) or self._replace(level, record.offset)
            if refusal is not None:
                self._intake.refuse(topic, record, refusal)

    def set_aside(self, topic: str, record: Record) -> None:
        """Make a dead letter of what an operator has moved out of the way."""
        error = "moved here by an operator, because no rule could take it"
        self._intake.refuse(topic, record, (QUARANTINED, error))

    def announce(self, outbox: Outbox) -> None:
        """Send the levels on, the sums that changed, and the dead letters."""
        sent_on, self._sent_on = self._sent_on, {}
        changed, self._changed = self._changed, {}
        outbox.send_all(LEVELS_BY_PRODUCT.name, sent_on.values())
        outbox.send_all(PRODUCT_STOCK.name, (_stock(*each, self._base) for each in changed.items()))
        self._intake.announce(outbox)

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        """Send a page of the sums."""
        page = self._sums.scan_from("", cursor or "", PAGE_ROWS)
        outbox.send_all(PRODUCT_STOCK.name, (_stock(*each, self._base) for each in page))
        return f"{page[-1][0]}\x00" if len(page) == PAGE_ROWS else None

    def committed(self) -> None:
        """Add what was counted since the last commit."""
        self._tally.add(self._partition, self._counting.take())

    def _without_gone(self, batch: Batch) -> Sequence[Record]:
        """The levels; that a key is gone is sent on here."""
        said: list[Record] = []
        for record in batch:
            if record.value is None:
                self._send_gone(record)
            else:
                said.append(record)
        return said

    def _send_gone(self, record: Record) -> None:
        key = (record.key or b"").decode(errors="replace")
        location_id, _, sku = key.partition("/")
        try:
            admit_ids(location_id, sku)
        except ValueError as fault:
            refusal = MALFORMED, f"a tombstone whose key is not location_id/sku: {fault}"
            self._intake.refuse(STOCK_LEVELS.name, record, refusal)
            return
        if not self._intake.is_of_here(location_id):
            refusal = WRONG_PARTITION, f"{location_id} belongs to another partition"
            self._intake.refuse(STOCK_LEVELS.name, record, refusal)
            return
        gone = WireLevelOfProduct(sku, location_id, None, None, None, record.offset)
        self._sent_on[key] = _on_its_way(gone)

    def _refusal_of(self, level: WireLevelOfProduct) -> Refusal | None:
        if self._intake.is_of_here(level.sku):
            return None
        return WRONG_PARTITION, f"{level.sku} belongs to another partition"

    def _replace(self, level: WireLevelOfProduct, offset: int) -> Refusal | None:
        key = f"{level.sku}/{level.location_id}"
        known = self._shares.get(key)
        if not is_newer(known, level.offset):
            return None
        product = self._sums.get(level.sku) or ProductSum()
        if level.on_hand is None:
            if known is None:
                return None
            self._shares.drop(key)
        else:
            share = Share(level.on_hand, level.in_carts or 0, level.offset)
            if not has_room(product, known, share):
                return OUT_OF_RANGE, f"a sum of {level.sku} would leave the range of ±(2^53-1)"
            self._shares.put(key, share)
            add(product, share)
        if known is not None:
            subtract(product, known)
        touch(product, level.as_of, offset)
        self._keep(level.sku, product)
        return None

    def _keep(self, sku: str, product: ProductSum) -> None:
        if product.is_gone:
            self._sums.drop(sku)
            self._changed[sku] = None
        else:
            self._sums.put(sku, product)
            self._changed[sku] = product


def products(app: BatchApp, tally: Tally, generation: int = 0) -> None:
    """Declare the tables and agents on ``app``. ``generation`` stands before every version."""
    shares = app.batch_table(SHARES, Share, help="What each location last said of a SKU.")
    sums = app.batch_table(SUMS, ProductSum, help="Stock of each SKU over all locations.")
    letters = [always(spec.name) for spec in PRODUCTS_DEAD_LETTERS]

    @app.batch_part(
        tables=[shares, sums],
        sends=[by_key(LEVELS_BY_PRODUCT.name), PRODUCT_STOCK.name, *letters],
    )
    def known(state: State) -> Products:
        return Products(state, tally, generation)

    def aside(topic: str) -> Callable[[Record, State], None]:
        return lambda record, state: state.part(known).set_aside(topic, record)

    @app.batch_agent(STOCK_LEVELS.name, set_aside=aside(STOCK_LEVELS.name))
    def levels_by_product(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Send each level on to where its SKU is added up."""
        state.part(known).send_on(batch)

    @app.batch_agent(LEVELS_BY_PRODUCT.name, set_aside=aside(LEVELS_BY_PRODUCT.name))
    def stock_by_product(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Add up what all locations have of each SKU."""
        state.part(known).add_up(batch)


def _on_its_way(level: WireLevelOfProduct) -> Message:
    return Message(level.sku.encode(), _encode(level))


def _stock(sku: str, product: ProductSum | None, base: int) -> Message:
    """A tombstone where no location has a level."""
    if product is None or product.as_of is None:
        return Message(sku.encode(), None)
    stock = WireProductStock(
        *(sku, product.on_hand, product.in_carts, product.on_hand - product.in_carts),
        *(product.stocked, product.empty, base + product.version, product.as_of),
    )
    return Message(sku.encode(), _encode(stock))
