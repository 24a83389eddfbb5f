"""The verdict can fail: each wrong that a fault could do is told, and told as what it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.acceptance.outside.check_causes import compare_causes, effects_of, receipts_of
from tests.acceptance.outside.check_letters import check_letters
from tests.acceptance.outside.check_topics import check_levels, check_tills, check_totals
from tests.acceptance.outside.crossings import Crossings
from tests.acceptance.outside.findings import Findings
from tests.acceptance.outside.input_log import feed_oracle
from tests.acceptance.outside.oracle import Oracle
from tests.acceptance.outside.plan import OUTPUTS, make_plan
from tests.faults.feed import Acknowledged
from tests.faults.fresh import compare_fresh, newest
from tests.faults.input_log import attribute
from tests.faults.told import (
    ALERT,
    LEVEL,
    PARTITIONS,
    Record,
    graded,
    history,
    message,
    sale,
    the_oracle,
)


def receipt(sequence: int) -> dict[str, Any]:
    number = {"location_id": "l", "till_id": "t", "epoch": 1, "sequence": sequence}
    return {**number, "kind": "sale", "total_minor": 15, "refund_minor": 0}


def effect(sequence: int) -> dict[str, Any]:
    return {**receipt(sequence), "sku": "s", "line_no": 1, "movement_id": None, "quantity": -3}


def test_an_acknowledged_event_that_the_log_lost_is_told() -> None:
    sold, findings = message(sale()), Findings()
    attribute({}, [Acknowledged(sold, 3, 7)], [], findings)
    assert graded(findings) == {"input acknowledged and lost": "lost"}


def test_an_event_that_no_till_sent_is_told() -> None:
    sold, findings = message(sale()), Findings()
    attribute({(3, 7): Record(b"l", sold.value)}, [], [], findings)
    assert graded(findings) == {"input from nowhere": "wrong"}


def test_an_event_that_was_sent_again_for_want_of_an_answer_is_a_duplicate_and_no_fault() -> None:
    sold, findings, oracle = message(sale()), Findings(), Oracle()
    records = {(3, 7): Record(b"l", sold.value), (3, 8): Record(b"l", sold.value)}
    found = attribute(records, [Acknowledged(sold, 3, 8)], [sold], findings)
    feed_oracle(oracle, found, PARTITIONS)
    assert not findings.counts
    assert oracle.tills["l", "t"].repeats == 1


def test_a_lost_sale_is_told() -> None:
    findings, oracle = Findings(), the_oracle(sale(1), sale(2))
    compare_causes("sales", oracle.receipts, receipts_of([receipt(1)], [receipt(1)]), findings)
    compare_causes("stock_ledger", oracle.effects, effects_of([effect(1)]), findings)
    assert findings.counts == {"sales cause absent": 1, "stock_ledger cause absent": 1}
    assert set(graded(findings).values()) == {"lost"}


def test_a_doubled_sale_is_told() -> None:
    findings, oracle = Findings(), the_oracle(sale())
    rows = receipts_of([receipt(1), receipt(1)], [receipt(1)])
    compare_causes("sales", oracle.receipts, rows, findings)
    compare_causes("stock_ledger", oracle.effects, effects_of([effect(1), effect(1)]), findings)
    assert findings.counts == {"sales cause twice": 1, "stock_ledger cause twice": 1}
    assert set(graded(findings).values()) == {"doubled"}


def test_a_sale_that_nobody_made_is_told() -> None:
    findings = Findings()
    compare_causes("sales", {}, receipts_of([receipt(1)], [receipt(1)]), findings)
    assert graded(findings) == {"sales cause": "wrong"}


@pytest.mark.parametrize("on_hand", (-6, 0))
def test_a_level_that_counted_a_sale_twice_or_never_is_told(on_hand: int) -> None:
    findings, oracle = Findings(), the_oracle(sale())
    value = {**LEVEL, "on_hand": on_hand, "available": on_hand, "as_of": "2026-11-21T10:00:00Z"}
    check_levels(oracle, {"l/s": value}, findings)
    assert findings.counts == {"stock.levels on_hand": 1, "stock.levels available": 1}


def test_totals_and_tills_that_miss_are_told() -> None:
    findings, oracle = Findings(), the_oracle(sale())
    check_totals(oracle, {}, findings)
    check_tills(oracle, {}, findings)
    assert findings.counts == {"checkout.totals absent": 2, "till.status absent": 1}
    assert set(graded(findings).values()) == {"lost"}


def test_a_version_that_went_back_is_told() -> None:
    findings = history("stock.levels", {**LEVEL, "version": 9}, {**LEVEL, "version": 8})
    assert graded(findings) == {"stock.levels version went back": "wrong"}


def test_two_states_under_one_version_are_told() -> None:
    findings = history(
        "stock.levels", {**LEVEL, "version": 9}, {**LEVEL, "version": 9, "on_hand": 4}
    )
    assert graded(findings) == {"stock.levels version twice": "doubled"}


def test_an_alert_that_is_raised_twice_is_told() -> None:
    first = {**ALERT, "version": 5}
    findings = history("restock.alerts", first, {**first, "version": 6})
    assert graded(findings) == {"restock.alerts repeated": "doubled"}


@pytest.mark.parametrize(("steps", "kind"), ((0, "absent"), (2, "twice")))
def test_a_crossing_without_its_alert_or_with_two_is_told(steps: int, kind: str) -> None:
    findings, oracle = Findings(), the_oracle(sale())
    found = {"l/s": [{**ALERT, "on_hand": -3}] * steps}
    Crossings().check(oracle.levels, {}, found, findings)
    assert findings.counts == {f"restock.alerts crossing {kind}": 1}


@pytest.mark.parametrize(("copies", "grade_"), ((0, "lost"), (2, "doubled")))
def test_a_malformed_message_that_is_not_once_in_the_dead_letters_is_told(
    copies: int, grade_: str
) -> None:
    spoilt, findings = message(sale(), bad="broken_json"), Findings()
    letters = feed_oracle(Oracle(), [(Record(b"l", spoilt.value, 3, 7), spoilt)], PARTITIONS)
    headers = (("reason", b"malformed"), ("error", b"?"), ("source", b"till.cart-events-3-7"))
    record = Record(b"l", spoilt.value, headers=headers)
    check_letters(make_plan(1, 1), letters, [record] * copies, findings)
    assert list(graded(findings).values()) == [grade_]


def test_a_fresh_application_that_reaches_another_state_is_told() -> None:
    before: dict[str, dict[str, Any]] = {topic: {} for topic in OUTPUTS}
    before["stock.levels"]["l/s"] = {**LEVEL, "version": 9}
    after = {**before, "stock.levels": {"l/s": {**LEVEL, "version": 9, "on_hand": 1}}}
    findings = Findings()
    compare_fresh(before, after, findings)
    assert findings.counts == {"fresh stock.levels": 1}


def test_the_newest_of_two_is_the_one_with_the_higher_version() -> None:
    old, same, new = ({"version": version} for version in (3, 3, 4))
    assert newest({"a": old, "b": old}, {"a": same, "b": new})["a"] is old
    assert newest({"a": old, "b": old}, {"a": same, "b": new})["b"] is new


def test_a_cart_that_nobody_touched_for_four_hours_is_forgotten() -> None:
    line = {"line_no": 1, "sku": "s", "quantity": 2}
    added = sale(1, type="line_added", line=line, cart_id="c")
    later = sale(2, type="till_heartbeat", occurred_at="2026-11-21T14:00:00Z")
    assert the_oracle(added).in_carts()["l", "s"] == 2
    assert the_oracle(added, later).in_carts()["l", "s"] == 0


def test_a_till_a_year_ahead_empties_no_cart() -> None:
    line = {"line_no": 1, "sku": "s", "quantity": 2}
    stamp = datetime(2026, 11, 21, 10, tzinfo=UTC)
    oracle = Oracle()
    oracle.event(sale(1, type="line_added", line=line, cart_id="c"), stamp)
    oracle.event(sale(2, occurred_at="2027-12-24T10:00:00Z"), stamp)
    assert oracle.in_carts()["l", "s"] == 2
