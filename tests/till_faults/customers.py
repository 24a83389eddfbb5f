"""Customers at one till, one after the other; what each was told when it had paid."""

from __future__ import annotations

import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from .machine import TillAway, TillMachine

SKUS = tuple(f"till-faults-{number}" for number in range(12))

AGAIN_SECONDS = 0.1
THINKING_SECONDS = 0.05

WAIT_FOR_PEOPLE = frozenset({"forked", "refused_by_gateway", "not_enrolled", "disk_full"})
"""Why a till begins no cart until somebody has seen to it."""


@dataclass(frozen=True)
class DoneSale:
    """A sale or return that a till called done."""

    event_id: str
    receipt_no: str
    total_minor: int
    quantities: dict[str, int]
    """What leaves the shelf, by SKU; below 0 of what comes back to it."""
    is_return: bool = False


@dataclass
class _Cart:
    cart_id: str
    lines: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


class CustomerLeft(Exception):
    """The till said why it does not do it; nothing was paid."""


class Customers(threading.Thread):
    """Serves customers at a till until it is asked to stop; then the last one is served to the
    end, so that of every request it is known what became of it."""

    def __init__(self, machine: TillMachine, seed: str) -> None:
        super().__init__(daemon=True, name=f"customers-{machine.till_id}")
        self._machine = machine
        self._rng = random.Random(seed)
        self._stop_asked = threading.Event()
        self._machines_disk = 0
        self.asking = threading.Lock()
        """Held during each request: whoever holds it has a till that nobody asks."""
        self.done: list[DoneSale] = []
        self.untold: set[str] = set()
        """Carts, and receipts of returns, of which nobody heard whether they were done: the till's
        disk was put back before it could be asked again."""
        self.left = 0
        self.failure: BaseException | None = None

    def stop(self) -> None:
        """After this customer."""
        self._stop_asked.set()

    def run(self) -> None:
        """See the class."""
        try:
            self._ask("PUT", "/day", {"business_date": datetime.now(UTC).date().isoformat()})
            while not self._stop_asked.is_set():
                try:
                    self._serve()
                except CustomerLeft:
                    self.left += 1
                    time.sleep(1.0)
        except BaseException as error:
            self.failure = error
            raise

    def _serve(self) -> None:
        self._machines_disk = self._machine.times_put_back
        if self.done and self._rng.random() < 0.1:
            self._take_back()
            return
        cart = _Cart(str(self._ask("POST", "/carts", {})["cart_id"]))
        for _ in range(self._rng.randint(1, 5)):
            self._add_line(cart)
        path = f"/carts/{cart.cart_id}"
        if len(cart.lines) > 1 and self._rng.random() < 0.2:
            voided = cart.lines.pop(self._rng.randrange(len(cart.lines)))
            self._ask("POST", f"{path}/voids", {"line_no": voided["line_no"]})
        if self._rng.random() < 0.1:
            self._ask("POST", f"{path}/suspend", {})
            self._ask("POST", f"{path}/resume", {})
        if self._rng.random() < 0.1:
            self._ask("POST", f"{path}/abandon", {})
            return
        self._pay(cart)

    def _add_line(self, cart: _Cart) -> None:
        line: dict[str, Any] = {
            "sku": self._rng.choice(SKUS),
            "quantity": self._rng.randint(1, 4),
            "unit_price_minor": self._rng.randint(5, 2_000),
        }
        self._ask("POST", f"/carts/{cart.cart_id}/lines", line)
        line["line_no"] = 1 + max((each["line_no"] for each in cart.lines), default=0)
        cart.lines.append(line)

    def _pay(self, cart: _Cart) -> None:
        total = sum(each["quantity"] * each["unit_price_minor"] for each in cart.lines)
        paid = {"currency": "EUR", "tenders": [{"kind": "cash", "amount_minor": total}]}
        told = self._ask("POST", f"/carts/{cart.cart_id}/complete", paid, ends=cart.cart_id)
        quantities: dict[str, int] = {}
        for each in cart.lines:
            quantities[each["sku"]] = quantities.get(each["sku"], 0) + each["quantity"]
        self.done.append(
            DoneSale(str(told["event_id"]), str(told["receipt_no"]), total, quantities)
        )

    def _take_back(self) -> None:
        sale = self._rng.choice(self.done)
        sku = self._rng.choice(SKUS)
        line = {
            "line_no": 1,
            "sku": sku,
            "quantity": 1,
            "unit": "each",
            "unit_price_minor": 7,
            "amount_minor": 7,
        }
        asked = {
            "receipt_no": sale.receipt_no,
            "lines": [line],
            "refund_minor": 7,
            "restock": True,
        }
        told = self._ask("POST", "/returns", asked, ends=sale.receipt_no)
        back = DoneSale(str(told["event_id"]), sale.receipt_no, -7, {sku: -1}, is_return=True)
        self.done.append(back)

    def _ask(self, method: str, path: str, body: dict[str, Any], ends: str = "") -> dict[str, Any]:
        """Ask until there is an answer, by one key: as a page does that heard none. ``ends`` names
        what is done by it."""
        key, may_be_done = str(uuid.uuid4()), False
        time.sleep(self._rng.uniform(0, 2 * THINKING_SECONDS))
        while True:
            try:
                with self.asking:
                    status, told = self._machine.ask(method, path, body, key)
            except TillAway:
                may_be_done = True
                time.sleep(AGAIN_SECONDS)
                continue
            if status < HTTPStatus.BAD_REQUEST:
                return told
            if status == HTTPStatus.SERVICE_UNAVAILABLE:
                time.sleep(AGAIN_SECONDS)
                continue
            if may_be_done and ends:
                self.untold.add(ends)
            if not self._may_refuse(told):
                raise RuntimeError(f"{method} {path} {body}: {status} {told}")
            raise CustomerLeft(str(told))

    def _may_refuse(self, told: dict[str, Any]) -> bool:
        """A till waits for people, or has forgotten the cart with its disk; else it must not."""
        was_put_back = self._machine.times_put_back > self._machines_disk
        return was_put_back or told.get("reason") in WAIT_FOR_PEOPLE
