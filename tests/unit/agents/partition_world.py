"""One partition's agents over a store in memory, and short ways to say what tills say."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from agents.ports import Counts
from engine.contract import Message, Outbox
from engine.state import PartitionState
from engine.store import MemoryStore
from tests.app_specs import retail_spec
from topics.derived import CheckoutTotals, RestockAlert, StockLevel, TillStatus
from topics.partitioning import partition_of
from topics.registry import ASSORTMENT, STOCK_MOVEMENTS, TILL_EVENTS

PARTITIONS = 8
SHOP = "shop-1"
MORNING = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = MORNING.date()
MODELS = {
    "stock.levels": StockLevel,
    "checkout.totals": CheckoutTotals,
    "restock.alerts": RestockAlert,
    "till.status": TillStatus,
}


@dataclass(frozen=True)
class Fetched:
    """A record as the engine hands it over."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass
class Kept:
    """A tally that keeps every batch's counts."""

    counts: list[Counts] = field(default_factory=list[Counts])

    def add(self, partition: int, counts: Counts) -> None:
        self.counts.append(counts)


def after(minutes: float) -> datetime:
    """A time of the day on which everything here happens."""
    return MORNING + timedelta(minutes=minutes)


def said(
    kind: str,
    sequence: int,
    minutes: float = 0,
    *,
    till: str = "till-1",
    epoch: int = 1,
    shop: str = SHOP,
    day: date = TODAY,
    **added: Any,
) -> dict[str, Any]:
    """A till event, ``minutes`` after nine."""
    return {
        "type": kind,
        "event_id": f"01932f5e-7a1b-7c3d-8e4f-{sequence:012d}",
        "location_id": shop,
        "till_id": till,
        "epoch": epoch,
        "sequence": sequence,
        "occurred_at": after(minutes).isoformat(),
        "business_date": day.isoformat(),
        **added,
    }


def line(
    sku: str = "milk", quantity: int = 1, line_no: int = 1, amount: int = 100
) -> dict[str, Any]:
    """A line of a cart or receipt."""
    return {
        "line_no": line_no,
        "sku": sku,
        "quantity": quantity,
        "unit": "each",
        "unit_price_minor": amount,
        "amount_minor": amount,
    }


def receipt(*lines: dict[str, Any], cart: str = "c-1", **other: Any) -> dict[str, Any]:
    """What ``cart_completed`` adds: paid by card, without discounts."""
    total = sum(each["amount_minor"] for each in lines)
    return {
        "cart_id": cart,
        "receipt_no": f"r-{cart}",
        "currency": "EUR",
        "lines": list(lines),
        "discounts": [],
        "taxes": [],
        "tenders": [{"kind": "card", "amount_minor": total}],
        "total_minor": total,
        **other,
    }


def returned(*lines: dict[str, Any], refund: int, restock: bool) -> dict[str, Any]:
    """What ``goods_returned`` adds."""
    return {
        "return_id": "b-1",
        "receipt_no": "r-1",
        "lines": list(lines),
        "refund_minor": refund,
        "restock": restock,
    }


