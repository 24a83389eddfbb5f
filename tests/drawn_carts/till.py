"""A till's decisions on a cart, with no journal below: ten thousand carts need no disk."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from edge.bundle.catalog import TillCatalog
from edge.till.cart_catalogs import CartCatalogs
from edge.till.carts import TillCart
from edge.till.deciding import Decision, Sight
from edge.till.ruling import CartRules, TillRules
from tests.drawn_carts.tables import HERE

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


class MemoryTill:
    """Carts as the decisions leave them, and the events that they write."""

    def __init__(self, catalog: TillCatalog) -> None:
        self.catalog = catalog
        """The newest; a cart goes by the one that it was opened with."""
        self.carts: dict[str, TillCart] = {}
        self.events: list[dict[str, Any]] = []
        self._rules = TillRules()
        self._catalogs = CartCatalogs(lambda: self.catalog)

    def restart(self) -> None:
        """What is not in a cart's state is forgotten."""
        self._catalogs = CartCatalogs(lambda: self.catalog)
        self._rules = TillRules()

    def do(self, decide: Callable[[Sight], Decision]) -> Decision:
        """Do what is asked; raises `edge.problems.Refusal`."""
        made = decide(self.sight())
        for cart_id, cart in made.carts.items():
            if cart is None:
                self.carts.pop(cart_id)
                self._catalogs.end(cart_id)
            else:
                self.carts[cart_id] = cart
                self._catalogs.begin(cart_id)
        self.events += made.events
        return made

    def sight(self) -> Sight:
        """What a decision looks at."""
        return Sight(
            till_id="3",
            carts=self.carts,
            day="2026-11-30",
            at_seconds=NOW.timestamp(),
            new_cart_id=f"cart-{len(self.events)}",
            catalog_of=self._catalogs.of,
            rules_of=self._rules_of,
            require_new_carts=lambda: None,
        )

    def _rules_of(self, cart: TillCart) -> CartRules:
        return self._rules.of(self._catalogs.of(cart.cart_id), cart.tables, NOW)

    def last_sale(self) -> bytes:
        """The newest event as it lies in the topic."""
        sequence = len(self.events)
        envelope = {
            "event_id": f"01932f5e-7a1b-7c3d-8e4f-{sequence:012x}", "location_id": HERE,
            "till_id": "3", "epoch": 1, "sequence": sequence, "occurred_at": NOW.isoformat(),
            "business_date": "2026-11-30", "receipt_no": f"3-1-{sequence}",
        }  # fmt: skip
        return orjson.dumps(self.events[-1] | envelope)
