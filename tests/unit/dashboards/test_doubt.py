"""How much may have been sold unheard: more with time, and nothing without a reason."""

import random
from datetime import date, datetime, timedelta

import pytest

from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import LeftFor, ShownLocation
from dashboards.board.feed.sold import GOOD_SECONDS, SoldRates
from dashboards.board.feed.usual import Profile, Usual
from dashboards.board.live.keys import Key
from dashboards.board.live.scene import Scene
from dashboards.board.locations.words import show_figures
from dashboards.board.stock.words import show_place, show_product
from dashboards.board.wording.words import DEFAULT_WORDS
from dashboards.doubt.rule import CERTAIN, CERTAINTY, QUANTITY_MAX, SoldLately, Unheard, doubt_of
from tests.unit.dashboards.rows import day_of, till
from tests.unit.dashboards.test_attention import BERLIN, NOON, OPENING_BINS, TODAY
from topics.wire_derived import WireStockLevel

MILK = SoldLately(lines=240, quantity=480, receipts=2_400, days=24)
"""Ten lines of two pieces a day, in each tenth receipt."""


def test_what_is_heard_is_certain() -> None:
    assert doubt_of(MILK, Unheard(0.0, 0)) == CERTAIN


def test_a_day_unheard_is_a_usual_day_and_rarely_half_as_much_again() -> None:
    assert doubt_of(MILK, Unheard(1.0, 0)) == (20, 30)


def test_missing_events_count_as_whole_receipts() -> None:
    assert doubt_of(MILK, Unheard(0.0, 100)).expected == 20
    assert doubt_of(MILK, Unheard(1.0, 100)).expected == 40


def test_a_product_that_hardly_sells_is_not_doubted_after_a_minute() -> None:
    slow = SoldLately(lines=1, quantity=1, receipts=2_400, days=24)
    assert doubt_of(slow, Unheard(0.01, 0)) == CERTAIN
    assert doubt_of(slow, Unheard(2.0, 0)).at_most == 1


def test_what_never_sold_is_not_doubted_whatever_is_unheard() -> None:
    for sold in (SoldLately(0, 0, 0, 0), SoldLately(0, 0, 900, 20), SoldLately(3, -4, 9, 1)):
        assert doubt_of(sold, Unheard(30.0, 10**12)) == CERTAIN


def test_no_number_that_a_contract_accepts_breaks_it() -> None:
    sold = SoldLately(10**9, QUANTITY_MAX, 1, 1)
    assert doubt_of(sold, Unheard(10.0**9, 10**12)) == (QUANTITY_MAX, QUANTITY_MAX)
    assert doubt_of(MILK, Unheard(-5.0, -3)) == CERTAIN


def test_more_unheard_is_never_less_doubt() -> None:
    found = [doubt_of(MILK, Unheard(days / 10, 0)).at_most for days in range(400)]
    assert found == sorted(found)
    found = [doubt_of(SoldLately(n, n, 10, 1), Unheard(1.0, 0)).at_most for n in range(190, 215)]
    assert found == sorted(found), "it jumps down where the bell curve takes over"


@pytest.mark.parametrize("expected", [0.3, 2.0, 30.0])
def test_in_nineteen_of_twenty_silences_no_more_was_sold(expected: float) -> None:
    rng = random.Random(7)
    sold = SoldLately(
        lines=round(expected * 10), quantity=round(expected * 10), receipts=1, days=10
    )
    at_most = doubt_of(sold, Unheard(1.0, 0)).at_most

    def lines_of_a_day() -> int:
        at, count = rng.expovariate(expected), 0
        while at < 1.0:
            at, count = at + rng.expovariate(expected), count + 1
        return count

    days = [lines_of_a_day() for _ in range(4_000)]
    within = sum(each <= at_most for each in days) / len(days)
    tighter = sum(each <= at_most - 1 for each in days) / len(days)
    assert within > CERTAINTY - 0.015, "it is exceeded more often than it says"
    assert tighter < CERTAINTY + 0.015, "it says more than it must"


