from tests.unit.agents.partition_world import SHOP, World, after, line, receipt, said


def test_a_sale_that_crosses_the_reorder_point_raises_one_alert() -> None:
    world = World()
    world.list_item("milk", 5, 20)
    world.book("milk", 6)
    assert world.alerts() == []
    world.sell(said("cart_completed", 1, 1, **receipt(line(quantity=2))))
    world.sell(said("cart_completed", 2, 2, **receipt(line(quantity=1), cart="c-2")))
    (alert,) = world.alerts()
    assert (alert.state, alert.reason, alert.on_hand) == ("raised", "below_reorder_point", 4)
    assert (alert.reorder_point, alert.suggested_quantity) == (5, 16)
    assert (alert.raised_at, alert.cleared_at) == (after(1), None)


def test_the_history_keeps_every_change_of_one_batch_in_order() -> None:
    world = World()
    world.list_item("milk", 5, 20)
    world.book("milk", 6)
    sales = [
        said("cart_completed", n, n, **receipt(line(quantity=q), cart=f"c-{n}"))
        for n, q in ((1, 3), (2, 3), (3, 3))
    ]
    world.sell(*sales)
    world.book("milk", 30, minutes=9)
    history = [(alert.state, alert.reason) for alert in world.alerts()]
    assert history == [
        ("raised", "below_reorder_point"),
        ("raised", "out_of_stock"),
        ("raised", "negative_stock"),
        ("cleared", "negative_stock"),
    ]
    assert {alert.raised_at for alert in world.alerts()} == {after(1)}
    assert world.alerts()[-1].cleared_at == after(9)
    versions = [alert.version for alert in world.alerts()]
    assert versions == sorted(set(versions))


def test_a_sku_on_two_lines_of_one_receipt_crosses_its_line_once() -> None:
    world = World()
    world.sell(said("cart_completed", 1, **receipt(line(), line(quantity=4, line_no=2))))
    assert [alert.on_hand for alert in world.alerts()] == [-5]


def test_what_is_in_carts_raises_nothing() -> None:
    world = World()
    world.list_item("milk", 5, 20)
    world.sell(said("line_added", 1, cart_id="c-1", line=line(quantity=9)))
    world.list_item("milk", 6, 20)
    assert world.alerts() == []


def test_a_policy_that_comes_after_the_stock_raises_at_the_levels_time() -> None:
    world = World()
    world.book("milk", 3, minutes=7)
    levels = len(world.history("stock.levels", f"{SHOP}/milk"))
    world.list_item("milk", 5, 20)
    (alert,) = world.alerts()
    assert alert.raised_at == after(7)
    assert len(world.history("stock.levels", f"{SHOP}/milk")) == levels


def test_a_removed_policy_clears_its_alert_and_a_tombstone_is_no_fault() -> None:
    world = World()
    world.list_item("milk", 5, 20)
    world.book("milk", 3)
    world.list_item("milk", 5, 20, __deleted="true")
    world.give("cdc.assortment", None)
    assert world.alerts()[-1].state == "cleared"
    assert world.alerts()[-1].reorder_point is None
    assert world.dead("cdc.assortment") == []
    world.book("milk", -4)
    assert world.alerts()[-1].reason == "negative_stock"


def test_an_alert_survives_a_restart_as_the_same_one() -> None:
    world = World(default_hysteresis=2)
    world.list_item("milk", 5, 20)
    world.book("milk", 4, minutes=1)
    world.restart()
    world.book("milk", 2, minutes=2)
    assert len(world.alerts()) == 1, "6 is below 5 + 2"
    world.book("milk", 1, minutes=3)
    cleared = world.alerts()[-1]
    assert (cleared.state, cleared.raised_at, cleared.cleared_at) == ("cleared", after(1), after(3))


def test_raised_alerts_are_counted_by_location_also_after_a_restart() -> None:
    world = World()
    for sku in ("milk", "bread"):
        world.book(sku, -1)
    assert world.tally.counts[-1].raised_alerts == {SHOP: 2}
    world.restart()
    assert world.tally.counts[-1].raised_alerts == {SHOP: 2}
    world.book("milk", 1)
    assert world.tally.counts[-1].raised_alerts == {SHOP: 1}
