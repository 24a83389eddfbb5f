from datetime import timedelta
from typing import Any

from tests.unit.agents.partition_world import MORNING, World, after, line, receipt, said


def test_lines_are_in_carts_until_they_are_voided() -> None:
    world = World()
    world.book("milk", 10)
    world.sell(
        said("cart_opened", 1, cart_id="c-1"),
        said("line_added", 2, 1, cart_id="c-1", line=line(quantity=3)),
        said("line_added", 3, 2, cart_id="c-1", line=line(quantity=2, line_no=2)),
    )
    assert (world.level().on_hand, world.level().in_carts, world.level().available) == (10, 5, 5)
    world.sell(said("line_voided", 4, 3, cart_id="c-1", line_no=1))
    assert (world.level().in_carts, world.level().as_of) == (2, after(3))
    assert (world.totals().open_carts, world.totals("till-1").open_carts) == (1, 1)


def test_a_void_before_its_line_keeps_it_out() -> None:
    world = World()
    world.sell(
        said("cart_opened", 1, cart_id="c-1"),
        said("line_voided", 3, cart_id="c-1", line_no=1),
        said("line_added", 2, cart_id="c-1", line=line(quantity=3)),
    )
    assert world.history("stock.levels", "shop-1/milk") == []


def test_abandoning_and_completing_release_the_carts_lines() -> None:
    endings: list[tuple[str, dict[str, Any], int]] = [
        ("cart_abandoned", {"cart_id": "c-1"}, 0),
        ("cart_completed", receipt(line(quantity=1)), -1),
    ]
    for kind, added, on_hand in endings:
        world = World()
        world.sell(
            said("cart_opened", 1, cart_id="c-1"),
            said("line_added", 2, cart_id="c-1", line=line(quantity=3)),
            said(kind, 3, **added),
        )
        assert (world.level().in_carts, world.level().on_hand) == (0, on_hand)
        assert world.totals().open_carts == 0


def test_late_events_of_a_closed_cart_change_nothing_in_carts() -> None:
    endings: list[tuple[str, dict[str, Any]]] = [
        ("cart_abandoned", {"cart_id": "c-1"}),
        ("cart_completed", receipt(line("bread"))),
    ]
    for kind, added in endings:
        world = World()
        world.sell(said(kind, 5, 5, **added))
        world.restart()
        world.sell(
            said("cart_opened", 1, cart_id="c-1"),
            said("line_added", 2, cart_id="c-1", line=line()),
            said("line_voided", 3, cart_id="c-1", line_no=1),
            said("cart_abandoned", 4, cart_id="c-1"),
        )
        assert world.history("stock.levels", "shop-1/milk") == []
        open_carts = [
            row.open_carts for row in world.history("checkout.totals", "shop-1/2026-11-21")
        ]
        assert set(open_carts) <= {0}


def test_a_cart_counts_once_and_where_it_was_opened() -> None:
    world = World()
    tomorrow = MORNING.date() + timedelta(days=1)
    world.sell(said("line_added", 2, day=tomorrow, cart_id="c-1", line=line()))
    assert world.totals(day=tomorrow).open_carts == 1
    world.sell(said("cart_opened", 1, cart_id="c-1"))
    assert (world.totals(day=tomorrow).open_carts, world.totals().open_carts) == (0, 1)
    world.sell(said("cart_completed", 3, day=tomorrow, **receipt(line())))
    assert (world.totals().open_carts, world.totals(day=tomorrow).receipts) == (0, 1)
    assert world.totals(day=tomorrow).open_carts == 0


def test_an_open_cart_without_an_event_for_four_hours_is_forgotten() -> None:
    world = World()
    world.sell(
        said("cart_opened", 1, cart_id="c-1"),
        said("line_added", 2, 10, cart_id="c-1", line=line(quantity=3)),
    )
    world.restart()
    world.sell(said("till_heartbeat", 1, 249.9, till="till-2"))
    assert world.level().in_carts == 3
    versions = world.level().version, world.totals().version
    world.sell(said("till_heartbeat", 2, 250, till="till-2"))
    assert (world.level().in_carts, world.totals().open_carts) == (0, 0)
    assert world.totals("till-1").open_carts == 0
    assert (world.level().version, world.totals().version) > versions
    assert world.level().as_of == after(10)


def test_an_event_puts_off_the_forgetting_of_its_cart() -> None:
    world = World()
    world.sell(
        said("line_added", 1, 0, cart_id="c-1", line=line()),
        said("line_added", 2, 200, cart_id="c-1", line=line(line_no=2)),
        said("till_heartbeat", 3, 300),
    )
    assert world.level().in_carts == 2
    world.sell(said("till_heartbeat", 4, 440))
    assert world.level().in_carts == 0


def test_events_of_a_forgotten_cart_open_nothing() -> None:
    world = World()
    world.sell(said("till_heartbeat", 9, 300))
    world.sell(
        said("cart_opened", 1, cart_id="c-1"),
        said("line_added", 2, cart_id="c-1", line=line()),
        said("cart_abandoned", 3, cart_id="c-1"),
    )
    assert world.history("stock.levels", "shop-1/milk") == []
    assert world.history("checkout.totals", "shop-1/2026-11-21") == []


def test_a_forgotten_cart_that_is_paid_after_all_is_a_sale() -> None:
    world = World()
    world.sell(
        said("line_added", 1, 0, cart_id="c-1", line=line(quantity=2)),
        said("till_heartbeat", 2, 299),
        said("cart_completed", 3, 300, **receipt(line(quantity=2))),
    )
    assert (world.level().on_hand, world.level().in_carts) == (-2, 0)
    assert (world.totals().open_carts, world.totals().receipts) == (0, 1)


def test_closed_carts_are_forgotten_too() -> None:
    world = World()
    world.sell(said("cart_abandoned", 1, cart_id="c-1"))
    assert len(list(world.state.table("carts").scan())) == 1
    world.sell(said("till_heartbeat", 2, 240))
    assert list(world.state.table("carts").scan()) == []
