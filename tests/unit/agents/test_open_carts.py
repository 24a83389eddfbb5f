from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from tables import carts
from tables.carts import Cart
from tests.unit.agents.partition_world import MORNING, SHOP, World, after, line, receipt, said


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
    world.wait(300)
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


def test_closed_carts_are_forgotten_too_while_others_close() -> None:
    world = World()
    blocks = world.state.table("closed")
    for start in (0, 1_000, 2_000):
        minutes = start / 2  # each part comes eight hours after the one before
        world.wait(minutes)
        numbers = range(start + 1, start + 501)
        world.sell(*[said("cart_abandoned", n, minutes, cart_id=f"c-{n}") for n in numbers])
    kept = [key for key, _ in blocks.scan()]
    assert 50 <= len(kept) <= 64, "carts of long ago stay, or what has just closed is unknown"
    assert list(world.state.table("carts").scan()) == []
    world.sell(said("line_added", 2_501, 1_000, cart_id="c-2001", line=line()))
    assert world.history("stock.levels", f"{SHOP}/milk") == [], "a late line fills a closed cart"
    world.sell(said("line_added", 2_502, 1_000, cart_id="c-1", line=line()))
    assert world.level().in_carts == 1, "a cart id may come again once the first is forgotten"


def test_closed_carts_are_known_after_a_restart() -> None:
    world = World()
    world.sell(*[said("cart_abandoned", n, cart_id=f"c-{n}") for n in range(1, 101)])
    world.restart()
    late = [said("cart_opened", 100 + n, 1, cart_id=f"c-{n}") for n in range(1, 101)]
    world.sell(*late)
    assert world.history("checkout.totals", f"{SHOP}/2026-11-21") == []


def test_no_cart_is_read_when_a_partition_opens() -> None:
    world = World()
    world.sell(*[said("cart_opened", n, cart_id=f"c-{n}") for n in range(1, 400)])
    world.restart()
    assert world.state.table("carts").live == 0
    world.sell(said("till_heartbeat", 400, 240))
    assert world.totals().open_carts == 0, "their ends were not found in the store"


def test_carts_belong_to_their_till() -> None:
    world = World()
    world.sell(
        said("line_added", 1, cart_id="1", line=line(quantity=2)),
        said("line_added", 1, till="till-2", cart_id="1", line=line(quantity=5)),
        said("cart_completed", 2, **receipt(line(quantity=2), cart="1")),
    )
    assert (world.level().on_hand, world.level().in_carts) == (-2, 5)
    assert (world.totals().open_carts, world.totals("till-2").open_carts) == (1, 1)


def test_a_suspended_cart_leaves_and_comes_back_where_it_is_resumed() -> None:
    world = World()
    world.sell(
        said("line_added", 1, cart_id="c", line=line(quantity=2)),
        said("cart_suspended", 2, cart_id="c"),
    )
    assert (world.level().in_carts, world.totals().open_carts) == (0, 0)
    lines = [line(quantity=3), line("bread", 1, 2)]
    world.sell(
        said("cart_resumed", 1, till="till-2", cart_id="c", from_till_id="till-1", lines=lines)
    )
    assert (world.level().in_carts, world.level("bread").in_carts) == (3, 1)
    assert world.totals("till-2").open_carts == 1
    world.sell(said("cart_completed", 2, till="till-2", **receipt(*lines, cart="c")))
    assert (world.level().on_hand, world.level().in_carts) == (-3, 0)
    assert world.totals().open_carts == 0


def test_a_cart_that_is_resumed_at_its_own_till_takes_no_late_word_from_before() -> None:
    resumed = said("cart_resumed", 4, cart_id="c", from_till_id="till-1", lines=[line(quantity=3)])
    before = [
        said("line_added", 1, cart_id="c", line=line(quantity=1)),
        said("line_added", 2, cart_id="c", line=line(quantity=2, line_no=2)),
        said("cart_suspended", 3, cart_id="c"),
    ]
    after_it = said("line_added", 5, cart_id="c", line=line(quantity=7, line_no=3))
    for order in permutations([*before, resumed, after_it]):
        suspended_at, line_at, resumed_at = (order.index(e) for e in (before[2], after_it, resumed))
        if suspended_at < line_at < resumed_at:
            continue  # a line of a cart that is suspended as far as anybody knows changes nothing
        world = World()
        world.sell(*order)
        assert world.level().in_carts == 10, [event["sequence"] for event in order]
        assert world.totals().open_carts == 1


def test_a_completed_cart_is_not_resumed() -> None:
    world = World()
    world.sell(
        said("cart_completed", 3, **receipt(line(), cart="c")),
        said("cart_suspended", 1, cart_id="c"),
        said("cart_resumed", 2, cart_id="c", from_till_id="till-1", lines=[line(quantity=3)]),
    )
    assert (world.level().in_carts, world.totals().open_carts) == (0, 0)


def test_a_cart_with_lines_without_end_refuses_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carts, "LINES_MAX", 3)
    world = World()
    lines = [line(line_no=n) for n in range(5)]
    world.sell(*[said("line_added", n + 1, cart_id="c", line=lines[n]) for n in range(5)])
    assert world.level().in_carts == 3
    assert world.reasons("till.cart-events") == ["cart_too_long"] * 2
    assert (world.till().missing, world.till().quarantined) == ((), 2)


def test_a_cart_that_a_clock_gone_back_has_closed_stays_closed() -> None:
    world = World()
    world.sell(said("line_added", 1, 0, cart_id="c", line=line(quantity=2)))
    world.sell(said("cart_abandoned", 3, -30 * 60, cart_id="c"))
    world.sell(said("line_added", 2, 1, cart_id="c", line=line(quantity=5, line_no=2)))
    assert (world.level().in_carts, world.totals().open_carts) == (0, 0)


def test_carts_that_an_earlier_version_opened_leave_in_their_time() -> None:
    world = World()
    world.sell(said("cart_opened", 1, cart_id="c"), said("line_added", 2, cart_id="c", line=line()))
    carts, deadlines = world.state.table("carts"), world.state.table("deadlines")
    ((key, cart),) = list(carts.scan())
    (end,) = [noted for noted, _ in deadlines.scan() if "/c/" in noted]
    carts.drop(key)
    deadlines.drop(end)
    world.state.table("closed").drop("~")
    cart.noted_us = 0
    carts.put(f"{SHOP}/c", cart)
    closed = Cart("till-1", "2026-11-21", cart.last_event_us, closed=True)
    carts.put(f"{SHOP}/over", closed)
    world.sell(said("till_heartbeat", 3, 1))

    world.restart()
    world.sell(said("till_heartbeat", 4, 241))

    assert (world.level().in_carts, world.totals().open_carts) == (0, 0)
    assert list(carts.scan()) == []
