"""What simulated tills say follows the contracts, and the same plan says it again."""

from collections import Counter, defaultdict
from itertools import pairwise

import msgspec
import pytest

from edge.simulator.pricing import taxes_of
from edge.simulator.simulation import Plan, SimulatedMoment, Simulation
from edge.simulator.world import build_world
from topics.events import till_event_adapter
from topics.wire import (
    AnyWireEvent,
    WireCartAbandoned,
    WireCartCompleted,
    WireCartOpened,
    WireCartResumed,
    WireCartSuspended,
    WireGoodsReturned,
    WireLine,
    WireLineAdded,
    WireLineVoided,
    WireTillHeartbeat,
)

START_MS = 1_763_629_200_000
PLAN = Plan(seed=7, epoch=3, start_ms=START_MS, rate=20)
EVENTS = 6000


def simulated(plan: Plan = PLAN, events: int = EVENTS) -> list[SimulatedMoment]:
    return list(Simulation(build_world(plan.seed, 4, 2), plan, {}).moments(events))


@pytest.fixture(scope="module")
def moments() -> list[SimulatedMoment]:
    return simulated()


@pytest.fixture(scope="module")
def events(moments: list[SimulatedMoment]) -> list[AnyWireEvent]:
    return [moment.event for moment in moments]


def test_the_same_plan_gives_the_same_events_and_movements_byte_for_byte(
    moments: list[SimulatedMoment],
) -> None:
    again = simulated()

    assert msgspec.json.encode([m.event for m in again]) == msgspec.json.encode(
        [m.event for m in moments]
    )
    assert msgspec.json.encode([m.movements for m in again]) == msgspec.json.encode(
        [m.movements for m in moments]
    )


def test_what_tills_say_does_not_depend_on_what_is_in_stock(moments: list[SimulatedMoment]) -> None:
    world = build_world(PLAN.seed, 4, 2)
    emptied = {
        (site.location.location_id, article.product.sku): 0
        for site in world.sites
        for article in world.articles
    }
    sold_from_nothing = [m.event for m in Simulation(world, PLAN, emptied).moments(EVENTS)]

    assert sold_from_nothing == [moment.event for moment in moments]


@pytest.mark.parametrize("other", [Plan(8, 3, START_MS, 20), Plan(7, 4, START_MS, 20)])
def test_another_seed_or_epoch_gives_other_events(other: Plan, events: list[AnyWireEvent]) -> None:
    ids = {event.event_id for event in events}

    assert not ids & {moment.event.event_id for moment in simulated(other, 500)}


def test_every_event_is_accepted_by_the_contract(events: list[AnyWireEvent]) -> None:
    for event in events:
        till_event_adapter.validate_json(msgspec.json.encode(event))


def test_each_till_counts_from_one_without_gaps_in_the_order_of_time(
    events: list[AnyWireEvent],
) -> None:
    by_till: dict[str, list[AnyWireEvent]] = defaultdict(list)
    for event in events:
        by_till[event.till_id].append(event)

    assert len(by_till) == 5 * 2, "a till of four shops and the online shop never spoke"
    for till_id, said in by_till.items():
        assert [event.sequence for event in said] == list(range(1, len(said) + 1)), till_id
        assert all(one.occurred_at <= two.occurred_at for one, two in pairwise(said))
        assert len({event.location_id for event in said}) == 1


def test_every_receipt_and_its_tax_add_up(events: list[AnyWireEvent]) -> None:
    sales = [event for event in events if isinstance(event, WireCartCompleted)]

    for sale in sales:
        gross = sum(line.amount_minor for line in sale.lines)
        off = sum(discount.amount_minor for discount in sale.discounts)
        paid = sum(tender.amount_minor for tender in sale.tenders)
        assert gross + off == sale.total_minor == paid, sale.receipt_no
        assert 0 <= sum(tax.amount_minor for tax in sale.taxes) < max(sale.total_minor, 1)


def test_a_receipt_carries_what_was_added_and_not_voided(events: list[AnyWireEvent]) -> None:
    carts: dict[str, dict[int, WireLine]] = {}
    waiting: set[str] = set()
    for event in events:
        match event:
            case WireCartOpened():
                assert event.cart_id not in carts, "a cart id was used twice"
                carts[event.cart_id] = {}
            case WireLineAdded():
                carts[event.cart_id][event.line.line_no] = event.line
            case WireLineVoided():
                del carts[event.cart_id][event.line_no]
            case WireCartSuspended():
                waiting.add(event.cart_id)
            case WireCartResumed():
                waiting.remove(event.cart_id)
                assert list(event.lines) == list(carts[event.cart_id].values())
            case WireCartCompleted():
                assert event.cart_id not in waiting, "a cart that waits was paid"
                assert list(event.lines) == list(carts.pop(event.cart_id).values())
            case WireCartAbandoned():
                del carts[event.cart_id]
            case _:
                pass

    assert not carts, "carts were left open at the end of a run of fixed length"


