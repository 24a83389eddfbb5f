"""One message of the input, and what must come of the messages so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.acceptance.outside.feed import DeadLetter
from tests.acceptance.outside.limits import MALFORMED, WRONG_PARTITION
from tests.acceptance.outside.malformed import ASTRAY
from tests.acceptance.outside.oracle import Oracle
from tests.acceptance.outside.partition import partition_of
from tests.acceptance.outside.plan import Plan
from tests.acceptance.outside.world import Key, Movement, Policy

from .broker import PARTITION, PARTITIONS, InputRecord

STARTED = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

TILL_EVENTS = "till.cart-events"
MOVEMENTS = "cdc.stock-movements"
ASSORTMENT = "cdc.assortment"
PRODUCTS = "cdc.products"
LOCATIONS = "cdc.locations"

NIGHT = timedelta(hours=5)
"""Longer than an open cart is kept."""

Effect = Callable[["Expectation", datetime], str | None]
"""What a message does that was stored then; the reason where it must become a dead letter."""


@dataclass
class Expectation:
    """What must come of the input up to a point: the oracle, and the policies."""

    oracle: Oracle = field(default_factory=Oracle)
    policies: dict[Key, list[Policy | None]] = field(default_factory=dict[Key, list[Policy | None]])
    booked: set[str] = field(default_factory=set[str])

    def movement(self, movement: Movement) -> str | None:
        """A movement was booked, or a connector that was reset sent it again."""
        if movement.movement_id in self.booked:
            return None
        self.booked.add(movement.movement_id)
        return self.oracle.movement(movement)

    def set_policy(self, policy: Policy) -> None:
        """An assortment row was written."""
        self.policies.setdefault(policy.key, []).append(policy)

    def remove_policy(self, policy: Policy) -> None:
        """An assortment row was deleted."""
        self.policies.setdefault(policy.key, []).append(None)


@dataclass(frozen=True)
class Sent:
    """One message of the input, what it does, and whether it must become a dead letter."""

    topic: str
    key: bytes | None
    value: bytes | None
    effect: Effect | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    bad: str | None = None
    is_opening: bool = False
    skips: int = 0
    slept: timedelta = timedelta()
    """How much later than at the beginning it is sent."""
    stamp: datetime = STARTED
    """When the broker stores it, see `stamped`."""

    def record(self, offset: int) -> InputRecord:
        """As it lies in its topic."""
        stamp = int(self.stamp.timestamp() * 1000) if self.topic == TILL_EVENTS else -1
        return InputRecord(self.topic, PARTITION, offset, stamp, self.key, self.value, self.headers)

    def letter(self, offset: int, reason: str | None) -> DeadLetter:
        """The dead letter that it must become, being bad in itself or for this `reason`."""
        source = f"{self.topic}-{PARTITION}-{offset}"
        if reason is None:
            reason = WRONG_PARTITION if self.bad in ASTRAY else MALFORMED
        kind, headers = self.bad or reason, list(self.headers)
        return DeadLetter(source, kind, reason, self.key, self.value, headers)


@dataclass(frozen=True)
class Inputs:
    """All that is sent, in order."""

    plan: Plan
    sent: list[Sent]


def stamped(sent: Iterable[Sent]) -> list[Sent]:
    """The broker's time never goes back: once a till has slept, it is morning for all."""
    now, told = STARTED, list[Sent]()
    for one in sent:
        now = max(now, STARTED + one.slept)
        told.append(replace(one, stamp=now))
    return told


def places(stem: str, here: bool) -> Iterator[str]:
    """Ids of locations whose partition is the simulated one, or is not."""
    names = (f"{stem}s{at}" for at in range(1000))
    return (name for name in names if (partition_of(name, PARTITIONS) == PARTITION) is here)
