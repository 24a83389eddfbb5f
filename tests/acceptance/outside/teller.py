"""A till that says exactly what a scene wants, at the moments that it wants."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .limits import NUMBER_MAX
from .message import Message, message_of
from .plan import Plan, rfc3339, uuid7

Event = dict[str, Any]


@dataclass
class Teller:
    """One till, which keeps what it has said in `said`."""

    plan: Plan
    location_id: str
    till_id: str
    rng: random.Random
    epoch: int = 1
    sequence: int = 0
    said: list[Message] = field(default_factory=list[Message])

    def event(self, at: float, moment: datetime | None = None, **body: Any) -> Event:
        """The next event at a share of the run's way; `moment` is what the till's clock says.

        A number in the body is the event's own.
        """
        self.sequence += 1
        when = moment or self.plan.moment(at)
        head: Event = {"type": "till_heartbeat", "event_id": uuid7(self.plan.moment(at), self.rng)}
        head |= {"location_id": self.location_id, "till_id": self.till_id, "epoch": self.epoch}
        head |= {"sequence": self.sequence, "occurred_at": rfc3339(when, self.rng)}
        event = {**head, "business_date": self.plan.business_date(0).isoformat(), **body}
        self.epoch, self.sequence = event["epoch"], event["sequence"]
        return event

    def say(
        self, at: float, bad: str | None = None, moment: datetime | None = None, **body: Any
    ) -> Event:
        """Say it; `bad` names what is wrong with it."""
        event = self.event(at, moment, **body)
        self.repeat(event, at, bad)
        return event

    def repeat(self, event: Event, at: float, bad: str | None = None) -> None:
        """Say an event as it is."""
        message = message_of(event, at, self.rng)
        message.bad = bad
        self.said.append(message)


def lines_of(
    sku: str, count: int, quantity: int, amount_minor: int = 0, unit: str = "each"
) -> list[Event]:
    """So many lines of one product."""
    more = {"unit": unit, "unit_price_minor": 0, "amount_minor": amount_minor}
    return [{"line_no": at, "sku": sku, "quantity": quantity, **more} for at in range(count)]


def sale(lines: list[Event], cart_id: str, total_minor: int | None = None) -> Event:
    """The body of a sale, paid in cash."""
    total = total_minor
    if total is None:
        total = min(NUMBER_MAX, sum(line["amount_minor"] for line in lines))
    body: Event = {"type": "cart_completed", "cart_id": cart_id, "receipt_no": f"R-{cart_id}"}
    body |= {"currency": "EUR", "lines": lines, "discounts": [], "taxes": []}
    return body | {"tenders": [{"kind": "cash", "amount_minor": total}], "total_minor": total}


def returned(lines: list[Event], return_id: str, restock: bool = True) -> Event:
    """The body of a return for which nothing is given back."""
    body: Event = {"type": "goods_returned", "return_id": return_id, "receipt_no": "R-1"}
    return body | {"lines": lines, "refund_minor": 0, "restock": restock}
