"""The verdict can fail at the limits too: forks, what cannot be read, times, refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance.outside.check_letters import check_letters, check_movements
from tests.acceptance.outside.check_topics import check_tills
from tests.acceptance.outside.findings import Findings
from tests.acceptance.outside.input_log import feed_oracle
from tests.acceptance.outside.oracle import Oracle
from tests.acceptance.outside.plan import make_plan
from tests.faults.told import ALERT, PARTITIONS, Record, history, message, sale, the_oracle


def test_each_figure_of_a_till_that_differs_is_told() -> None:
    oracle = the_oracle(sale(2, chain={"prev": "0", "hash": "h"}), sale(5), sale(5, event_id="x"))
    oracle.malformed(json.dumps(sale(7, type="exploded")).encode())
    right = {
        "location_id": "l",
        "till_id": "t",
        "epoch": 1,
        "last_sequence": 7,
        "last_hash": None,
        "missing": [[1, 1], [3, 4], [6, 6]],
        "missing_count": 4,
        "older": [],
        "quarantined": 1,
        "duplicates": 0,
        "forks": 1,
        "last_seen": "2026-11-21T10:00:00Z",
    }
    findings = Findings()
    check_tills(oracle, {"l/t": right}, findings)
    assert not findings.counts
    for field in right:
        findings = Findings()
        check_tills(oracle, {"l/t": {**right, field: 99}}, findings)
        assert findings.counts == {f"till.status {field}": 1}


@pytest.mark.parametrize(
    ("more", "kind"),
    (
        ({"raised_at": "2099-01-01T00:00:00Z"}, "raised_at is not credible"),
        ({"version": 2**53}, "restock.alerts version out of range"),
    ),
)
def test_what_no_alert_may_say_is_told(more: dict[str, Any], kind: str) -> None:
    assert history("restock.alerts", {**ALERT, "version": 5, **more}).counts == {kind: 1}


def test_an_alert_that_is_cleared_before_it_is_raised_is_told() -> None:
    cleared = {"state": "cleared", "cleared_at": "2026-11-21T09:59:59Z", "version": 6}
    findings = history("restock.alerts", {**ALERT, "version": 5}, {**ALERT, **cleared})
    assert findings.counts == {"restock.alerts cleared before raised": 1}


def test_a_letter_with_another_reason_is_told() -> None:
    fork, findings = message(sale(event_id="x")), Findings()
    found = [(Record(b"l", message(sale()).value, 3, 6), message(sale()))]
    letters = feed_oracle(Oracle(), [*found, (Record(b"l", fork.value, 3, 7), fork)], PARTITIONS)
    assert [letter.reason for letter in letters] == ["fork"]
    headers = (("reason", b"malformed"), ("error", b"?"), ("source", b"till.cart-events-3-7"))
    check_letters(make_plan(1, 1), letters, [Record(b"l", fork.value, headers=headers)], findings)
    assert findings.counts == {"dead letter reason": 1}


@pytest.mark.parametrize(("refused", "kind"), ((1, "absent"), (0, "unexpected")))
def test_a_movement_that_is_refused_wrongly_or_not_is_told(refused: int, kind: str) -> None:
    plan, findings = make_plan(1, 1), Findings()
    row = json.dumps({"movement_id": "m", "location_id": f"{plan.prefix}l"}).encode()
    headers = (("reason", b"out_of_range"),)
    letters = [] if refused else [Record(b"l", row, headers=headers)]
    check_movements(plan, {"m"} if refused else set(), letters, findings)
    assert findings.counts == {f"movement letter {kind}": 1}
