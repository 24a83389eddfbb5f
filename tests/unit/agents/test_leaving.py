"""All state has an end: dates, epochs and items leave, and operators let go of more."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.unit.agents.partition_world import (
    SHOP,
    TODAY,
    World,
    after,
    line,
    receipt,
    said,
)
from topics import sequences

EVENTS = "till.cart-events"
DAY = 24 * 60
"""In minutes."""

KEPT = 400 * DAY


def sale(sequence: int, minutes: float = 0, *lines: dict[str, Any], **given: Any) -> dict[str, Any]:
    return said(
        "cart_completed", sequence, minutes, **receipt(*(lines or (line(),)), cart="c"), **given
    )


def keys(world: World, table: str) -> list[str]:
    return [key for key, _ in world.state.table(table).scan()]


# Clocks.


def test_a_till_whose_clock_is_ahead_changes_nothing_for_the_others() -> None:
    for hours in (5, 14, 23, 24 * 365):
        world = World()
        world.sell(said("till_heartbeat", 1, hours * 60, till="till-x"))
        world.sell(
            said("cart_opened", 1, 10, cart_id="c"),
            said("line_added", 2, 11, cart_id="c", line=line(quantity=3)),
        )
        assert world.level().in_carts == 3, f"a clock {hours} h ahead hides what is in carts"
        assert world.till("till-x").last_seen == after(0)


def test_an_alert_is_never_cleared_before_it_was_raised() -> None:
    world = World()
    world.list_item("milk", 5, 20)
    world.book("milk", 6, minutes=0)
    world.sell(sale(1, 60, line(quantity=3)))
    world.book("milk", 9, minutes=10)
    raised, cleared = world.alerts()
    assert (raised.raised_at, cleared.state) == (after(60), "cleared")
    assert cleared.cleared_at is not None and cleared.cleared_at >= cleared.raised_at


def test_a_movement_of_the_year_9999_fixes_no_as_of_for_good() -> None:
    world = World()
    row = {"movement_id": "m", "location_id": SHOP, "sku": "milk", "quantity": 5}
    row |= {"reason": "delivery", "occurred_at": "9999-12-31T00:00:00Z"}
    world.give("cdc.stock-movements", row)
    assert world.level().as_of == after(0)


# Business dates.


def test_a_date_leaves_400_days_after_its_last_event_and_takes_no_more() -> None:
    world = World()
    world.sell(sale(1), sale(1, till="till-2"))
    world.wait(DAY)
    world.sell(sale(2, DAY))
    world.wait(2 * KEPT)
    world.sell(said("till_heartbeat", 3, DAY + KEPT - 1))
    assert len(keys(world, "totals")) == 3
    told = len(world.sent["checkout.totals"])
    world.sell(said("till_heartbeat", 4, DAY + KEPT, day=TODAY + timedelta(days=401)))
    assert keys(world, "totals") == keys(world, "days") == []
    assert len(world.sent["checkout.totals"]) == told, "its rows stay as they were told last"
    world.sell(sale(5, DAY + KEPT + 1), sale(6, DAY + KEPT + 1, day=TODAY - timedelta(days=900)))
    assert world.reasons(EVENTS) == ["day_closed"] * 2
    assert (world.till().last_sequence, world.level().on_hand) == (4, -3)


def test_what_changed_within_the_batch_in_which_a_date_leaves_is_told_first() -> None:
    world = World()
    world.wait(2 * KEPT)
    long_after = said("till_heartbeat", 2, KEPT, day=TODAY + timedelta(days=400))
    world.sell(sale(1), long_after)
    assert (world.totals().receipts, world.totals("till-1").receipts) == (1, 1)
    assert keys(world, "totals") == []


def test_today_stays_open_where_a_clock_that_was_years_behind_opened_it() -> None:
    world = World()
    world.sell(sale(1, -2 * KEPT), sale(2), sale(3, 1))
    assert (world.reasons(EVENTS), world.totals().receipts) == ([], 3)


def test_no_date_is_refused_for_its_age_alone() -> None:
    world = World()
    world.sell(sale(1, day=date(2001, 1, 1)), sale(2, 1, day=date(1970, 1, 1)))
    assert world.reasons(EVENTS) == []
    assert world.totals(day=date(1970, 1, 1)).receipts == 1


def test_a_repeat_of_a_date_that_has_left_is_still_a_repeat() -> None:
    world = World()
    world.sell(sale(1))
    world.wait(KEPT)
    world.sell(said("till_heartbeat", 2, KEPT, day=TODAY + timedelta(days=400)))
    world.sell(sale(1))
    assert (world.till().duplicates, world.reasons(EVENTS)) == (1, [])


# Epochs.


def test_an_older_epoch_closes_400_days_after_its_last_event() -> None:
    world = World()
    later: dict[str, Any] = {"day": TODAY + timedelta(days=1_000)}
    world.sell(said("till_heartbeat", 2), said("till_heartbeat", 1, 1, epoch=2))
    world.sell(said("till_heartbeat", 4, 10))
    world.wait(2 * KEPT)
    world.sell(said("till_heartbeat", 2, KEPT + 5, epoch=2, **later))
    assert [older.epoch for older in world.till().older] == [1], "its last event was at ten past"
    world.sell(said("till_heartbeat", 3, KEPT + 10, epoch=2, **later))
    assert world.till().older == ()
    world.sell(said("till_heartbeat", 3, KEPT + 11, **later))
    assert world.reasons(EVENTS) == ["epoch_closed"]


def test_a_newest_epoch_never_closes_by_itself() -> None:
    world = World()
    world.sell(said("till_heartbeat", 1))
    world.wait(3 * KEPT)
    world.sell(said("till_heartbeat", 2, 3 * KEPT, day=TODAY + timedelta(days=1_200)))
    assert (world.till().epoch, world.till().last_sequence) == (1, 2)


# Items.


def test_a_delisted_item_with_nothing_on_hand_leaves_and_its_versions_go_on() -> None:
    world = World()
    world.list_item("milk", 1, 5)
    world.book("milk", 3)
    world.sell(sale(1, 0, line(quantity=3)))
    world.list_item("milk", 1, 5, listed=False)
    world.wait(2 * KEPT)
    world.sell(said("till_heartbeat", 2, KEPT - 1))
    assert keys(world, "items")
    last = world.alerts()[-1].version
    world.sell(said("till_heartbeat", 3, KEPT))
    assert keys(world, "items") == []
    assert world.sent["stock.levels"][-1].value is None, "nobody was told that the row is gone"
    world.sell(sale(4, KEPT + 1, day=TODAY + timedelta(days=401)))
    assert world.level().on_hand == -1
    assert world.level().version > last and world.alerts()[-1].version > last


def test_an_item_with_stock_or_that_is_sold_again_stays() -> None:
    world = World()
    world.sell(sale(1, 0, line("bread", 1)))
    world.book("milk", 1)
    world.sell(sale(2, 0, line("milk", 1)))
    world.wait(2 * KEPT)
    world.book("milk", 1, minutes=KEPT - 10)
    world.sell(said("till_heartbeat", 3, 2 * KEPT, day=TODAY + timedelta(days=800)))
    assert keys(world, "items") == [f"{SHOP}/bread", f"{SHOP}/milk"]


# What operators decide.


def test_a_till_that_is_forgotten_takes_its_row_along_and_counts_nothing_twice() -> None:
    world = World()
    world.sell(sale(1), sale(3))
    world.decide("till_forgotten", up_to_epoch=1, after_offset=world.next_offset)
    assert world.sent["till.status"][-1].key == f"{SHOP}/till-1".encode()
    assert world.sent["till.status"][-1].value is None
    before = max(status.version for status in world.history("till.status", f"{SHOP}/till-1"))
    world.sell(sale(1), sale(2))
    assert world.reasons(EVENTS) == ["epoch_closed"] * 2
    assert world.totals().receipts == 2
    assert world.sent["till.status"][-1].value is None, "a dead letter brings its row back"
    world.sell(sale(1, epoch=2))
    assert world.till().version > before
    assert (world.till().epoch, world.totals().receipts) == (2, 3)


def test_a_till_that_has_begun_a_newer_epoch_since_is_not_forgotten() -> None:
    world = World()
    world.sell(sale(1), sale(1, epoch=2))
    world.decide("till_forgotten", up_to_epoch=1, after_offset=world.next_offset)
    world.sell(sale(2, epoch=2))
    assert world.till().last_sequence == 2


def test_a_gap_that_is_closed_is_missed_no_more_and_its_events_count_if_they_come() -> None:
    world = World()
    world.sell(sale(1), sale(5), sale(9))
    before = world.till().version
    world.decide("gap_closed", epoch=1, up_to_sequence=5, after_offset=world.next_offset)
    status = world.till()
    assert (status.missing, status.missing_count) == (((6, 8),), 3)
    assert status.version > before, "the same version would say two things"
    world.sell(sale(3))
    assert world.totals().receipts == 4


def test_closing_the_gap_of_an_older_epoch_closes_the_epoch() -> None:
    world = World()
    world.sell(sale(3), sale(1, epoch=2))
    world.decide("gap_closed", epoch=1, up_to_sequence=3, after_offset=world.next_offset)
    assert world.till().older == ()
    world.sell(sale(2))
    assert world.reasons(EVENTS) == ["epoch_closed"]


def test_a_rebuild_obeys_a_decision_between_the_same_two_events() -> None:
    events = [sale(1), sale(3), sale(1, epoch=2), sale(2, epoch=2)]

    def told(decided_at: int) -> tuple[Any, ...]:
        """The decision of offset 2 is read after ``decided_at`` of the events, once restarted."""
        world = World()
        decision: dict[str, Any] = {"epoch": 1, "up_to_sequence": 3, "after_offset": 3}
        for event in events[:decided_at]:
            world.sell(event)
        world.decide("gap_closed", **decision)
        world.restart()
        for event in events[decided_at:]:
            world.sell(event)
        world.sell(sale(2))
        status = world.till()
        return status.older, status.version, world.totals().receipts, world.reasons(EVENTS)

    stories = {str(told(at)) for at in range(5)}
    assert len(stories) == 1, "\n".join(stories)


def test_a_row_is_said_again_as_it_stands_or_taken_back() -> None:
    world = World()
    world.list_item("milk", 1, 5)
    world.book("milk", 9)
    world.sell(sale(1))
    for topic in ("stock.levels", "restock.alerts"):
        for sku in ("milk", "gone"):
            world.decide(
                "row_restated", topic=topic, key=f"{SHOP}/{sku}", after_offset=world.next_offset
            )
            last = world.sent[topic][-1]
            assert last.key == f"{SHOP}/{sku}".encode()
            assert (last.value is None) == (sku == "gone")
    assert world.alerts()[-1].state == "cleared", "it says that no alert stands"


# Policies.


def test_an_older_row_of_the_assortment_changes_nothing() -> None:
    world = World()
    world.list_item("milk", 5, 20, __source_ts_ms=2_000)
    world.list_item("milk", 50, 200, __source_ts_ms=1_000)
    world.book("milk", 10)
    assert world.alerts() == [], "a row that was sent back took the newer one's place"
    world.list_item("milk", 50, 200, __source_ts_ms=2_000)
    assert world.alerts()[-1].reorder_point == 50


# Movements.


def test_numbered_movements_are_kept_as_ranges_and_count_once() -> None:
    world = World()
    for number in (1, 2, 4, 3, 2, 4, 5):
        world.give("cdc.stock-movements", movement(number))
    assert world.level().on_hand == 5
    assert keys(world, "movements") == []
    ((key, window),) = list(world.state.table("movement_numbers").scan())
    assert (key, window.last, window.missing) == (f"{SHOP}/{SHOP}", 5, [])
    world.restart()
    world.give("cdc.stock-movements", movement(1), movement(6))
    assert world.level().on_hand == 6


def movement(number: int) -> dict[str, Any]:
    row = {"movement_id": f"m-{number}", "location_id": SHOP, "sku": "milk", "quantity": 1}
    row |= {"reason": "delivery", "occurred_at": after(0).isoformat()}
    return row | {"origin": SHOP, "number": number}


def test_numbers_that_were_taken_back_never_stop_a_location_from_booking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequences, "RANGES_MAX", 3)
    world = World()
    for number in range(2, 21, 2):
        world.give("cdc.stock-movements", movement(number))
    assert world.level().on_hand == 10
    assert world.reasons("cdc.stock-movements") == []
    world.give("cdc.stock-movements", movement(19), movement(19), movement(20))
    assert world.level().on_hand == 11, "a late transaction was lost, or counted twice"
