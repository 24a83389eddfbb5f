"""The outsider's oracle agrees with itself, and with a few cases worked out by hand."""

from __future__ import annotations

import random
from typing import Any

from .findings import Findings
from .oracle import Oracle
from .partition import murmur2, partition_of
from .plan import make_plan
from .run import Run, expect_all, prepare

Event = dict[str, Any]


def _run() -> Run:
    run = prepare(make_plan(11, 3_000))
    expect_all(run)
    return run


def _events(*bodies: Event) -> Oracle:
    """Feed an oracle with events of one till, numbered from 1 unless they say otherwise."""
    oracle = Oracle()
    head: Event = {"location_id": "l", "till_id": "t", "epoch": 1, "business_date": "2026-11-21"}
    for number, body in enumerate(bodies, 1):
        moment = f"2026-11-21T10:00:{number:02d}Z"
        oracle.event({**head, "sequence": number, "occurred_at": moment, "cart_id": "c", **body})
    return oracle


def _added(line_no: int, quantity: int) -> Event:
    return {"type": "line_added", "line": {"line_no": line_no, "sku": "s", "quantity": quantity}}


VOIDED: Event = {"type": "line_voided", "line_no": 1}
ABANDONED: Event = {"type": "cart_abandoned"}


def test_a_void_before_its_line_leaves_nothing_in_the_cart() -> None:
    assert _events(VOIDED, _added(1, 5), _added(2, 3)).in_carts()["l", "s"] == 3


def test_a_late_line_of_an_abandoned_cart_changes_nothing() -> None:
    oracle = _events(_added(1, 5), ABANDONED, _added(2, 3), {"type": "cart_opened"})
    assert not oracle.in_carts()["l", "s"]
    assert not oracle.open_carts(announced=False)


def test_a_repeat_is_counted_and_a_gap_is_named() -> None:
    beat: Event = {"type": "till_heartbeat"}
    till = _events({**beat, "sequence": 2}, beat, {**beat, "sequence": 6}).tills["t"]
    assert (till.repeats, till.missing(1), till.last_sequence) == ({1: 1}, [[1, 1], [3, 5]], 6)


def test_partitions_are_those_of_the_java_client() -> None:
    """The values Kafka's own tests give for its hash."""
    known = {b"21": -973932308, b"foobar": -790332482, b"abc": 479470107}
    assert {text: murmur2(text) for text in known} == {k: v % 2**32 for k, v in known.items()}
    assert partition_of("foobar", 6) == (-790332482 & 0x7FFFFFFF) % 6


def test_the_order_of_arrival_does_not_change_what_is_expected() -> None:
    run, shuffled = _run(), Oracle()
    once = {(m.event["till_id"], m.event["epoch"], m.event["sequence"]): m.event
            for m in reversed(run.messages) if m.event and not m.bad}  # fmt: skip
    for event in random.Random(5).sample(list(once.values()), len(once)):
        shuffled.event(event)
    assert shuffled.totals == run.oracle.totals
    assert +shuffled.in_carts() == +run.oracle.in_carts()
    assert shuffled.open_carts(announced=False) == run.oracle.open_carts(announced=False)
    assert {t: one.seen for t, one in shuffled.tills.items()} == {
        t: one.seen for t, one in run.oracle.tills.items()
    }


def test_the_same_seed_makes_the_same_run() -> None:
    plan = make_plan(3, 500)
    assert prepare(plan).messages == prepare(plan).messages


def test_a_reading_must_hold_everywhere() -> None:
    findings = Findings()
    findings.reading("units", "a", {"all": 3, "each": 2}, 2)
    assert findings.readings() == {"units": "each"}
    findings.reading("units", "b", {"all": 3, "each": 2}, 3)
    findings.settle_readings()
    assert findings.counts == {"units (no reading)": 1}
