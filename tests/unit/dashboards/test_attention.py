"""Who needs help comes first, and says why; a shop that is only closed does not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Alert, OlderEpoch, ShownLocation
from dashboards.board.feed.usual import HalfHour, Profile, Usual, profile_of, weeks_before
from dashboards.board.live.keys import Key
from dashboards.board.live.scene import Scene
from dashboards.board.locations import attention
from dashboards.board.locations.tills import show_till
from dashboards.board.locations.words import show_location
from dashboards.board.wording.words import DEFAULT_WORDS, zone
from tests.unit.dashboards.rows import day_of, till
from topics.derived import AlertReason

TODAY = date(2026, 11, 21)
BERLIN = "Europe/Berlin"
T1 = Key("till", "shop-1", "t1")
NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
OPENING_BINS = {place: 10_000.0 for place in range(16, 40)}  # 8:00 to 20:00, 100.00 each


class Shop:
    """One shop in Berlin on a Saturday, usually open from 8 to 20."""

    def __init__(self, *, sold_minor: int = 80_000, heard: datetime = NOON) -> None:
        self.memory = Memory()
        self.usual = Usual(self.memory)
        self.memory.learn_places([ShownLocation("shop-1", "Ulm", "shop", BERLIN, "EUR")])
        row = day_of(
            TODAY, receipts=9, units=9, weight_grams=714, net_sales_minor=sold_minor, as_of=NOON
        )
        self.memory.take([row, till("t1", last_seen=heard)])
        self.usual.put("shop-1", Profile(TODAY, 4, OPENING_BINS))

    def alert(self, reason: AlertReason, products: int) -> None:
        rows = [
            Alert("shop-1", f"{reason}-{n}", "raised", reason, 0, 5, 9, NOON, 1)
            for n in range(products)
        ]
        self.memory.take(rows)

    def needs_help(self) -> bool:
        return show_location(self.scene(NOON), Key("location", "shop-1")).marks["help"] == "some"

    def why(self, now: datetime = NOON) -> list[str]:
        return [need.words for need in attention.needs(self.scene(now), "shop-1")]

    def scene(self, now: datetime) -> Scene:
        return Scene(self.memory, self.usual, DEFAULT_WORDS, now)

    def notes(self) -> list[tuple[str, str]]:
        """What its till's row says."""
        return list(show_till(self.scene(NOON), T1).notes)

    def heard(self, **till_is: Any) -> None:
        """What is known of its till now."""
        self.memory.take([till("t1", 2, last_seen=NOON, **till_is)])


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
    shop.memory.take([till("t1", 2, missing=[(3, 1_202)], last_seen=NOON)])
    assert shop.why() == ["1,200 events missing"]


def test_two_devices_with_one_identity_come_before_a_bad_day() -> None:
    shop = Shop(sold_minor=30_000)
    shop.heard(forks=3)
    assert shop.why() == ["Two devices are till t1", "Sales -62 % against usual"]
    assert shop.notes() == [("bad", "Two devices use this identity: 3 forks")]
    assert show_till(shop.scene(NOON), T1).marks["shared"] == "some"


def test_what_a_till_lacks_is_told_by_its_epochs() -> None:
    shop = Shop()
    older = [OlderEpoch(1, 9, [(7, 9)]), OlderEpoch(2, 9, [])]
    shop.heard(epoch=3, missing=[(5, 5)], older=older, quarantined=2, unlisted=1)
    assert shop.why() == ["4 events missing", "2 events unreadable"]
    assert shop.notes() == [
        ("bad", "Epoch 1 still lacks 3 events: 7–9"),  # noqa: RUF001
        ("warn", "2 events unreadable"),
        ("warn", "1 event of a device that no list names"),
    ]


def test_a_shop_says_pieces_and_beside_them_what_was_weighed() -> None:
    figures = show_location(Shop().scene(NOON), Key("location", "shop-1")).cells
    assert figures["units"] == "9 pieces, 714 g"


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


def test_a_sale_by_a_clock_that_is_years_off_is_in_no_hour_of_its_day() -> None:
    clocks = (datetime.min, datetime(1970, 1, 1), datetime(2026, 11, 21, 9, 30), datetime.max)  # noqa: DTZ001, DTZ901
    told = [HalfHour("shop-1", TODAY, clock.replace(tzinfo=UTC), 100) for clock in clocks]
    for where in (zone(BERLIN), zone("America/New_York")):
        profile = profile_of(TODAY, told, where)
        assert len(profile.bins) == 1, "a chart would have an hour for each of two thousand years"


def test_the_first_days_of_the_calendar_have_no_weeks_before_them() -> None:
    assert weeks_before(date.min) == []
    assert weeks_before(date(1, 1, 9)) == [date(1, 1, 2)]
    assert weeks_before(TODAY)[0] == date(2026, 11, 14) and len(weeks_before(TODAY)) == 4


def test_a_half_hour_keeps_its_place_over_the_change_of_clocks() -> None:
    # The last Sunday of October: 9:30 in Berlin is 8:30 in UTC, after a night of 25 hours.
    day = date(2026, 10, 25)
    told = [HalfHour("shop-1", day, datetime(2026, 10, 25, 8, 30, tzinfo=UTC), 100)]
    assert profile_of(day, told, zone(BERLIN)).bins == {19: 100.0}
