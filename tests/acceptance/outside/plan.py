"""What one run does: its seed, its size and the prefix that sets its ids apart."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

INPUT = "till.cart-events"
DEAD_LETTERS = "till.cart-events.dead-letter"
MOVEMENT_LETTERS = "cdc.stock-movements.dead-letter"
LEVELS = "stock.levels"
TOTALS = "checkout.totals"
ALERTS = "restock.alerts"
TILLS = "till.status"
OUTPUTS = (LEVELS, TOTALS, ALERTS, TILLS)
RECEIPTS = "checkout.receipts"


@dataclass(frozen=True)
class Plan:
    """The size of a run and the moment it started.

    One till leaves `gaps` numbers out, every second one. One shop sends `burst` sales at once.
    `scenes` asks for the stories at the contract's limits among the sales.
    """

    seed: int
    events: int
    tag: str
    started: datetime
    locations: int = 40
    tills: int = 3
    products: int = 120
    assortment: int = 60
    wrong_clocks: float = 0.15
    gaps: int = 1_500
    burst: int = 0
    scenes: bool = True

    @property
    def prefix(self) -> str:
        """The beginning of every id of this run."""
        return f"oc{self.seed}-{self.tag}-"

    @property
    def first_moment(self) -> datetime:
        """When the first event happens, well within the time an open cart is kept."""
        return self.started - timedelta(minutes=50)

    def moment(self, share: float) -> datetime:
        """The moment of the run at a share (0 to 1) of its way."""
        return self.first_moment + timedelta(minutes=48) * share

    def business_date(self, days_ago: int) -> date:
        """A business date shortly before the run."""
        return self.started.date() - timedelta(days=days_ago)


def make_plan(seed: int, events: int) -> Plan:
    """Plan a run that starts now; the tag lets the same seed run again on the same stack."""
    started = datetime.now(UTC)
    tag = f"{int(started.timestamp()) % 36**5:x}"
    return Plan(seed=seed, events=events, tag=tag, started=started)


def rfc3339(moment: datetime, rng: random.Random) -> str:
    """Write a moment in one of the ways RFC 3339 allows for UTC."""
    text = moment.isoformat(timespec=rng.choice(("milliseconds", "microseconds")))
    return text if rng.random() < 0.2 else text.replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Read a time that a till or an output wrote."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def uuid7(moment: datetime, rng: random.Random) -> str:
    """Make a UUIDv7 for a moment from the run's own random numbers."""
    milliseconds = int(moment.timestamp() * 1000)
    number = (milliseconds << 80) | rng.getrandbits(80)
    number = (number & ~(0xF << 76)) | (0x7 << 76)
    number = (number & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=number))
