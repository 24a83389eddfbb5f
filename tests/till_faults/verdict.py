"""The verdict: what customers were told, beside what the centre says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from kafka import KafkaConsumer
from kafka.structs import TopicPartition

from tests.acceptance.outside.findings import Findings
from tests.acceptance.outside.stack import Stack, tillstream
from tests.faults.feed import eventually
from tests.faults.verdict import grade

from .customers import SKUS, Customers, DoneSale
from .machine import TillMachine

CONFIRMED_SECONDS_MAX = 300.0
"""How long tills may need at the end to hear that the centre has all, on a busy machine. From here
on a till counts as stuck, which is a finding."""

SINK_SECONDS_MAX = 180.0

Tills = Sequence[tuple[TillMachine, Customers]]


@dataclass
class TillVerdict:
    """What was found, and how much was looked at."""

    findings: Findings = field(default_factory=Findings)
    events: int = 0
    sales: int = 0
    left: int = 0
    dead_letters: int = 0

    def counts(self) -> dict[str, int]:
        """Lost, doubled and wrong."""
        counts: Counter[str] = Counter(lost=0, doubled=0, wrong=0)
        for kind, count in self.findings.counts.items():
            counts[grade(kind)] += count
        return dict(counts)


def judge(
    stack: Stack,
    location_id: str,
    tills: Tills,
    verdict: TillVerdict,
    booked: Mapping[str, int] | None = None,
) -> None:
    """Wait until the tills say that the centre has everything, and ask the centre. ``booked`` are
    pieces by SKU that came to the shelf otherwise."""
    findings = verdict.findings
    for machine, _ in tills:
        _await_confirmed(machine, findings)
    done = {sale.event_id: sale for _, customers in tills for sale in customers.done}
    untold = {name for _, customers in tills for name in customers.untold}
    eventually(SINK_SECONDS_MAX, lambda: done.keys() <= {r["event_id"] for r in _receipts(stack)})
    receipts = [each for each in _receipts(stack) if each["location_id"] == location_id]
    compare_receipts(done, untold, receipts, findings)
    _compare_levels(stack, location_id, receipts, booked or {}, findings)
    _compare_status(stack, location_id, findings)
    for machine, _ in tills:
        _verify_journal(machine, findings)
    verdict.sales, verdict.left = len(done), sum(customers.left for _, customers in tills)
    verdict.events = sum(1 for _ in _messages(stack, "till.cart-events", location_id))
    verdict.dead_letters = sum(
        1 for _ in _messages(stack, "till.cart-events.dead-letter", location_id)
    )


def _await_confirmed(machine: TillMachine, findings: Findings) -> None:
    """The till hears that the centre has all that it has now. It is told with each batch, so it
    writes something of no weight, as a drawer that is opened would."""
    ends = {each["epoch"]: _end(each) for each in _epochs(machine)}

    def is_confirmed() -> bool:
        machine.note()
        told = {each["epoch"]: each for each in _epochs(machine)}
        return all(
            told[epoch]["confirmed_to"] >= end and not told[epoch]["missing"]
            for epoch, end in ends.items()
        )

    if not (ends and eventually(CONFIRMED_SECONDS_MAX, is_confirmed)):
        findings.add("stuck", f"{machine.till_id}: {machine.state()}")


def _epochs(machine: TillMachine) -> list[dict[str, Any]]:
    return machine.state().get("sending", {}).get("epochs", [])


def _end(epoch: Mapping[str, Any]) -> int:
    """What was never accepted of an epoch that is forked is written again under a later one."""
    return epoch["accepted_to"] if epoch["is_forked"] else epoch["last"]


def compare_receipts(
    done: Mapping[str, DoneSale],
    untold: set[str],
    receipts: Sequence[dict[str, Any]],
    findings: Findings,
) -> None:
    """Each sale that a customer was told of is a receipt, once; and there is no other."""
    count = Counter(receipt["event_id"] for receipt in receipts)
    for event_id, sale in done.items():
        if not count[event_id]:
            findings.add("sale lost", f"{sale}")
        elif count[event_id] > 1:
            findings.add("sale twice", f"{count[event_id]} times: {sale}")
    for receipt in receipts:
        sale = done.get(receipt["event_id"])
        if sale is not None:
            where = f"amount of {sale.receipt_no}"
            findings.same(where, where, sale.total_minor, _amount(receipt))
            findings.same(f"goods of {sale.receipt_no}", where, sale.quantities, _moved(receipt))
        elif not {receipt.get("cart_id"), receipt["receipt_no"]} & untold:
            findings.add("sale of nobody", json.dumps(receipt))


def _amount(receipt: Mapping[str, Any]) -> int:
    return -receipt["refund_minor"] if "refund_minor" in receipt else receipt["total_minor"]


def _moved(receipt: Mapping[str, Any]) -> dict[str, int]:
    sign = -1 if "refund_minor" in receipt else 1
    moved: Counter[str] = Counter()
    for line in receipt["lines"]:
        moved[line["sku"]] += sign * line["quantity"]
    return dict(moved)


def _compare_levels(
    stack: Stack,
    location_id: str,
    receipts: Sequence[dict[str, Any]],
    booked: Mapping[str, int],
    findings: Findings,
) -> None:
    """What is on hand is what the receipts leave of what was booked."""
    expected: Counter[str] = Counter(booked)
    for receipt in receipts:
        expected.subtract(_moved(receipt))
    wanted = {sku: expected[sku] for sku in SKUS if expected[sku]}
    eventually(SINK_SECONDS_MAX, lambda: _levels(stack, location_id) == wanted)
    there = _levels(stack, location_id)
    for sku in sorted(wanted.keys() | there.keys()):
        findings.same("level", sku, wanted.get(sku, 0), there.get(sku, 0))


def _levels(stack: Stack, location_id: str) -> dict[str, int]:
    query = "SELECT sku, on_hand FROM stock_levels WHERE location_id = %s AND sku = ANY(%s)"
    with psycopg.connect(stack.postgres) as connection:
        rows = connection.execute(query, (location_id, list(SKUS))).fetchall()
    return {sku: on_hand for sku, on_hand in rows if on_hand}


def _compare_status(stack: Stack, location_id: str, findings: Findings) -> None:
    """No number is missing at the centre."""
    query = "SELECT till_id, epoch, missing FROM till_status WHERE location_id = %s"

    def missing() -> list[Any]:
        with psycopg.connect(stack.postgres) as connection:
            return [row for row in connection.execute(query, (location_id,)) if row[2]]

    eventually(SINK_SECONDS_MAX, lambda: not missing())
    for row in missing():
        findings.add("numbers absent", f"{row}")


def _verify_journal(machine: TillMachine, findings: Findings) -> None:
    """An auditor finds nothing, unless somebody has put an older disk back."""
    if machine.times_put_back:
        return
    proven = tillstream("journal", "verify", str(machine.journal), "--topic", "--json")
    told = json.loads(proven.stdout or "{}")
    if told.get("found") != 0:
        findings.add("journal", f"{machine.till_id}: {proven.stdout[-600:]}{proven.stderr[-600:]}")


def _receipts(stack: Stack) -> list[dict[str, Any]]:
    return [json.loads(message.value) for message in _messages(stack, "checkout.receipts")]


def _messages(stack: Stack, topic: str, location_id: str | None = None) -> Iterator[Any]:
    """What a topic has, of one location or of all; committed messages only."""
    consumer: Any = KafkaConsumer(
        **stack.kafka, isolation_level="read_committed", enable_auto_commit=False
    )
    try:
        places = [
            TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()
        ]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < ends[place] for place in places):
            for batch in consumer.poll(timeout_ms=500).values():
                yield from (m for m in batch if _is_of(m, location_id))
    finally:
        consumer.close()


def _is_of(message: Any, location_id: str | None) -> bool:
    key = (message.key or b"").decode(errors="replace").partition("/")[0]
    return location_id in (None, key)