def scene(now: datetime = NOON, heard: datetime = NOON, missing: int = 0) -> Scene:
    """One shop in Berlin on a Saturday, usually open from 8 to 20, with ten bottles of milk."""
    memory = Memory()
    memory.learn_places([ShownLocation("shop-1", "Ulm", "shop", BERLIN, "EUR")])
    ranges = [(1, missing)] if missing else []
    memory.take(
        [
            day_of(TODAY, as_of=NOON),
            till("t1", last_seen=heard, missing=ranges),
            WireStockLevel("shop-1", "milk", 10, 0, 10, 1, NOON),
        ]
    )
    usual = Usual(memory)
    usual.put("shop-1", Profile(TODAY, 4, OPENING_BINS))
    memory.sold.learn({("shop-1", "milk"): MILK})
    return Scene(memory, usual, DEFAULT_WORDS, now)


def cell(drawn: Scene) -> str:
    return show_place(drawn, Key("place", "shop-1", "milk")).cells["doubt"]


def test_a_page_says_nothing_of_doubt_where_there_is_none() -> None:
    drawn = scene()
    assert cell(drawn) == ""
    assert show_product(drawn, Key("product", "", "milk")).cells["doubt"] == "0"
    assert show_figures(drawn, Key("figures", "shop-1")).cells["unheard"] == "Nothing"


def test_a_silent_shop_says_how_much_of_its_day_nobody_heard() -> None:
    drawn = scene(NOON, NOON - timedelta(hours=3))  # a quarter of twelve hours
    assert show_figures(drawn, Key("figures", "shop-1")).cells["unheard"] == "25 % of a usual day"
    assert cell(drawn) == "perhaps 10 fewer"
    assert show_product(drawn, Key("product", "", "milk")).cells["doubt"] == "10"


def test_a_night_in_which_nobody_sells_leaves_no_doubt() -> None:
    closing, opening = NOON + timedelta(hours=8), NOON + timedelta(hours=19.9)
    assert scene(opening, closing).unheard("shop-1").days == 0.0
    assert cell(scene(opening, closing)) == ""


def test_a_week_in_the_dark_is_a_week() -> None:
    assert scene(NOON + timedelta(days=7), NOON).unheard("shop-1").days == pytest.approx(7.0)


def test_a_heartbeat_that_is_late_once_is_no_silence() -> None:
    assert scene(NOON, NOON - timedelta(seconds=80)).unheard("shop-1").days == 0.0


def test_a_shop_of_unknown_hours_is_taken_by_the_clock() -> None:
    drawn = scene(NOON, NOON - timedelta(hours=12))
    drawn.usual.put("shop-1", Profile(date(2026, 11, 21), 0, {}))
    assert drawn.unheard("shop-1").days == pytest.approx(0.5)


def test_a_clock_that_is_ahead_leaves_no_negative_doubt() -> None:
    assert scene(NOON, NOON + timedelta(days=30)).unheard("shop-1").days == 0.0


def test_missing_events_leave_doubt_although_the_shop_is_heard() -> None:
    assert cell(scene(missing=100)) == "perhaps 30 fewer"


def test_what_left_and_came_in_nowhere_is_told_with_its_age() -> None:
    drawn = scene()
    changed = drawn.memory.learn_in_transit([LeftFor("shop-1", 3, NOON - timedelta(hours=5))])
    assert changed == ["shop-1"]
    cells = show_figures(drawn, Key("figures", "shop-1")).cells
    assert cells["in_transit"] == "3 products, for 5 h 0 min"
    assert drawn.memory.learn_in_transit([]) == ["shop-1"]


def test_what_sold_lately_is_read_again_after_an_hour() -> None:
    now = [0.0]
    rates = SoldRates(lambda: now[0])
    rates.learn({("shop-1", "milk"): MILK})
    assert rates.unknown([("shop-1", "milk"), ("shop-1", "tea")]) == [("shop-1", "tea")]
    now[0] = GOOD_SECONDS + 1
    assert rates.unknown([("shop-1", "milk")]) == [("shop-1", "milk")]
    assert rates.get("shop-1", "milk") == MILK, "while the database is away it is all there is"
