"""The products application: stock of each SKU over all locations.

Levels come by location. One agent sends each on to the partition of its SKU; there another keeps
what every location last said, and adds it up.
"""

from collections.abc import Callable
from typing import cast

import msgspec

from agents.intake import OUT_OF_RANGE, Intake, Refusal
from agents.outputs import base_of
from agents.ports import Counting, Tally
from agents.restating import PAGE_ROWS
from engine.agents import State
from engine.app import BatchApp
from engine.contract import Batch, Message, Outbox, Part, Record
from engine.sends import always, by_key
from engine.table import Table
from tables.products import ProductSum, Share, add, has_room, is_newer, subtract, touch
from topics.derived_records import Gone, read_record
from topics.registry import (
    LEVELS_BY_PRODUCT,
    PRODUCT_STOCK,
    PRODUCTS_DEAD_LETTERS,
    STOCK_LEVELS,
)
from topics.wire_derived import (
    WireLevelOfProduct,
    WireProductStock,
    WireStockLevel,
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
        self.intake = Intake(state.partition, state.partitions, self._counting)
        self._tally = tally
        self._base = base_of(generation)
        self._sent_on: dict[str, WireLevelOfProduct] = {}
        self._changed: dict[str, ProductSum | None] = {}

    @property
    def folding(self) -> int | None:
        """See `engine.contract.Part`."""
        return self.intake.at

    def send_on(self, batch: Batch) -> None:
        """Send each level to the partition of its SKU; the newest of a key stands for all."""
        topic = STOCK_LEVELS.name
        for record, level in self.intake.read(topic, batch, _read_level):
            if not self.intake.refuse_elsewhere(topic, record, level.location_id):
                key = f"{level.sku}/{level.location_id}"
                before = self._sent_on.get(key)
                self._sent_on[key] = level if before is None else _newer(before, level)

    def add_up(self, batch: Batch) -> None:
        """Put what a location says now in place of what it said before.

        Who asks, after a rebuild, what stands of a SKU, is told: also that nothing does.
        """
        topic = LEVELS_BY_PRODUCT.name
        for record, level in self.intake.read(topic, batch, _read_sent_on):
            if self.intake.refuse_elsewhere(topic, record, level.sku):
                continue
            if record.value is None:  # asks what stands
                self._changed[level.sku] = self._sums.get(level.sku)
                continue
            refusal = self._replace(level, record.offset)
            if refusal is not None:
                self.intake.refuse(topic, record, refusal)

    def announce(self, outbox: Outbox) -> None:
        """Send the levels on, the sums that changed, and the dead letters."""
        sent_on, self._sent_on = self._sent_on, {}
        changed, self._changed = self._changed, {}
        outbox.send_all(LEVELS_BY_PRODUCT.name, (_on_its_way(*each) for each in sent_on.items()))
        outbox.send_all(PRODUCT_STOCK.name, (_stock(*each, self._base) for each in changed.items()))
        self.intake.announce(outbox)

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        """Send a page of the sums."""
        page = self._sums.scan_from("", cursor or "", PAGE_ROWS)
        outbox.send_all(PRODUCT_STOCK.name, (_stock(*each, self._base) for each in page))
        return f"{page[-1][0]}\x00" if len(page) == PAGE_ROWS else None

    def committed(self) -> None:
        """Add what was counted since the last commit."""
        self._tally.add(self._partition, self._counting.take())

    def _replace(self, level: WireLevelOfProduct, offset: int) -> Refusal | None:
        key = f"{level.sku}/{level.location_id}"
        known = self._shares.get(key)
        if not is_newer(known, level.offset, level.version):
            return None
        product = self._sums.get(level.sku) or ProductSum()
        if level.on_hand is None:
            if known is None:
                return None
            self._shares.drop(key)
        else:
            figures = level.on_hand, level.in_carts or 0
            share = Share(*figures, level.offset, level.version or 0)
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
        return lambda record, state: state.part(known).intake.set_aside(topic, record)

    @app.batch_agent(STOCK_LEVELS.name, set_aside=aside(STOCK_LEVELS.name))
    def levels_by_product(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Send each level on to where its SKU is added up."""
        state.part(known).send_on(batch)

    @app.batch_agent(LEVELS_BY_PRODUCT.name, set_aside=aside(LEVELS_BY_PRODUCT.name))
    def stock_by_product(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Add up what all locations have of each SKU."""
        state.part(known).add_up(batch)


def _read_level(record: Record) -> WireLevelOfProduct:
    """What is sent on of a level, or of its tombstone; raises `topics.decoder.Refused`."""
    told = read_record(STOCK_LEVELS.name, record.key, record.value)
    if isinstance(told, WireStockLevel):
        figures = told.on_hand, told.in_carts, told.as_of
        places = record.offset, told.version
        return WireLevelOfProduct(told.sku, told.location_id, *figures, *places)
    location_id, sku = cast(Gone, told).ident
    return WireLevelOfProduct(sku, location_id, None, None, None, record.offset)


def _newer(before: WireLevelOfProduct, level: WireLevelOfProduct) -> WireLevelOfProduct:
    """The one of two levels of a location that counts; ``level`` was said later."""
    if level.version is None or before.version is None or level.version >= before.version:
        return level
    return before


def _on_its_way(key: str, level: WireLevelOfProduct) -> Message:
    return Message(key.encode(), _encode(level), place=level.sku.encode())


def _read_sent_on(record: Record) -> WireLevelOfProduct:
    """Raises `topics.decoder.Refused`. A key alone, of a SKU, asks: see `add_up`."""
    if record.value is None and record.key:
        return WireLevelOfProduct(record.key.decode(errors="replace"), "", None, None, None, 0)
    return decode_level_of_product(record.value)


def _stock(sku: str, product: ProductSum | None, base: int) -> Message:
    """A tombstone where no location has a level."""
    if product is None or product.as_of is None:
        return Message(sku.encode(), None)
    stock = WireProductStock(
        *(sku, product.on_hand, product.in_carts, product.on_hand - product.in_carts),
        *(product.stocked, product.empty, base + product.version, product.as_of),
    )
    return Message(sku.encode(), _encode(stock))
