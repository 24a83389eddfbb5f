"""The outsider's oracle: carts, totals and stock, by cases worked out by hand from the contract."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from .limits import DAY_CLOSED, NUMBER_MAX, OUT_OF_RANGE, SUM_MAX
from .oracle import Oracle
from .partition import murmur2, partition_of
from .plan import make_plan
from .run import Run, prepare
from .told import TEN, Event, added, line, returned, sold, tell, told
from .world import Movement

VOIDED = {"type": "line_voided", "cart_id": "c", "line_no": 1}
SUSPENDED = {"type": "cart_suspended", "cart_id": "c"}
KEY = ("l", "s")
DAY = ("l", None, "2026-11-21")


def resumed(*lines: object, cart_id: str = "c", **more: object) -> dict[str, object]:
    head = {"type": "cart_resumed", "cart_id": cart_id, "from_till_id": "t2"}
    return {**head, "lines": list(lines), **more}


def moved(quantity: int, at: datetime = TEN) -> Movement:
    return Movement("m", "l", "s", quantity, "adjustment", None, at)


def test_a_void_before_its_line_leaves_nothing_in_the_cart() -> None:
    oracle = told({**VOIDED, "number": 2}, added(1, 5, number=1), added(2, 3, number=3))
    assert oracle.in_carts()[KEY] == 3


def test_a_late_line_of_an_abandoned_cart_changes_nothing() -> None:
    abandoned = {"type": "cart_abandoned", "cart_id": "c"}
    opened = {"type": "cart_opened", "cart_id": "c"}
    oracle = told(added(1, 5), abandoned, added(2, 3), opened)
    assert not oracle.in_carts()[KEY]
    assert not oracle.open_carts()


def test_two_tills_of_one_shop_may_give_their_carts_the_same_number() -> None:
    oracle = told(added(1, 5, cart_id="1"), added(1, 2, cart_id="1", number=1, till_id="t2"))
    assert oracle.in_carts()[KEY] == 7
    tell(oracle, sold(line(1, 5), cart_id="1", number=2))
    assert oracle.in_carts()[KEY] == 2
    assert oracle.open_carts() == {DAY: 1, ("l", "t2", "2026-11-21"): 1}


def test_a_suspended_cart_leaves_and_is_back_at_the_till_that_resumes_it() -> None:
    oracle = told(added(1, 5), SUSPENDED, added(2, 9))
    assert oracle.in_carts()[KEY] == 0 and not oracle.open_carts()
    tell(oracle, resumed(line(1, 5), cart_id="x", till_id="t2", number=1))
    assert oracle.in_carts()[KEY] == 5
    assert oracle.open_carts()["l", "t2", "2026-11-21"] == 1


def test_a_cart_that_is_resumed_at_its_own_till_has_the_lines_of_the_resumption() -> None:
    oracle = told(added(1, 5), {**SUSPENDED, "number": 3}, resumed(line(1, 4), number=4))
    assert oracle.in_carts()[KEY] == 4
    tell(oracle, added(2, 9, number=2), added(3, 1, number=5))
    assert oracle.in_carts()[KEY] == 5


def test_a_sold_cart_cannot_be_resumed() -> None:
    oracle = told(added(1, 5), sold(line(1, 5)), resumed(line(1, 5)))
    assert oracle.in_carts()[KEY] == 0


def test_a_suspended_cart_that_ended_since_is_not_resumed_by_a_late_word() -> None:
    oracle = told(added(1, 5), SUSPENDED, sold(line(1, 5), number=5), resumed(line(1, 5), number=4))
    assert oracle.in_carts()[KEY] == 0 and not oracle.open_carts()


def test_a_late_suspension_takes_only_what_was_there_before_it() -> None:
    oracle = told(added(1, 5), added(2, 2, number=4), {**SUSPENDED, "number": 2})
    assert oracle.in_carts()[KEY] == 2
    tell(oracle, resumed(line(1, 5), number=3))
    assert oracle.in_carts()[KEY] == 7


def test_training_is_in_no_figure_and_takes_its_number() -> None:
    oracle = told(added(1, 5, training=True), sold(line(1, 5), total=9, training=True))
    assert not +oracle.in_carts() and not oracle.levels and not oracle.totals
    assert not oracle.receipts and not oracle.open_carts()
    assert oracle.tills["l", "t"].last_sequence == 2


def test_units_are_pieces_and_one_for_each_weighed_line() -> None:
    oracle = told(sold(line(1, 3), line(2, 750, "gram"), line(3, 250, "gram", sku="w")))
    sums = oracle.totals[DAY].sums
    assert (sums["units"], sums["weight_grams"]) == (5, 1_000)


def test_a_return_counts_nothing_as_sold() -> None:
    oracle = told(returned(line(1, 3, amount=30), refund=30))
    sums = oracle.totals[DAY].sums
    assert (sums["returns"], sums["units"], sums["gross_minor"]) == (1, 0, 0)
    assert sums["net_sales_minor"] == -30
    assert oracle.levels[KEY].on_hand == 3


def test_a_sale_whose_sums_disagree_uses_its_total_and_is_a_discrepancy() -> None:
    tenders = [{"kind": "cash", "amount_minor": 9}]
    oracle = told(sold(line(1, 1, amount=10), total=9, tenders=tenders))
    sums = oracle.totals[DAY].sums
    assert (sums["gross_minor"], sums["net_sales_minor"], sums["discrepancies"]) == (10, 9, 1)


def test_stock_goes_to_the_last_exact_number_and_no_further() -> None:
    oracle = told()
    for _ in range(SUM_MAX // NUMBER_MAX):
        assert oracle.movement(moved(NUMBER_MAX)) is None
    assert oracle.movement(moved(NUMBER_MAX)) == OUT_OF_RANGE
    assert oracle.levels[KEY].on_hand == 9_007 * NUMBER_MAX
    assert tell(oracle, returned(line(1, NUMBER_MAX))) == [OUT_OF_RANGE]
    assert oracle.levels[KEY].on_hand == 9_007 * NUMBER_MAX and DAY not in oracle.totals
    assert oracle.tills["l", "t"].quarantined == 1


def test_a_sum_of_money_stops_at_the_last_exact_number() -> None:
    largest = [{"kind": "cash", "amount_minor": NUMBER_MAX}] * 9_007
    oracle = told(sold(tenders=largest))
    assert tell(oracle, sold(tenders=largest[:1], number=2)) == [OUT_OF_RANGE]
    oracle.event({**_again(oracle), "tenders": [], "event_id": "other"})
    assert oracle.totals[DAY].sums["receipts"] == 2
    assert oracle.tills["l", "t"].quarantined == 0


def _again(_oracle: Oracle) -> dict[str, object]:
    head = {"location_id": "l", "till_id": "t", "epoch": 1, "sequence": 2, "event_id": "id-2"}
    times = {"occurred_at": TEN.isoformat(), "business_date": "2026-11-21"}
    return {**head, **times, **sold()}


def test_a_clock_ahead_is_believed_no_later_than_the_event_was_stored() -> None:
    oracle = Oracle()
    stamp = TEN + timedelta(seconds=30)
    tell(oracle, added(1, 5, cart_id="1"), stamp=stamp)
    future: Event = {"occurred_at": "2099-01-01T00:00:00Z"}
    tell(oracle, sold(line(1, 1), till_id="t2", **future), stamp=stamp)
    tell(oracle, added(1, 3, cart_id="2", number=2), stamp=stamp)
    assert oracle.in_carts()[KEY] == 8
    assert oracle.levels[KEY].changed == stamp
    assert oracle.tills["l", "t2"].last_seen == stamp


def test_a_business_date_closes_400_days_after_its_last_event() -> None:
    oracle = Oracle()
    old, newer = "2025-10-01", "2025-10-02"
    before = (TEN - timedelta(days=400)).isoformat()
    tell(oracle, sold(line(1, 1), business_date=old, occurred_at=before))
    assert tell(oracle, sold(number=2, business_date=old, occurred_at=before)) == [None]
    tell(oracle, {"number": 3, "occurred_at": TEN.isoformat()})
    late: Event = {"occurred_at": TEN.isoformat()}
    assert tell(oracle, sold(number=4, business_date=old, **late)) == [DAY_CLOSED]
    assert oracle.tills["l", "t"].last_sequence == 3
    assert tell(oracle, sold(number=4, business_date=newer, **late)) == [None]
    assert oracle.totals["l", None, old].sums["receipts"] == 2


def test_a_till_years_behind_closes_no_day_of_its_shop() -> None:
    oracle = told(sold())
    behind: Event = {"occurred_at": (TEN - timedelta(days=500)).isoformat()}
    day = "2026-11-22"
    assert tell(oracle, sold(till_id="t2", business_date=day, **behind)) == [None]
    assert tell(oracle, sold(number=2, business_date=day), sold(number=3)) == [None, None]


def test_partitions_are_those_of_the_java_client() -> None:
    """The values Kafka's own tests give for its hash."""
    known = {b"21": -973932308, b"foobar": -790332482, b"abc": 479470107}
    assert {text: murmur2(text) for text in known} == {k: v % 2**32 for k, v in known.items()}
    assert partition_of("foobar", 6) == (-790332482 & 0x7FFFFFFF) % 6


