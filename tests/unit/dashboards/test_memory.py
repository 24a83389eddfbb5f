"""Only what is newer replaces what is held, whichever way it came."""

from datetime import UTC, date, datetime

from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Alert, Level, Place, Till, Totals

WHEN = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def level(sku: str, on_hand: int, version: int) -> Level:
    return Level("shop-1", sku, on_hand, 0, on_hand, version, WHEN)


def totals(day: date, receipts: int, version: int, till_id: str | None = None) -> Totals:
    return Totals("shop-1", till_id, day, receipts, 0, 0, 0, 0, 0, 0, 0, 0, version, WHEN)


def alert(version: int, *, raised: bool) -> Alert:
    state = "raised" if raised else "cleared"
    return Alert("shop-1", "milk", state, "out_of_stock", 0, 5, 20, WHEN, version)


def on_hand(memory: Memory, sku: str) -> int | None:
    held = memory.level("shop-1", sku)
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
    assert set(memory.level_skus("shop-1")) == {"a", "c"}


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
    memory.take(
        [
            Till("shop-1", "t1", 1, 9, [], 0, earlier, 1),
            Till("shop-1", "t2", 1, 9, [(3, 5), (7, 7)], 0, WHEN, 1),
        ]
    )
    assert memory.last_seen("shop-1") == WHEN
    assert [till.missing_events for till in memory.tills("shop-1")] == [0, 4]


def test_a_till_that_moved_is_at_its_new_location_only() -> None:
    memory = Memory()
    memory.take([Till("shop-1", "t1", 1, 9, [], 0, WHEN, 1)])
    memory.take([Till("shop-2", "t1", 2, 1, [], 0, WHEN, 2)])
    assert memory.tills("shop-1") == []
    assert [till.epoch for till in memory.tills("shop-2")] == [2]
    assert memory.take([Till("shop-1", "t1", 1, 9, [], 0, WHEN, 1)]) == []


def test_a_location_is_known_once_anything_is_heard_of_it() -> None:
    memory = Memory()
    memory.take([level("milk", 7, 2)])
    assert memory.learn_places([Place("shop-2", "Bonn")]) == ["shop-2"]
    assert memory.learn_places([Place("shop-2", "Bonn")]) == []
    assert set(memory.location_ids()) == {"shop-1", "shop-2"}
    assert memory.place("shop-1").name is None


def test_a_location_that_was_deleted_goes_unless_something_was_heard_of_it() -> None:
    memory = Memory()
    memory.take([level("milk", 7, 2)])
    memory.learn_places([Place("shop-1", "Ulm"), Place("shop-2", "Bonn")])
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
