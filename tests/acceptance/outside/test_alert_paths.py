"""The outsider's alerts: the rule, and which histories some order of the inputs could make."""

from __future__ import annotations

import pytest

from .alert_paths import Alert, AlertPaths, Known, Step, judge
from .crossings import check_standing
from .effects_oracle import Level
from .findings import Findings
from .world import Policy

NONE = Alert()
LOW = "below_reorder_point"
OUT = "out_of_stock"
NEGATIVE = "negative_stock"


def policy(point: int, above: int | None = None, listed: bool = True) -> Policy:
    return Policy("l", "s", listed, point, 50, above)


def after(*levels: int, rule: Policy | None) -> list[Step]:
    """What is announced while a level takes these values."""
    alert, steps = NONE, list[Step]()
    for on_hand in levels:
        alert, step = judge(alert, on_hand, rule)
        steps += [step] if step else []
    return steps


def verdict(seen: list[Step], tills: list[int], movements: list[int], *policies: Policy) -> object:
    paths = AlertPaths()
    paths.advance(tills, movements, policies, seen)
    return paths.verdict(seen)


def test_each_crossing_is_one_alert_and_a_reason_takes_over() -> None:
    assert after(9, 4, 3, 0, -1, 0, 6, 7, 2, rule=policy(5)) == [
        Step("raised", LOW, 4, 5, 46),
        Step("raised", OUT, 0, 5, 50),
        Step("raised", NEGATIVE, -1, 5, 51),
        Step("raised", OUT, 0, 5, 50),
        Step("cleared", None, 6, 5, 44),
        Step("raised", LOW, 2, 5, 48),
    ]


def test_the_reorder_point_itself_is_enough() -> None:
    assert after(5, rule=policy(5)) == []


def test_it_clears_at_the_reorder_point_plus_hysteresis() -> None:
    steps = after(4, 5, 7, 8, 5, rule=policy(5, 3))
    assert [(step.state, step.on_hand) for step in steps] == [("raised", 4), ("cleared", 8)]


def test_what_is_listed_with_a_reorder_point_of_0_is_out_of_stock_at_0() -> None:
    steps = after(1, 0, 1, rule=policy(0))
    assert [(step.state, step.reason) for step in steps] == [("raised", OUT), ("cleared", None)]


@pytest.mark.parametrize("rule", (None, policy(9, listed=False)))
def test_without_a_listed_policy_only_negative_stock_is_raised(rule: Policy | None) -> None:
    assert after(0, 3, -1, 0, rule=rule) == [
        Step("raised", NEGATIVE, -1, None, 0),
        Step("cleared", None, 0, None, 0),
    ]


def test_a_new_reorder_point_is_told_within_the_alert() -> None:
    alert, _ = judge(NONE, 4, policy(5))
    assert judge(alert, 4, policy(6))[1] == Step("raised", LOW, 4, 6, 46)
    assert judge(alert, 4, None)[1] == Step("cleared", None, 4, None, 0)


def test_what_never_moved_raises_nothing() -> None:
    assert verdict([], [], [], policy(5)) is None


def test_an_alert_that_one_order_raises_and_another_does_not_may_be_either() -> None:
    raised = [Step("raised", LOW, 2, 5, 48), Step("raised", LOW, 12, 5, 38)][:1]
    sales, deliveries, rule = [-8], [10], policy(5, 20)
    assert verdict([], sales, deliveries) is None
    assert verdict(raised, sales, deliveries, rule) is None
    assert verdict(raised, sales, [10, 10], rule) is None
    assert verdict([], sales, [10, 10], rule) is None
    assert verdict([], sales, deliveries, rule) == "absent"
    assert verdict(raised * 2, sales, [10, 10], rule) == "twice"
    assert verdict([Step("raised", LOW, 3, 5, 47)], sales, deliveries, rule) == "differs"


def test_what_was_opened_comes_before_every_sale() -> None:
    negative = [Step("raised", NEGATIVE, -8, None, 0), Step("cleared", None, 2, None, 0)]
    for opened, right in ((Known(), None), (Known(0, 1, 0), "twice")):
        paths = AlertPaths()
        paths.advance([-8], [10], [], negative, opened)
        assert paths.verdict(negative) == right


def test_what_was_known_at_a_look_comes_before_what_came_later() -> None:
    paths, none = AlertPaths(), list[Step]()
    paths.advance([], [10], [policy(5)], none)
    assert paths.verdict(none) is None
    seen = [Step("raised", LOW, 2, 5, 48)]
    paths.advance([-8], [10], [policy(5)], seen)
    assert paths.verdict(seen) is None
    paths.advance([-8], [10, 1], [policy(5)], seen)
    assert paths.verdict(seen) is None


@pytest.mark.parametrize(
    ("state", "deliveries", "differences"),
    (("raised", [10, 10], 0), ("cleared", [10, 10], 0), ("cleared", [10], 1)),
)
def test_what_stands_after_a_rebuild_is_what_some_order_leads_to(
    state: str, deliveries: list[int], differences: int
) -> None:
    findings = Findings()
    level = Level(by_tills=[-8], by_movements=deliveries)
    last = {"l/s": {"state": state, "reason": LOW}}
    check_standing({("l", "s"): level}, {("l", "s"): [policy(5, 20)]}, last, findings)
    assert findings.counts.total() == differences
