"""What a cart is while it is open or waits: the lines that count, and tenders asked for."""

from typing import Any, Literal

import msgspec

from topics import scalars as s
from topics.wire_parts import WireLine, WireTender

Outcome = Literal["captured", "declined", "unknown"]


class CartTender(msgspec.Struct, frozen=True):
    """A payment that a terminal was asked for; without an outcome nobody knows it yet."""

    kind: s.TenderKind
    amount_minor: s.Amount
    outcome: Outcome | None = None
    is_own: bool = False
    """The till itself asks its own terminal for it."""

    def told(self) -> dict[str, Any]:
        """As events and programs have it."""
        said = {"kind": self.kind, "amount_minor": self.amount_minor}
        return said | {"outcome": self.outcome}

    @property
    def is_settled(self) -> bool:
        """Whether it is known for good whether money was taken."""
        return self.outcome in ("captured", "declined")


class SettledCheck(msgspec.Struct, frozen=True, array_like=True):
    """A check of a table's row that a cashier has confirmed; ``line_no`` None is the cart."""

    rule: str
    line_no: int | None = None


class GivenDiscount(msgspec.Struct, frozen=True, omit_defaults=True):
    """A discount that somebody gave by hand: either ``percent`` or ``amount_minor`` off the line,
    or off the cart where ``line_no`` is None."""

    discount_no: int
    reason: str
    line_no: int | None = None
    percent: int | None = None
    amount_minor: int | None = None


class TillCart(msgspec.Struct, frozen=True, omit_defaults=True):
    """One customer's cart; ``lines`` without those that were voided.

    ``tables`` are the versions of the decision tables by which it is decided, None for a cart of a
    release before them; ``categories`` are those of its products when they were scanned. Old enough
    for ``aged_years`` the customer was found to be, and ``settled`` is what else was checked.
    """

    cart_id: str
    status: Literal["open", "suspended"] = "open"
    training: bool = False
    cashier_id: str | None = None
    customer_id: str | None = None
    next_line_no: int = 1
    lines: tuple[WireLine, ...] = ()
    tenders: dict[str, CartTender] = {}
    next_quantity: int | None = None
    """Typed for the next scan, as the price below is."""

    next_price_minor: int | None = None
    tables: dict[str, int] | None = None
    categories: dict[str, str] = {}
    aged_years: int = 0
    settled: tuple[SettledCheck, ...] = ()
    given: tuple[GivenDiscount, ...] = ()
    next_discount_no: int = 1
    began_at_seconds: float = 0
    """By the till's clock: what the store offered then holds for the whole cart."""

    agreed_percent: int = 0
    """Of what the cart came to: what was given by hand in all, when the last of it was allowed."""

    @property
    def total_minor(self) -> int:
        """What the lines come to."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def unsettled(self) -> list[str]:
        """Tenders of which nobody knows whether money was taken."""
        return [each for each, tender in self.tenders.items() if not tender.is_settled]

    @property
    def captured(self) -> tuple[WireTender, ...]:
        """What was paid for it so far."""
        return tuple(
            WireTender(each.kind, each.amount_minor)
            for each in self.tenders.values()
            if each.outcome == "captured"
        )

    @property
    def captured_minor(self) -> int:
        """What that comes to."""
        return sum(each.amount_minor for each in self.captured)

    def with_line(self, line: WireLine, category: str | None = None) -> "TillCart":
        """The cart with one line more, of a product in that category."""
        known = {} if category is None else {line.sku: category}
        return msgspec.structs.replace(
            self,
            lines=(*self.lines, line),
            next_line_no=line.line_no + 1,
            categories=self.categories | known,
        )

    def without_line(self, line_no: int) -> "TillCart":
        """The cart without that line and what was given on it; its number is not used again."""
        left = tuple(line for line in self.lines if line.line_no != line_no)
        settled = tuple(each for each in self.settled if each.line_no != line_no)
        given = tuple(each for each in self.given if each.line_no != line_no)
        return msgspec.structs.replace(self, lines=left, settled=settled, given=given)

    def told(self) -> dict[str, Any]:
        """As programs are told of it in one line."""
        return {
            "cart_id": self.cart_id,
            "status": self.status,
            "training": self.training,
            "lines": len(self.lines),
            "total_minor": self.total_minor,
            "captured_minor": self.captured_minor,
            "next_quantity": self.next_quantity,
            "next_price_minor": self.next_price_minor,
            "aged_years": self.aged_years,
        }

    def told_whole(self) -> dict[str, Any]:
        """As programs are told of it with all that is in it."""
        shown = {each: tender.told() for each, tender in self.tenders.items()}
        people = {"cashier_id": self.cashier_id, "customer_id": self.customer_id}
        parts = {"lines": plain(self.lines), "given": plain(self.given), "tenders": shown}
        return self.told() | people | parts


def plain(parts: tuple[msgspec.Struct, ...]) -> list[dict[str, Any]]:
    """Lines and their like as events have them, without what was not said."""
    return [
        {name: value for name, value in msgspec.to_builtins(part).items() if value is not None}
        for part in parts
    ]
