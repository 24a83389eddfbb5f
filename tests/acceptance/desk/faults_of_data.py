"""Faults in what tills send. Each breaks something real and heals it as its runbook entry says."""

from __future__ import annotations

import uuid

from tests.acceptance.desk.operators import Desk, Fault, now, pulse
from tests.integration.sink_world import Till, line
from topics.registry import TILL_EVENTS


def malformed(desk: Desk, shop: str) -> Fault:
    desk.say((TILL_EVENTS.name, shop, b'{"type": "no such thing"}', 0))
    yield [("MessagesAreDeadLettered", {"topic": TILL_EVENTS.name, "reason": "malformed"})]
    assert "no such thing" in desk.run("dead-letters", "list", TILL_EVENTS.name)


def unknown(desk: Desk, shop: str) -> Fault:
    with pulse(desk, shop):
        yield [("LocationIsUnknown", {})]
        assert (shop,) in desk.from_runbook("LocationIsUnknown")
        desk.open_shop(shop)


def clock_ahead(desk: Desk, shop: str) -> Fault:
    till = Till(shop, f"{shop}-2")
    with pulse(desk, shop, minutes=10):
        desk.say(till.sale(line(1, "tea", 1), occurred_at=now(minutes=10)))
        yield [("TillClockIsAhead", {})]
        assert (shop, till.till) in [row[:2] for row in desk.from_runbook("TillClockIsAhead")]


BOOKED_LATE = """
INSERT INTO stock_movements
    (movement_id, location_id, sku, quantity, reason, reference, occurred_at)
VALUES (%s, %s, 'lost-goods', %s, %s, %s, now() - interval '8 days')
"""


def not_received(desk: Desk, shop: str) -> Fault:
    """Goods that left a week ago, and that nobody books in."""
    reference = f"truck-{uuid.uuid4().hex[:8]}"
    desk.sql(BOOKED_LATE, f"{reference}-out", shop, -4, "transfer_out", reference)
    yield [("TransferIsNotReceived", {"location_id": shop})]
    assert reference in [row[0] for row in desk.from_runbook("TransferIsNotReceived")]
    desk.sql(BOOKED_LATE, f"{reference}-in", shop, 4, "transfer_in", reference)


def late_line(desk: Desk, shop: str) -> Fault:
    """What the shop says takes a minute on its way."""
    with pulse(desk, shop, minutes=-1):
        yield [("BoardIsLate", {})]


def silent(desk: Desk, shop: str) -> Fault:
    till = Till(shop, f"{shop}-1")
    desk.say(till.event("till_heartbeat", occurred_at=now(minutes=-20)))
    yield [("ShopIsSilent", {"location_id": shop})]
    desk.say(till.event("till_heartbeat", occurred_at=now()))


def one_silent(desk: Desk, shop: str) -> Fault:
    talks, sulks = Till(shop, f"{shop}-1"), Till(shop, f"{shop}-2")
    desk.say(sulks.event("till_heartbeat", occurred_at=now(minutes=-20)))
    desk.say(talks.event("till_heartbeat", occurred_at=now()))
    yield [("TillsAreSilent", {"location_id": shop})]
    desk.say(sulks.event("till_heartbeat", occurred_at=now()))


def gap(desk: Desk, shop: str) -> Fault:
    till = Till(shop, f"{shop}-1")
    first, lost, third = (till.event("till_heartbeat", occurred_at=now()) for _ in range(3))
    desk.say(first, third)
    yield [("EventsAreMissing", {"location_id": shop})]
    told = desk.run("tills", "list", shop)
    assert till.till in told and "missing: 2\n" in told, told
    desk.say(lost)


def forked(desk: Desk, shop: str) -> Fault:
    """A till that was copied: two devices number their sales alike, and start over together."""
    till, copied = Till(shop, "1"), Till(shop, "1")
    desk.say(till.sale(line(1, "tea", 1), occurred_at=now()))
    desk.say(copied.sale(line(1, "tea", 2), occurred_at=now()))
    yield [("TillIdentityIsShared", {})]
    told = desk.run("tills", "list", shop)
    assert "1 forks" in told, told
    assert "fork" in desk.run("dead-letters", "list", TILL_EVENTS.name)
    till = Till(shop, "1", epoch=2)
    desk.say(till.sale(line(1, "tea", 2), occurred_at=now()))


def returned_twice(desk: Desk, shop: str, other: str) -> Fault:
    """Two stores take back the same while they are cut off; a sale that comes late explains it."""
    tea, number = line(1, "tea", 1), f"r-{shop}"
    here, there = Till(shop, "7"), Till(other, "9")
    desk.say(here.sale(tea, receipt_no=number, occurred_at=now()))
    for till in (here, there):
        desk.say(till.goods_returned(tea, restock=False, receipt_no=number, occurred_at=now()))
    yield [("ReturnsAreDisputed", {})]
    told = desk.stack.python("tillstream", "returns", "disputed", "--location", shop).stdout
    assert f"back  {shop}/7/" in told and f"back  {other}/9/" in told, told
    desk.say(here.sale(tea, receipt_no=number, occurred_at=now()))


def malformed_record(desk: Desk, shop: str) -> Fault:
    """Somebody writes into a topic of ours."""
    desk.intrude("stock.levels", f"{shop}/tea", b'{"on_hand": "many"}')
    record = {"topic": "stock.levels"}
    yield [
        ("DerivedRecordsAreMalformed", {"job": "tillstream-sink", **record}),
        ("DerivedRecordsAreMalformed", {"job": "tillstream-board", **record}),
    ]
    told = desk.from_runbook("DerivedRecordsAreMalformed")
    assert any("stock.levels" in row for row in told), told
