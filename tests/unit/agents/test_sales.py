from datetime import timedelta
from typing import Any

from tests.unit.agents.partition_world import (
    MORNING,
    World,
    after,
    line,
    receipt,
    returned,
    said,
)
from topics.scalars import NUMBER_MAX


def test_a_sale_takes_its_quantities_off_the_shelf() -> None:
    world = World()
    world.book("milk", 10)
    world.sell(said("cart_completed", 1, 5, **receipt(line(quantity=3))))
    level = world.level()
    assert (level.on_hand, level.available, level.as_of) == (7, 7, after(5))


def test_a_sale_stands_alone_where_its_cart_was_never_heard_of() -> None:
    world = World()
    world.sell(said("cart_completed", 1, **receipt(line(quantity=3))))
    assert (world.level().in_carts, world.totals().open_carts) == (0, 0)
    assert world.totals().receipts == 1


def test_totals_grow_at_the_location_and_at_the_till() -> None:
    world = World()
    bread = line("bread", 2, 2, amount=300)
    world.sell(
        said(
            "cart_completed",
            1,
            **receipt(
                line(amount=100),
                bread,
                discounts=[{"rule": "ten off", "amount_minor": -10}],
                taxes=[{"rate_basis_points": 700, "amount_minor": 26}],
                tenders=[
                    {"kind": "cash", "amount_minor": 200},
                    {"kind": "card", "amount_minor": 100},
                    {"kind": "cash", "amount_minor": 90},
                ],
                total_minor=390,
            ),
        ),
        said("cart_completed", 1, till="till-2", **receipt(line(amount=50), cart="c-2")),
    )
    till, shop = world.totals("till-1"), world.totals()
    assert (till.till_id, shop.till_id) == ("till-1", None)
    assert (till.receipts, till.units, till.gross_minor) == (1, 3, 400)
    assert (till.discount_minor, till.tax_minor, till.net_sales_minor) == (-10, 26, 390)
    assert (till.tenders, till.discrepancies) == ({"cash": 290, "card": 100}, 0)
    assert (shop.receipts, shop.gross_minor, shop.net_sales_minor) == (2, 450, 440)
    assert shop.tenders == {"cash": 290, "card": 150}


def test_a_sale_that_breaks_the_identity_counts_by_its_total_and_is_a_discrepancy() -> None:
    spoilings: list[dict[str, Any]] = [
        {"total_minor": 90},
        {"tenders": [{"kind": "card", "amount_minor": 90}]},
        {"discounts": [{"rule": "odd", "amount_minor": -1}]},
    ]
    for spoilt in spoilings:
        world = World()
        world.sell(said("cart_completed", 1, **receipt(line(), **spoilt)))
        totals = world.totals()
        assert totals.discrepancies == 1, f"{spoilt} went unreported"
        assert totals.net_sales_minor == spoilt.get("total_minor", 100)
        assert world.level().on_hand == -1


def test_a_business_date_is_the_tills_and_not_the_calendars() -> None:
    world = World()
    yesterday = MORNING.date() - timedelta(days=1)
    world.sell(said("cart_completed", 1, day=yesterday, **receipt(line())))
    assert world.totals(day=yesterday).receipts == 1


def test_a_return_shrinks_totals_and_restocks_only_where_it_says_so() -> None:
    for restock, on_hand in ((True, -1), (False, -3)):
        world = World()
        world.sell(
            said("cart_completed", 1, **receipt(line(quantity=3, amount=300))),
            said(
                "goods_returned",
                2,
                9,
                **returned(line(quantity=2), refund=200, restock=restock),
            ),
        )
        totals = world.totals()
        assert world.level().on_hand == on_hand
        assert world.level().as_of == (after(9) if restock else after(0))
        assert (totals.returns, totals.returned_units, totals.refund_minor) == (1, 2, 200)
        assert (totals.net_sales_minor, totals.gross_minor, totals.units) == (100, 300, 3)


