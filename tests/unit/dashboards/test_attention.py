"""Who needs help comes first, and says why; a shop that is only closed does not."""

from datetime import UTC, date, datetime, timedelta

from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Alert, AlertReason, Place, Till, Totals
from dashboards.board.feed.usual import HalfHour, Profile, Usual, profile_of
from dashboards.board.words import attention
from dashboards.board.words.places import show_location
from dashboards.board.words.scene import Scene
from dashboards.board.words.wording import DEFAULT_WORDS, zone

TODAY = date(2026, 11, 21)
BERLIN = "Europe/Berlin"
NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
OPENING_BINS = {place: 10_000.0 for place in range(16, 40)}  # 8:00 to 20:00, 100.00 each


class Shop:
    """One shop in Berlin on a Saturday, usually open from 8 to 20."""

    def __init__(self, *, sold_minor: int = 80_000, heard: datetime = NOON) -> None:
        self.memory = Memory()
        self.usual = Usual(self.memory)
        self.memory.learn_places([Place("shop-1", "Ulm", "shop", BERLIN, "EUR")])
        row = Totals("shop-1", None, TODAY, 9, 0, 9, 0, 0, 0, sold_minor, 0, 0, 1, NOON)
        self.memory.take([row, Till("shop-1", "t1", 1, 9, [], 0, heard, 1)])
        self.usual.put("shop-1", Profile(TODAY, 4, OPENING_BINS))

    def alert(self, reason: AlertReason, products: int) -> None:
        rows = [
            Alert("shop-1", f"{reason}-{n}", "raised", reason, 0, 5, 9, NOON, 1)
            for n in range(products)
        ]
        self.memory.take(rows)

    def needs_help(self) -> bool:
        scene = Scene(self.memory, self.usual, DEFAULT_WORDS, NOON)
        return show_location(scene, "shop-1").marks["help"] == "some"

    def why(self, now: datetime = NOON) -> list[str]:
        scene = Scene(self.memory, self.usual, DEFAULT_WORDS, now)
        return [need.words for need in attention.needs(scene, "shop-1")]


def test_a_usual_day_needs_nothing() -> None:
    assert Shop().why() == []


def test_a_day_is_compared_with_what_is_usual_by_the_same_time() -> None:
    assert Shop(sold_minor=30_000).why() == ["Sales -62 % against usual"]
    assert Shop(sold_minor=60_000).why() == ["Sales -25 % against usual"]


def test_the_first_hours_are_not_judged() -> None:
    at_nine = NOON - timedelta(hours=3)
    assert Shop(sold_minor=0, heard=at_nine).why(at_nine) == []


def test_a_shop_that_falls_silent_while_it_usually_sells_needs_help_first() -> None:
    shop = Shop(heard=NOON - timedelta(minutes=12))
    shop.memory.take([Alert("shop-1", "milk", "raised", "negative_stock", -1, 5, 9, NOON, 1)])
    assert shop.why() == ["Silent for 12 min", "1 product with negative stock"]


def test_much_to_reorder_is_no_call_for_help_and_unbooked_deliveries_are() -> None:
    orders, unbooked = Shop(), Shop()
    orders.alert("below_reorder_point", 200)
    orders.alert("out_of_stock", 50)
    orders.alert("negative_stock", 3)
    unbooked.alert("negative_stock", 20)
    assert (orders.needs_help(), unbooked.needs_help()) == (False, True)


def test_a_shop_that_is_silent_at_night_is_closed() -> None:
    closing = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
    shop = Shop(sold_minor=240_000, heard=closing)
    night = closing + timedelta(hours=3)
    assert shop.why(night) == []
    assert Scene(shop.memory, shop.usual, DEFAULT_WORDS, night).state("shop-1") == "closed"


def test_what_is_missing_is_told_with_its_number() -> None:
    shop = Shop()
    shop.memory.take([Till("shop-1", "t1", 1, 1_999, [(3, 1_202)], 0, NOON, 2)])
    assert shop.why() == ["1,200 events missing"]


def test_the_usual_day_is_the_average_of_the_days_that_sold_at_all() -> None:
    told = [
        HalfHour("shop-1", day, datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC), net)
        for day, hour, net in (
            (date(2026, 11, 14), 8, 100), (date(2026, 11, 7), 8, 300), (date(2026, 11, 7), 9, 50),
        )
    ]  # fmt: skip
    profile = profile_of(TODAY, told, zone(BERLIN))
    assert (profile.weeks, profile.bins) == (2, {19: 200.0, 21: 25.0})  # 9:30 and 10:30 in Berlin
    assert profile.by(10 * 3600) == 200
    assert profile.by(9.75 * 3600) == 100


def test_a_half_hour_keeps_its_place_over_the_change_of_clocks() -> None:
    # The last Sunday of October: 9:30 in Berlin is 8:30 in UTC, after a night of 25 hours.
    day = date(2026, 10, 25)
    told = [HalfHour("shop-1", day, datetime(2026, 10, 25, 8, 30, tzinfo=UTC), 100)]
    assert profile_of(day, told, zone(BERLIN)).bins == {19: 100.0}
