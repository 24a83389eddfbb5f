"""The expected outputs of a run: a second implementation of the contract, event by event."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .carts_oracle import OpenCart
from .plan import parse_time
from .tills_oracle import TillSeen
from .world import Key, Movement

Event = dict[str, Any]
TotalsKey = tuple[str, str | None, str]
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Level:
    """Stock of one product at one location, and the ledger rows that make it."""

    on_hand: int = 0
    rows: int = 0
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
    carts: dict[tuple[str, str], OpenCart] = field(default_factory=dict[tuple[str, str], OpenCart])
    totals: dict[TotalsKey, Totals] = field(default_factory=dict[TotalsKey, Totals])
    tills: dict[str, TillSeen] = field(default_factory=dict[str, TillSeen])
    sales: Counter[str] = field(default_factory=Counter[str])

    def movement(self, row: Movement) -> None:
        """Apply a stock movement."""
        self._level(row.location_id, row.sku).move(row.quantity, row.occurred_at)

    def event(self, event: Event) -> None:
        """Apply a till event unless its number was seen before."""
        till = self.tills.setdefault(event["till_id"], TillSeen(event["location_id"]))
        if not till.first_time(event["epoch"], event["sequence"]):
            return
        if "cart_id" in event:
            self._cart(event)
        if event["type"] == "cart_completed":
            self._sale(event)
        if event["type"] == "goods_returned":
            self._return(event)

    def in_carts(self) -> Counter[Key]:
        """Quantities in carts that are still open."""
        counter: Counter[Key] = Counter()
        for (location, _), cart in self.carts.items():
            for sku, quantity in cart.lines.values():
                counter[location, sku] += quantity
        return counter

    def open_carts(self, announced: bool) -> Counter[TotalsKey]:
        """Open carts per totals row; `announced` counts only those whose opening was seen."""
        counter: Counter[TotalsKey] = Counter()
        for (location, _), cart in self.carts.items():
            if not cart.ended and (cart.opened or not announced):
                counter[location, None, cart.business_date] += 1
                counter[location, cart.till_id, cart.business_date] += 1
        return counter

    def _level(self, location: str, sku: str) -> Level:
        return self.levels.setdefault((location, sku), Level())

    def _cart(self, event: Event) -> None:
        key = (event["location_id"], event["cart_id"])
        fresh = OpenCart(event["till_id"], event["business_date"])
        cart = self.carts.setdefault(key, fresh)
        moment = parse_time(event["occurred_at"])
        mentioned = {sku for sku, _ in cart.lines.values()} | _skus(event)
        for sku in cart.apply(event):
            level = self._level(key[0], sku)
            level.changed = max(level.changed, moment)
        for sku in mentioned:
            level = self._level(key[0], sku)
            level.mentioned = max(level.mentioned, moment)

    def _rows(self, event: Event) -> list[Totals]:
        location, date = event["location_id"], event["business_date"]
        keys: list[TotalsKey] = [(location, None, date), (location, event["till_id"], date)]
        return [self.totals.setdefault(key, Totals()) for key in keys]

    def _sale(self, event: Event) -> None:
        moment = parse_time(event["occurred_at"])
        for line in event["lines"]:
            self._level(event["location_id"], line["sku"]).move(-line["quantity"], moment)
        for row in self._rows(event):
            row.sums.update(_sale_sums(event))
            for tender in event["tenders"]:
                row.tenders[tender["kind"]] += tender["amount_minor"]
        self.sales.update(sales=1, sale_lines=len(event["lines"]))

    def _return(self, event: Event) -> None:
        moment = parse_time(event["occurred_at"])
        for line in event["lines"]:
            level = self._level(event["location_id"], line["sku"])
            level.move(line["quantity"] if event["restock"] else 0, moment)
        for row in self._rows(event):
            row.sums.update(_return_sums(event))
        self.sales.update(returns=1, return_lines=len(event["lines"]))


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
