"""Only what is newer replaces what is held, whichever way it came."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import (
    Alert,
    Gone,
    LastSale,
    Level,
    OlderEpoch,
    Row,
    ShownLocation,
    Till,
    Totals,
    ident_of,
)
from dashboards.board.feed.tills import SHARED_FOR
from tests.unit.dashboards.rows import WHEN, day_of, till

NOW = datetime.now(UTC)


def level(sku: str, on_hand: int, version: int) -> Level:
    return Level("shop-1", sku, on_hand, 0, on_hand, version, WHEN)


def totals(day: date, receipts: int, version: int, till_id: str | None = None) -> Totals:
    return day_of(day, till_id=till_id, receipts=receipts, version=version)


def alert(version: int, *, raised: bool) -> Alert:
    state = "raised" if raised else "cleared"
    return Alert("shop-1", "milk", state, "out_of_stock", 0, 5, 20, WHEN, version)


def on_hand(memory: Memory, sku: str) -> int | None:
    held = memory.levels.get("shop-1", sku)
    return held.on_hand if held else None


def test_an_older_level_does_not_replace_a_newer() -> None:
    memory = Memory()
    memory.take([level("milk", 7, 2)])
    assert memory.take([level("milk", 9, 1), level("milk", 8, 2)]) == []
    assert on_hand(memory, "milk") == 7, "a level that was passed came back"


def test_a_newer_level_replaces_an_older() -> None:
    memory = Memory()
    assert len(memory.take([level("milk", 7, 2), level("milk", 6, 3)])) == 2
    assert on_hand(memory, "milk") == 6


def test_the_turn_counts_only_batches_that_changed_something() -> None:
    memory = Memory()
    before = memory.turn
    memory.take([level("milk", 7, 2)])
    memory.take([level("milk", 7, 2)])
    assert memory.turn == before + 1, "a page that is newer would be taken for an older one"


def test_levels_that_were_set_longest_ago_are_forgotten_first() -> None:
    memory = Memory(levels_max=2)
    memory.take([level("a", 1, 1), level("b", 2, 1), level("a", 3, 2), level("c", 4, 1)])
    assert {sku: on_hand(memory, sku) for sku in "abc"} == {"a": 3, "b": None, "c": 4}
    assert set(memory.levels.skus("shop-1")) == {"a", "c"}


def test_totals_are_those_of_the_newest_business_date() -> None:
    memory = Memory()
    memory.take([totals(date(2026, 11, 21), 5, 10)])
    memory.take([totals(date(2026, 11, 20), 99, 11)])
    assert memory.totals["shop-1"].receipts == 5, "a late sale of yesterday hid today"
    memory.take([totals(date(2026, 11, 22), 1, 3)])
    assert memory.totals["shop-1"].receipts == 1


def test_totals_of_a_till_are_not_those_of_its_location() -> None:
    memory = Memory()
    memory.take([totals(date(2026, 11, 21), 5, 10, "till-1")])
    assert memory.totals == {}


def test_an_alert_that_was_cleared_is_not_raised_by_an_older_row() -> None:
    memory = Memory()
    memory.take([alert(2, raised=False)])
    memory.take([alert(1, raised=True)])
    assert memory.alerts("shop-1") == {}, "the table, a moment behind, raised it again"
    memory.take([alert(3, raised=True)])
    assert list(memory.alerts("shop-1")) == ["milk"]
    memory.take([alert(4, raised=False)])
    assert memory.alerts("shop-1") == {}


def test_a_location_was_last_seen_when_its_newest_till_was() -> None:
    memory = Memory()
    earlier = WHEN.replace(hour=8)
    memory.take([till("t1", last_seen=earlier), till("t2", missing=[(3, 5), (7, 7)])])
    assert memory.tills.last_seen("shop-1") == WHEN
    assert [each.missing_events for each in memory.tills.at("shop-1")] == [0, 4]


def test_two_shops_may_both_call_a_till_1() -> None:
    memory = Memory()
    memory.take([till("1", version=1_000_000), till("1", 5_000, location_id="shop-2", forks=1)])
    memory.tills.learn_last_sales("shop-1", [LastSale("1", WHEN, 500)])
    assert [each.version for each in memory.tills.at("shop-1")] == [1_000_000]
    assert [each.version for each in memory.tills.at("shop-2")] == [5_000], "one hides the other"
    assert memory.tills.last_sale("shop-2", "1") is None, "a sale is told of another shop's till"
    shared = [
        memory.tills.is_shared(memory.tills.at(shop)[0], NOW) for shop in ("shop-1", "shop-2")
    ]
    assert shared == [False, True]


def test_what_a_list_leaves_out_is_counted_too() -> None:
    cut = till(
        "t1", missing=[(1, 1), (3, 4)], missing_count=40_000, older=[OlderEpoch(1, 9, [(7, 9)])]
    )
    assert (cut.missing_events, cut.unnamed_missing) == (40_003, 39_997)


def test_an_identity_is_shared_while_forks_grow_and_until_a_new_epoch() -> None:
    memory = Memory()
    memory.take_stored([till("1", 0, forks=1)])
    assert not memory.tills.is_shared(memory.tills.at("shop-1")[0], NOW), (
        "a restart makes old forks new"
    )
    memory.take([till("1", 1, forks=2)])
    (known,) = memory.tills.at("shop-1")
    assert memory.tills.is_shared(known, NOW)
    assert not memory.tills.is_shared(known, NOW + 2 * SHARED_FOR)
    memory.take([till("1", 2, forks=2, epoch=2)])
    assert not memory.tills.is_shared(memory.tills.at("shop-1")[0], NOW), (
        "a till that was put right cries"
    )
    memory.take([till("1", 3, forks=3, epoch=2)])
    assert memory.tills.is_shared(memory.tills.at("shop-1")[0], NOW)


@pytest.mark.parametrize(
    "row",
    [
        level("milk", 7, 5),
        totals(date(2026, 11, 21), 5, 5),
        alert(5, raised=True),
        till("1", 5),
    ],
    ids=lambda row: type(row).__name__,
)
def test_a_tombstone_takes_the_row_and_its_location_away(row: Row) -> None:
    memory = Memory()
    memory.take([row])
    gone = Gone(type(row), ident_of(row))
    (change,) = memory.take([gone])
    assert change.lists, "pages that list the row are not told to fetch themselves"
    assert everything(memory) == [], "it is still there"
    assert memory.take([gone]) == []


@pytest.mark.parametrize("row", [level("milk", 7, 5), till("1", 5)])
def test_a_table_that_is_behind_does_not_bring_back_what_is_gone(row: Level | Till) -> None:
    for known in ([row], []):
        memory = Memory()
        memory.take([*known, Gone(type(row), ident_of(row))])
        assert memory.take_stored([row]) == [], "the sink was behind, and the row came back"
        assert memory.take([row]) == [] or not known, "the topic was read again, and it came back"
    newer = msgspec.structs.replace(row, version=6)
    assert len(memory.take([newer])) == 1, "a key that comes back stays away"
    assert len(memory.take_stored([msgspec.structs.replace(row, version=7)])) == 1


def everything(memory: Memory) -> list[object]:
    """What the memory shows of shop-1."""
    level_held = memory.levels.get("shop-1", "milk")
    return [
        *([] if level_held is None else [level_held]),
        *memory.levels.skus("shop-1"),
        *memory.tills.at("shop-1"),
        *memory.all_alerts(),
        *memory.totals.values(),
    ]


def test_a_location_of_which_nothing_is_left_is_not_listed() -> None:
    memory = Memory()
    memory.take([level("milk", 7, 5), till("1", 5)])
    memory.take([Gone(Level, ("shop-1", "milk")), Gone(Till, ("shop-1", "1"))])
    assert set(memory.location_ids()) == set()


def test_a_till_whose_calendar_is_ahead_does_not_hide_its_shops_day() -> None:
    memory = Memory()
    today = NOW.date()
    memory.learn_places([ShownLocation("shop-1", "Ulm", time_zone="Europe/Berlin")])
    memory.take([totals(today - timedelta(days=1), 5, 1), totals(today + timedelta(days=2), 1, 2)])
    assert memory.totals["shop-1"].receipts == 5


def test_a_location_is_known_once_anything_is_heard_of_it() -> None:
    memory = Memory()
    memory.take([level("milk", 7, 2)])
    assert memory.learn_places([ShownLocation("shop-2", "Bonn")]) == ["shop-2"]
    assert memory.learn_places([ShownLocation("shop-2", "Bonn")]) == []
    assert set(memory.location_ids()) == {"shop-1", "shop-2"}
    assert memory.place("shop-1").name is None


def test_a_location_that_was_deleted_goes_unless_something_was_heard_of_it() -> None:
    memory = Memory()
    memory.take([level("milk", 7, 2)])
    memory.learn_places([ShownLocation("shop-1", "Ulm"), ShownLocation("shop-2", "Bonn")])
    assert sorted(memory.learn_places([])) == ["shop-1", "shop-2"]
    assert set(memory.location_ids()) == {"shop-1"}
    assert memory.place("shop-1").name is None, "a name that is no longer registered is shown"


def test_only_what_is_new_or_leaves_makes_another_list() -> None:
    memory = Memory()
    lists = [
        change.lists
        for row in (
            level("milk", 7, 1), level("milk", 6, 2),
            alert(1, raised=True), alert(2, raised=True), alert(3, raised=False),
        )
        for change in memory.take([row])
    ]  # fmt: skip
    assert lists == [True, False, True, False, True]