def _run() -> Run:
    return prepare(make_plan(11, 3_000))


def _stock(oracle: Oracle) -> dict[tuple[str, str], int]:
    return {key: one.on_hand for key, one in oracle.levels.items() if one.on_hand}


def _numbers(oracle: Oracle) -> dict[object, set[int]]:
    tills = oracle.tills.items()
    return {(key, epoch): one.seen for key, till in tills for epoch, one in till.epochs.items()}


def test_the_order_of_arrival_does_not_change_what_is_expected() -> None:
    run = _run()
    once = {
        (m.event["location_id"], m.event["till_id"], m.event["epoch"], m.event["sequence"]): m.event
        for m in reversed(run.messages)
        if m.event and not m.bad and "edge-" not in m.event["location_id"]
    }
    steady = [event for event in once.values() if event["type"] != "unreadable"]
    first, second = Oracle(), Oracle()
    for oracle, seed in ((first, 5), (second, 6)):
        for event in random.Random(seed).sample(steady, len(steady)):
            oracle.event(event)
    assert first.totals == second.totals
    assert _stock(first) == _stock(second)
    assert _numbers(first) == _numbers(second)


def test_the_same_seed_makes_the_same_run() -> None:
    plan = make_plan(3, 500)
    assert prepare(plan).messages == prepare(plan).messages
