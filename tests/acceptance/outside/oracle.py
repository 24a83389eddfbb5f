"""The expected outputs of a run: a second implementation of the contract, event by event."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .carts_oracle import Carts, credible
from .plan import parse_time
from .tills_oracle import TillSeen
from .world import Key, Movement

Event = dict[str, Any]
TotalsKey = tuple[str, str | None, str]
Cause = tuple[Any, ...]
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Level:
    """Stock of one product at one location, and the ledger rows that make it."""

    on_hand: int = 0
    rows: int = 0
    path: list[int] = field(default_factory=list[int])
    changed: datetime = LONG_AGO
    mentioned: datetime = LONG_AGO

    def move(self, quantity: int, moment: datetime) -> None:
        """Apply a stock effect."""
        self.on_hand += quantity
        self.rows += 1 if quantity else 0
        self.mentioned = max(self.mentioned, moment)
        self.changed = max(self.changed, moment if quantity else LONG_AGO)


@dataclass
class Totals:
    """Plain sums of receipts and returns."""

    sums: Counter[str] = field(default_factory=Counter[str])
    tenders: Counter[str] = field(default_factory=Counter[str])


@dataclass
class Oracle:
    """Expected state, fed in the order of the input partitions."""

    levels: dict[Key, Level] = field(default_factory=dict[Key, Level])
    carts: dict[str, Carts] = field(default_factory=dict[str, Carts])
    totals: dict[TotalsKey, Totals] = field(default_factory=dict[TotalsKey, Totals])
    tills: dict[str, TillSeen] = field(default_factory=dict[str, TillSeen])
    sales: Counter[str] = field(default_factory=Counter[str])
    receipts: dict[Cause, Cause] = field(default_factory=dict[Cause, Cause])
    effects: dict[Cause, int] = field(default_factory=dict[Cause, int])

    def movement(self, row: Movement) -> None:
        """Apply a stock movement."""
        cause = (row.location_id, row.sku, row.movement_id)
        self._move(cause, row.quantity, row.occurred_at)
        self._note_paths({cause[:2]})

    def event(self, event: Event, stamp: datetime | None = None) -> None:
        """Apply a till event unless its number was seen before; `stamp` is the broker's time."""
        till = self.tills.setdefault(event["till_id"], TillSeen(event["location_id"]))
        if not till.first_time(event["epoch"], event["sequence"]):
            return
        seen = credible(parse_time(event["occurred_at"]), stamp)
        carts = self.carts.setdefault(event["location_id"], Carts(seen))
        carts.tick(seen)
        if "cart_id" in event:
            self._cart(event, carts, seen)
        if event["type"] == "cart_completed":
            self._sale(event)
        if event["type"] == "goods_returned":
            self._return(event)

    def in_carts(self) -> Counter[Key]:
        """Quantities in carts that are still open."""
        counter: Counter[Key] = Counter()
        for location, carts in self.carts.items():
            for cart in carts.open():
                for sku, quantity in cart.lines.values():
                    counter[location, sku] += quantity
        return counter

    def open_carts(self, announced: bool) -> Counter[TotalsKey]:
        """Open carts per totals row; `announced` counts only those whose opening was seen."""
        counter: Counter[TotalsKey] = Counter()
        for location, carts in self.carts.items():
            for cart in carts.open():
                if cart.opened or not announced:
                    counter[location, None, cart.business_date] += 1
                    counter[location, cart.till_id, cart.business_date] += 1
        return counter

    def _level(self, location: str, sku: str) -> Level:
        return self.levels.setdefault((location, sku), Level())

    def _move(self, cause: Cause, quantity: int, moment: datetime) -> None:
        self._level(cause[0], cause[1]).move(quantity, moment)
        if quantity:
            self.effects[cause] = quantity

    def _note_paths(self, keys: set[Any]) -> None:
        for key in keys:
            level = self.levels[key]
            level.path.append(level.on_hand)

    def _cart(self, event: Event, carts: Carts, seen: datetime) -> None:
        location, moment = event["location_id"], parse_time(event["occurred_at"])
        cart = carts.cart(event, seen)
        if cart is None:
            return
        mentioned = {sku for sku, _ in cart.lines.values()} | _skus(event)
        for sku in cart.apply(event, seen):
            level = self._level(location, sku)
            level.changed = max(level.changed, moment)
        for sku in mentioned:
            level = self._level(location, sku)
            level.mentioned = max(level.mentioned, moment)

    def _lines(self, event: Event, sign: int) -> None:
        moment, location = parse_time(event["occurred_at"]), event["location_id"]
        for line in event["lines"]:
            cause = (location, line["sku"], *_number(event)[1:], line["line_no"])
            self._move(cause, sign * line["quantity"], moment)
        if sign:
            self._note_paths({(location, line["sku"]) for line in event["lines"]})

    def _rows(self, event: Event) -> list[Totals]:
        location, date = event["location_id"], event["business_date"]
        keys: list[TotalsKey] = [(location, None, date), (location, event["till_id"], date)]
        return [self.totals.setdefault(key, Totals()) for key in keys]

    def _sale(self, event: Event) -> None:
        self._lines(event, -1)
        self.receipts[_number(event)] = ("sale", event["total_minor"], len(event["lines"]))
        for row in self._rows(event):
            row.sums.update(_sale_sums(event))
            for tender in event["tenders"]:
                row.tenders[tender["kind"]] += tender["amount_minor"]
        self.sales.update(sales=1, sale_lines=len(event["lines"]))

    def _return(self, event: Event) -> None:
        self._lines(event, 1 if event["restock"] else 0)
        self.receipts[_number(event)] = ("return", event["refund_minor"], len(event["lines"]))
        for row in self._rows(event):
            row.sums.update(_return_sums(event))
        self.sales.update(returns=1, return_lines=len(event["lines"]))


def _number(event: Event) -> Cause:
    return event["location_id"], event["till_id"], event["epoch"], event["sequence"]


def _skus(event: Event) -> set[str]:
    lines = event.get("lines", []) + ([event["line"]] if "line" in event else [])
    return {line["sku"] for line in lines}


def _line_sums(lines: list[Event], stem: str) -> dict[str, int]:
    each = [line for line in lines if line["unit"] == "each"]
    return {
        f"{stem}_units": sum(line["quantity"] for line in lines),
        f"{stem}_each": sum(line["quantity"] for line in each),
        f"{stem}_pieces": sum(line["quantity"] for line in each) + len(lines) - len(each),
        f"{stem}_gross": sum(line["amount_minor"] for line in lines),
    }


def _sale_sums(event: Event) -> dict[str, int]:
    discounts = sum(row["amount_minor"] for row in event["discounts"])
    tendered = sum(row["amount_minor"] for row in event["tenders"])
    sums = _line_sums(event["lines"], "sale")
    agrees = sums["sale_gross"] + discounts == event["total_minor"] == tendered
    sums |= {"receipts": 1, "discount": discounts, "net": event["total_minor"]}
    sums["tax"] = sum(row["amount_minor"] for row in event["taxes"])
    return {**sums, "discrepancies": 0 if agrees else 1}


def _return_sums(event: Event) -> dict[str, int]:
    return {**_line_sums(event["lines"], "return"), "returns": 1, "net": -event["refund_minor"]}
