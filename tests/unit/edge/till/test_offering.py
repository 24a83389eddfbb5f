"""The store's own offers on a cart: the best one counts, and none takes off more than is there."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from edge.bundle.rows import BundledOffer
from edge.rules.evaluating import TableDiscount
from edge.till.carts import GivenDiscount, TillCart
from edge.till.offering import by_offers
from edge.till.ruling import NO_RULES, priced
from topics.wire import WireLine

BEGIN, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


def offer(offer_id: str, **more: object) -> BundledOffer:
    """One of the shop's."""
    return BundledOffer(offer_id, "ulm", BEGIN, END, **more)  # type: ignore[arg-type]


def line(number: int, sku: str, quantity: int, price: int, unit: str = "each") -> WireLine:
    """A line at its shelf's price."""
    amount = quantity * price if unit == "each" else (quantity * price + 500) // 1000
    return WireLine(number, sku, quantity, unit, price, amount)  # type: ignore[arg-type]


def cart(*lines: WireLine, **more: object) -> TillCart:
    """Of products of one category each."""
    categories = {each.sku: f"all-{each.sku}" for each in lines}
    return TillCart("c", lines=lines, categories=categories, **more)  # type: ignore[arg-type]


def told(found: TillCart, *offers: BundledOffer) -> list[tuple[str, int]]:
    """What the sale carries."""
    sale = priced(found, NO_RULES._replace(offers=offers))
    return [(each["rule"], each["amount_minor"]) for each in sale.verdict.told()]


def test_the_offer_that_takes_off_most_is_named_on_each_line() -> None:
    tea = cart(line(1, "tea", 2, 300), line(2, "bread", 1, 200))
    offers = (offer("o1", sku="tea", percent=10), offer("o2", category="all-tea", percent=25))
    assert told(tea, *offers) == [("offers/o2", -150)]
    assert told(tea, *offers, offer("o3", sku="tea", price_minor=200)) == [("offers/o3", -200)]
    assert told(tea, offer("o4", sku="tea", price_minor=400)) == []
    assert told(tea) == []


def test_a_price_is_of_a_kilogram_where_the_line_is_weighed() -> None:
    apples = cart(line(1, "apple", 1_333, 299, "gram"))
    # 3.99 by the shelf, and 2.65 by the offer.
    assert told(apples, offer("o", sku="apple", price_minor=199)) == [("offers/o", -134)]


def test_goods_that_come_back_have_nothing_off() -> None:
    back = cart(line(1, "tea", -1, 300), line(2, "tea", 2, 300))
    assert told(back, offer("o", sku="tea", percent=50)) == [("offers/o", -300)]


def test_offers_and_what_is_given_by_hand_come_to_no_more_than_the_goods() -> None:
    given = GivenDiscount(1, "damaged", 1, 90, None)
    tea = cart(line(1, "tea", 1, 100), given=(given,), next_discount_no=2)
    found = told(tea, offer("o", sku="tea", percent=50))
    assert found == [("Discount: damaged", -90), ("offers/o", -10)]


@given(
    prices=st.lists(st.integers(-500, 500), max_size=6),
    percents=st.lists(st.integers(1, 100), min_size=1, max_size=3),
    hand=st.integers(0, 800),
)
def test_no_line_and_no_cart_comes_to_less_than_nothing_by_them(
    prices: list[int], percents: list[int], hand: int
) -> None:
    lines = [line(number, "tea", 1, price) for number, price in enumerate(prices, 1)]
    whole = cart(*lines)
    given_minor = min(hand, max(0, whole.total_minor))
    by_hand = [TableDiscount("Discount: x", -given_minor)] if given_minor else []
    offers = [offer(f"o{at}", sku="tea", percent=each) for at, each in enumerate(percents)]
    found = by_offers(whole, offers, by_hand)
    amounts = {each.line_no: each.amount_minor for each in lines}
    assert all(0 < -each.amount_minor <= amounts[each.line_no or 0] for each in found)
    off_minor = -sum(each.amount_minor for each in (*found, *by_hand))
    assert off_minor <= max(0, whole.total_minor)