class World:
    """Commits after each `give`; ``restart`` builds the agents anew over the same store."""

    def __init__(
        self,
        default_hysteresis: int = 0,
        timeout_minutes: int = 240,
        partition: int = partition_of(SHOP, PARTITIONS),
        generation: int = 0,
    ) -> None:
        self._partition = partition
        self.tally = Kept()
        timeout = timedelta(minutes=timeout_minutes)
        self._spec = retail_spec(PARTITIONS, timeout, default_hysteresis, self.tally, generation)
        self._store = MemoryStore()
        self._offsets: dict[str, int] = {}
        self._now = MORNING
        self.sent: dict[str, list[Message]] = {}
        self.restart()

    def restart(self) -> None:
        """As after a crash: what was committed is there, what was remembered is not."""
        self.state = PartitionState(self._store, self._spec.tables)
        self.agent: Any = self._spec.build(self.state, self._partition)

    def sell(self, *events: dict[str, Any]) -> None:
        """Till events, committed as one batch."""
        self.give(TILL_EVENTS.name, *events)

    def book(self, sku: str, quantity: int, movement: str = "", minutes: float = 0) -> None:
        """A stock movement."""
        number = self._offsets.get(STOCK_MOVEMENTS.name, 0)
        row = {
            "movement_id": movement or f"m-{number}",
            "location_id": SHOP,
            "sku": sku,
            "quantity": quantity,
            "reason": "delivery",
            "occurred_at": after(minutes).isoformat(),
        }
        self.give(STOCK_MOVEMENTS.name, row)

    def list_item(self, sku: str, reorder_point: int, order_up_to: int, **other: Any) -> None:
        """An assortment row."""
        row = {
            "location_id": SHOP,
            "sku": sku,
            "listed": True,
            "reorder_point": reorder_point,
            "order_up_to": order_up_to,
            **other,
        }
        self.give(ASSORTMENT.name, row)

    def give(self, topic: str, *values: dict[str, Any] | bytes | None, **given: Any) -> None:
        """One batch of one topic, folded, announced and committed."""
        self.give_records(topic, [self.record(topic, value, **given) for value in values])

    def give_records(self, topic: str, records: Sequence[Fetched]) -> None:
        """Records as they are, as one batch."""
        self.agent.fold(topic, records)
        outbox = Outbox()
        self.agent.announce(outbox)
        for name, messages in outbox.messages.items():
            self.sent.setdefault(name, []).extend(messages)
        self.state.take()
        self.state.settle()
        self.state.write(0)
        self.agent.committed()

    def record(
        self,
        topic: str,
        value: dict[str, Any] | bytes | None,
        timestamp: datetime | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> Fetched:
        """The next record of ``topic``, written at ``timestamp``, else at the broker's time."""
        timestamp = timestamp or self._written(value)
        offset = self._offsets.get(topic, 0)
        self._offsets[topic] = offset + 1
        body = json.dumps(value).encode() if isinstance(value, dict) else value
        milliseconds = int(timestamp.timestamp() * 1000)
        return Fetched(offset, milliseconds, SHOP.encode(), body, headers)

    def wait(self, minutes: float) -> None:
        """Time passes at the broker, until so many minutes after nine."""
        self._now = after(minutes)

    def _written(self, value: dict[str, Any] | bytes | None) -> datetime:
        """When the broker writes it. Its time goes on with the events, by four hours at a time:
        what claims to be later comes from a clock that is ahead."""
        said_at = value.get("occurred_at") if isinstance(value, dict) else None
        occurred_at = datetime.fromisoformat(said_at) if said_at else self._now
        if self._now < occurred_at <= self._now + timedelta(hours=4):
            self._now = occurred_at
        return min(occurred_at, self._now)

    def history(self, topic: str, key: str) -> list[Any]:
        """Every message of a key, read through the contract's model."""
        return [
            MODELS[topic].model_validate_json(message.value or b"")
            for message in self.sent.get(topic, [])
            if message.key == key.encode() and message.value is not None
        ]

    def level(self, sku: str = "milk") -> StockLevel:
        """The stock of ``sku`` as last announced."""
        return self.history("stock.levels", f"{SHOP}/{sku}")[-1]

    def totals(self, till: str | None = None, day: date = TODAY) -> CheckoutTotals:
        """The shop's totals, or a till's, as last announced."""
        parts = [SHOP, till, day.isoformat()] if till else [SHOP, day.isoformat()]
        return self.history("checkout.totals", "/".join(parts))[-1]

    def alerts(self, sku: str = "milk") -> list[RestockAlert]:
        """The history of alerts of ``sku``."""
        return self.history("restock.alerts", f"{SHOP}/{sku}")

    def till(self, till: str = "till-1") -> TillStatus:
        """A till's status as last announced."""
        return self.history("till.status", f"{SHOP}/{till}")[-1]

    def dead(self, topic: str) -> list[Message]:
        """The dead letters of ``topic``."""
        return self.sent.get(topic + ".dead-letter", [])

    def reasons(self, topic: str) -> list[str]:
        """Why the dead letters of ``topic`` were refused, in order."""
        return [dict(letter.headers)["reason"].decode() for letter in self.dead(topic)]

    def restated(self) -> dict[str, list[Any]]:
        """All that stands, as a rebuild says it, read through the contracts' models."""
        outbox, cursor = Outbox(), self.agent.restate(None, first := Outbox())
        outbox.messages.update(first.messages)
        while cursor is not None:
            cursor = self.agent.restate(cursor, page := Outbox())
            for topic, messages in page.messages.items():
                outbox.send_all(topic, messages)
        return {
            topic: [MODELS[topic].model_validate_json(message.value or b"") for message in messages]
            for topic, messages in outbox.messages.items()
        }

    def decide(self, kind: str, till: str = "till-1", after_offset: int = 0, **more: Any) -> None:
        """What an operator decides, from the till event at ``after_offset`` on."""
        row = {"type": kind, "location_id": SHOP, "after_offset": after_offset, **more}
        if kind != "row_restated":
            row["till_id"] = till
        row |= {"decided_by": "ops", "decided_at": MORNING.isoformat()}
        self.give("till.upkeep", row)

    @property
    def next_offset(self) -> int:
        """Where the till events end now."""
        return self._offsets.get(TILL_EVENTS.name, 0)
