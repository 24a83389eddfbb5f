"""By which decision tables a cart is decided, and what follows for it."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from edge.bundle.rows import BundledOffer, BundledTable
from edge.rules.compiled_tables import CompiledTables
from edge.rules.evaluating import CartVerdict, Check, Ruleset, TableDiscount
from edge.rules.facts import cart_of
from edge.till.carts import TillCart
from edge.till.discounts import by_hand
from edge.till.offering import by_offers

RULESETS_KEPT = 4
"""Put together at once: today's, yesterday's for carts that wait, and those of a change of the
hour. With fewer, carts of two days take turns at putting theirs together."""

TABLES_KEPT = 256
"""Compiled at once: some tens of tables, in the versions by which open carts go. Each takes a
millisecond to make, in which no other request is answered."""


class TablesCatalog(Protocol):
    """Of a catalog, its decision tables: `edge.bundle.catalog.TillCatalog`."""

    def rule_tables(self, at: datetime) -> Sequence[BundledTable]:
        """Of each the version that counts at a moment."""
        ...

    def rule_table(self, name: str, version: int) -> BundledTable | None:
        """One version, unless it is refused or has left."""
        ...


class CartRules(NamedTuple):
    """Tables with their versions, and what they decide by."""

    versions: Mapping[str, int]
    ruleset: Ruleset
    offers: Sequence[BundledOffer] = ()
    """The store's own, that held when the cart began."""


class PricedCart(NamedTuple):
    """A cart, and what its tables say of it."""

    cart: TillCart
    rules: CartRules
    verdict: CartVerdict

    @property
    def due_minor(self) -> int:
        """What is to be paid."""
        return self.cart.total_minor - self.verdict.off_minor


NO_RULES = CartRules({}, Ruleset(()))


class TillRules:
    """The tables of carts; each is compiled once, whichever others it comes with. One thread's
    only."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[bytes, ...], CartRules] = OrderedDict()
        self._compiled = CompiledTables(TABLES_KEPT)

    def of(
        self, catalog: TablesCatalog | None, wanted: Mapping[str, int] | None, at: datetime
    ) -> CartRules:
        """The tables of ``wanted`` versions; where there are none, or one is not to be had any
        more, those that count ``at`` a moment."""
        if catalog is None:
            return NO_RULES
        tables = None if wanted is None else _pinned(catalog, wanted)
        if tables is None:
            tables = list(catalog.rule_tables(at))
        key = tuple(each.sha256 for each in tables)
        if key not in self._made:
            versions = {each.table_name: each.version for each in tables}
            self._made[key] = CartRules(versions, Ruleset(map(self._compiled.of, tables)))
            if len(self._made) > RULESETS_KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return self._made[key]


def _pinned(catalog: TablesCatalog, wanted: Mapping[str, int]) -> list[BundledTable] | None:
    found = [catalog.rule_table(*each) for each in wanted.items()]
    tables = [each for each in found if each is not None]
    return tables if len(tables) == len(found) else None


def priced(
    cart: TillCart,
    rules: CartRules,
    customer_id: str | None = None,
    given: Sequence[TableDiscount] = (),
) -> PricedCart:
    """What follows for a cart as it stands, for a customer who may have come since. ``given`` are
    discounts by hand beside those that the cart has."""
    facts = cart_of(cart.lines, cart.categories.get, customer_id or cart.customer_id)
    by_people = [*by_hand(cart), *given]
    offered = by_offers(cart, rules.offers, by_people)
    return PricedCart(cart, rules, rules.ruleset.verdict(facts, [*by_people, *offered]))


def told_of_rules(sale: PricedCart) -> dict[str, Any] | None:
    """What a sale's event says of its tables, so that anybody can decide it again; None where there
    are none."""
    if not sale.rules.versions:
        return None
    known = sale.cart.categories
    return {
        "tables": dict(sale.rules.versions),
        "categories": {each.sku: known[each.sku] for each in sale.cart.lines if each.sku in known},
        **({"notes": notes} if (notes := _notes(sale.verdict.checks)) else {}),
    }


def _notes(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """One for each rule: a cart of a thousand serial numbers must fit into one event."""
    lines: dict[tuple[str, str], list[int]] = {}
    for each in checks:
        if each.note:
            found = lines.setdefault((each.rule, each.note), [])
            found += [] if each.line_no is None else [each.line_no]
    return [
        {"rule": rule, "note": note, "line_nos": numbers} for (rule, note), numbers in lines.items()
    ]