def test_a_quantity_of_zero_moves_nothing_but_its_level_is_shown() -> None:
    world = World()
    world.list_item("milk", 5, 20)
    world.sell(said("cart_completed", 1, **receipt(line(quantity=0))))
    assert world.level().on_hand == 0
    assert world.alerts() == []


def test_very_large_quantities_stay_exact() -> None:
    world = World()
    huge = NUMBER_MAX
    world.sell(said("cart_completed", 1, **receipt(line(quantity=huge))))
    world.book("milk", huge)
    assert world.level().on_hand == 0


def test_a_duplicate_is_counted_and_never_applied() -> None:
    world = World()
    world.sell(said("cart_completed", 1, **receipt(line(quantity=3))))
    world.sell(said("cart_completed", 1, **receipt(line(quantity=3))))
    assert world.level().on_hand == -3
    assert (world.totals().receipts, world.till().duplicates) == (1, 1)
    assert world.till().last_seen == after(0)
    assert world.tally.counts[-1].duplicates == 1


def test_tills_of_one_location_number_their_events_apart() -> None:
    world = World()
    for till in ("till-1", "till-2"):
        world.sell(said("cart_completed", 1, till=till, **receipt(line(), cart=till)))
    assert world.totals().receipts == 2


def test_a_gap_is_shown_and_healed_by_late_events_that_are_applied() -> None:
    world = World()
    world.sell(said("till_heartbeat", 1), said("till_heartbeat", 4, 3))
    assert (world.till().missing, world.till().last_sequence) == (((2, 3),), 4)
    world.sell(said("cart_completed", 3, 2, **receipt(line())))
    assert world.till().missing == ((2, 2),)
    world.sell(said("till_heartbeat", 2, 1))
    assert world.till().missing == ()
    assert world.totals().receipts == 1
    opened = [counts.gaps_opened for counts in world.tally.counts]
    healed = [counts.gaps_healed for counts in world.tally.counts]
    assert (sum(opened), sum(healed)) == (1, 2)


def test_a_till_shows_its_newest_epoch_and_still_takes_late_events_of_the_older() -> None:
    world = World()
    world.sell(said("till_heartbeat", 7), said("till_heartbeat", 1, 5, epoch=2))
    world.sell(said("cart_completed", 3, **receipt(line())))
    status = world.till()
    assert (status.epoch, status.last_sequence, status.missing) == (2, 1, ())
    assert world.totals().receipts == 1


def test_a_time_in_the_future_is_that_at_which_the_record_was_written() -> None:
    world = World()
    years = 60 * 24 * 365 * 50
    late = said("cart_completed", 2, years, **receipt(line(), cart="c-2"))
    world.sell(said("cart_opened", 1, cart_id="c-1"))
    world.wait(1)
    world.sell(late)
    assert world.till().last_seen == after(1)
    assert world.totals().open_carts == 1, "a cart was forgotten by a clock gone wrong"
    assert world.level().as_of == after(1), "the level would look fresh for fifty years"


def test_a_movement_seen_twice_changes_nothing() -> None:
    world = World()
    world.book("milk", 10, movement="m-1")
    world.book("milk", 10, movement="m-1")
    world.restart()
    world.book("milk", 10, movement="m-1")
    world.book("bread", 4, movement="m-1")
    assert (world.level().on_hand, world.level("bread").on_hand) == (10, 4)
    assert len(world.history("stock.levels", "shop-1/milk")) == 1


def test_versions_grow_with_every_change_from_either_topic() -> None:
    world = World()
    for sequence in (1, 2, 3):
        world.book("milk", 5)
        world.sell(said("cart_completed", sequence, **receipt(line(), cart=f"c-{sequence}")))
    versions = [level.version for level in world.history("stock.levels", "shop-1/milk")]
    assert versions == sorted(set(versions)), f"a version came again: {versions}"