def test_goods_come_back_from_a_receipt_and_not_for_more_than_was_paid(
    events: list[AnyWireEvent],
) -> None:
    sales = {e.receipt_no: e for e in events if isinstance(e, WireCartCompleted)}
    returns = [event for event in events if isinstance(event, WireGoodsReturned)]

    assert {returned.restock for returned in returns} == {True, False}
    for returned in returns:
        sale = sales[returned.receipt_no]
        bought = {line.sku: line for line in sale.lines}
        for line in returned.lines:
            assert line.quantity > 0
            assert line.quantity <= sum(b.quantity for b in sale.lines if b.sku == line.sku)
            assert line.unit == bought[line.sku].unit
        assert 0 <= returned.refund_minor <= sale.total_minor


def test_everything_that_happens_at_tills_happens(events: list[AnyWireEvent]) -> None:
    types = Counter(type(event) for event in events)
    tenders = {
        tuple(tender.kind for tender in event.tenders)
        for event in events
        if isinstance(event, WireCartCompleted)
    }

    assert len(types) == 9, f"only {set(types)}"
    assert tenders >= {("cash",), ("card",), ("voucher",), ("voucher", "card")}


def test_each_till_says_every_minute_that_it_is_alive(events: list[AnyWireEvent]) -> None:
    beats: dict[str, list[float]] = defaultdict(list)
    for event in events:
        if isinstance(event, WireTillHeartbeat):
            beats[event.till_id].append(event.occurred_at.timestamp())

    assert len(beats) == 5 * 2
    for till_id, times in beats.items():
        # The last of a run only fills it up to its length.
        apart = [two - one for one, two in pairwise(times[:-1])]
        assert apart and all(60 <= each < 90 for each in apart), till_id


def test_a_large_fleet_at_a_low_rate_still_sells() -> None:
    world = build_world(1, 4, 300)
    moments = Simulation(world, Plan(1, 1, START_MS, 1), {}).moments(1000)
    beats = sum(isinstance(moment.event, WireTillHeartbeat) for moment in moments)
    assert 10 < beats < 200


@pytest.mark.parametrize("count", [1, 2, 9, 250, 251])
def test_a_run_of_fixed_length_gives_exactly_so_many_events(count: int) -> None:
    moments = simulated(events=count)
    opened = sum(isinstance(m.event, WireCartOpened) for m in moments)
    ended = sum(isinstance(m.event, WireCartCompleted | WireCartAbandoned) for m in moments)

    assert len(moments) == count
    assert opened == ended


def test_closing_time_leaves_no_cart_open_and_no_number_out() -> None:
    simulation = Simulation(build_world(7, 4, 2), PLAN, {})
    endless = simulation.moments(None)
    said = [next(endless).event for _ in range(300)]
    said += [moment.event for moment in simulation.closing()]

    opened = sum(isinstance(event, WireCartOpened) for event in said)
    ended = sum(isinstance(event, WireCartCompleted | WireCartAbandoned) for event in said)
    assert opened == ended
    for till_id in {event.till_id for event in said}:
        numbers = [event.sequence for event in said if event.till_id == till_id]
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_few_articles_make_most_of_the_sales_and_shops_differ_a_little(
    events: list[AnyWireEvent],
) -> None:
    sold = Counter(event.line.sku for event in events if isinstance(event, WireLineAdded))
    bestsellers = sum(count for _, count in sold.most_common(len(sold) // 10))
    first, second, *_ = build_world(7, 4, 2).sites
    tops = [[product.sku for product in site.demand.products[:20]] for site in (first, second)]

    assert bestsellers > sold.total() * 0.35, "demand is not Zipf's"
    assert tops[0] != tops[1]
    assert set(tops[0]) & set(tops[1]), "the shops have nothing in common"


def test_trade_follows_the_local_hour_unless_it_is_steady() -> None:
    def length_ms(hour: int, steady: bool) -> int:
        plan = Plan(1, 1, START_MS + (hour - 9) * 3_600_000, 20, steady)
        moments = simulated(plan, 2000)
        return moments[-1].unix_ms - moments[0].unix_ms

    night, evening = 2, 16  # of UTC, where the shops are one or two hours ahead
    assert length_ms(night, steady=False) > 3 * length_ms(evening, steady=False)
    assert length_ms(night, steady=True) < 1.2 * length_ms(evening, steady=True)


def test_a_discount_lowers_the_tax_of_each_rate_alike() -> None:
    lines = [
        WireLine(1, "bread", 1, "each", 1000, 1000),
        WireLine(2, "wine", 1, "each", 1000, 1000),
    ]

    full = taxes_of(lines, 2000, {"bread": 700, "wine": 1900})
    half = taxes_of(lines, 1000, {"bread": 700, "wine": 1900})

    assert [(tax.rate_basis_points, tax.amount_minor) for tax in full] == [(700, 65), (1900, 160)]
    assert [tax.amount_minor for tax in half] == [33, 80]
