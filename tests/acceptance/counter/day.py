"""The steps of a day at the till, by keys and on every screen that they pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.acceptance.counter.books import Goods, HandBooks, Taken, share, sum_of
from tests.acceptance.counter.cashier import Cashier, euros
from tests.acceptance.counter.store import Store
from tests.acceptance.counter.terminal import CounterTerminal

SKUS = (
    "whole-milk-1-l", "rye-bread-1-kg", "butter-250-g", "riesling-0.75-l", "rain-jacket-navy-m",
    "bananas",
)  # fmt: skip
"""What is sold, in this order: the fourth asks for an age, the last is weighed."""

GROWN_UP, CHILD = "19800229", f"{datetime.now(UTC).year - 17}1231"


@dataclass
class Day:
    """Everything of it: the store, who sells, and the books by hand."""

    store: Store
    terminal: CounterTerminal
    at: Cashier
    goods: list[Goods]
    books: HandBooks = field(default_factory=HandBooks)

    def paid(self, *, off_minor: int = 0, **paid_minor: int) -> None:
        """The basket was sold."""
        self.books.sold(self.at.basket, off_minor=off_minor, **paid_minor)

    async def sells_for_exact_cash(self) -> None:
        due_minor = sum_of(self.at.basket)
        await self.at.types("+")
        await self.at.reads(f"Paid {euros(due_minor)} EUR")
        self.paid(cash=due_minor)

    async def pays_by_card(self, due_minor: int) -> None:
        await self.at.page.keyboard.press("F2")
        await self.at.reads(f"Paid {euros(due_minor)} EUR")


async def customers_ask(day: Day) -> None:
    at = day.at
    await at.sees_nothing_wrong()
    await at.types("t-shirt")
    await at.in_view("found")
    await at.sees_nothing_wrong()
    await at.page.keyboard.press("Escape")
    for each in day.goods:
        assert await at.asks_price(each) == each.price_minor, "the page tells another price"
    await at.types(day.goods[0].sku)
    await at.in_view("product")
    await at.sees_nothing_wrong()
    await at.page.keyboard.press("Escape")


async def the_cashier_comes(day: Day) -> None:
    at = day.at
    await at.types(at.card)
    await at.page.locator("#ask[data-secret]").wait_for()
    await at.sees_nothing_wrong()
    await at.page.keyboard.press("Escape")
    await at.signs_in()
    await at.opens_the_day()
    await at.page.keyboard.press("F9")
    await at.in_view("drawer")
    await at.sees_nothing_wrong()
    await at.page.keyboard.press("Escape")
    await at.in_view("cart")


async def sells_and_voids_a_line(day: Day) -> str:
    at, (milk, bread, butter, *_) = day.at, day.goods
    await at.scans(milk)
    await at.scans(bread, 2)
    await at.scans(butter)
    await at.sees_nothing_wrong()
    await at.takes_out(2)
    due_minor = sum_of(at.basket)
    await at.types("+20")
    await at.reads(f"Change {euros(2_000 - due_minor)} EUR")
    await at.sees_nothing_wrong()
    day.paid(cash=due_minor)
    return await at.receipt()


async def suspends_and_resumes(day: Day) -> None:
    at, (milk, bread, butter, *_) = day.at, day.goods
    await at.scans(bread)
    await at.types("**")
    await at.hears("The cart waits")
    waiting, at.basket = at.basket, []
    await at.scans(milk)
    await day.sells_for_exact_cash()
    await at.receipt()
    await at.page.keyboard.press("F4")
    await at.in_view("waiting")
    await at.sees_nothing_wrong()
    await at.presses(f"{euros(sum_of(waiting))} EUR")
    at.basket = waiting
    await at.sees_basket()
    await at.scans(butter)
    due_minor = sum_of(at.basket)
    await at.page.keyboard.press("F3")
    await at.reads(f"Paid {euros(due_minor)} EUR")
    day.paid(voucher=due_minor)
    await at.receipt()


async def abandons_a_cart(day: Day) -> None:
    at, jacket = day.at, day.goods[4]
    await at.scans(jacket)
    await at.page.keyboard.press("F8")
    await at.reads("Abandon this cart?")
    await at.sees_nothing_wrong()
    await at.presses("Yes, abandon")
    await at.hears("The cart was abandoned")
    at.basket.clear()
    await at.sees_basket()


async def asks_for_an_age(day: Day) -> None:
    at, (milk, _, _, wine, *_) = day.at, day.goods
    await at.scans(wine)
    await at.scans(milk)
    await at.types("+")
    await at.page.locator('#said[data-tone="bad"]').wait_for()  # not before the age is known
    await at.sees_nothing_wrong()
    await at.presses("Check: from 18 years")
    await at.reads("Born on or before")
    await at.sees_nothing_wrong()
    await at.types(CHILD)
    await at.hears("Not sold to: from 18 years")
    await at.takes_out(0)
    await day.sells_for_exact_cash()
    await at.receipt()

    await at.scans(wine, 2)
    await at.presses("Check: from 18 years")
    await at.types(GROWN_UP)
    await at.hears("Old enough for 18")
    due_minor = sum_of(at.basket)
    await day.pays_by_card(due_minor)
    day.paid(card=due_minor)
    await at.receipt()


async def a_card_fails(day: Day) -> None:
    at, terminal, (_, bread, butter, *_) = day.at, day.terminal, day.goods
    taken = len(terminal.taken)
    terminal.lost_replies = 1
    await at.scans(butter)
    await day.pays_by_card(butter.price_minor)
    assert terminal.taken[taken:] == [butter.price_minor], "a lost reply was paid twice, or never"
    day.paid(card=butter.price_minor)
    await at.receipt()

    terminal.refusals = 1
    await at.scans(bread)
    await at.page.keyboard.press("F2")
    await at.hears("The card was declined")
    await at.sees_nothing_wrong()
    assert len(terminal.taken) == taken + 1
    await day.pays_by_card(bread.price_minor)
    assert terminal.taken[taken + 1 :] == [bread.price_minor]
    day.paid(card=bread.price_minor)
    await at.receipt()


async def pays_cash_and_card_with_five_percent_off(day: Day) -> str:
    at, (_, bread, butter, _, jacket, _) = day.at, day.goods
    for each, quantity in ((jacket, 1), (butter, 2)):
        await at.scans(each, quantity)
    at.basket.append(Taken(bread, 2))
    await at.types(f"2*{bread.sku}")
    off_minor = share(sum_of(at.basket), 5, 100)
    assert sum_of(at.basket) >= 5_000 > sum_of(at.basket[:-1]), "the catalog's prices have moved"
    await at.sees_basket(off_minor=off_minor)
    await at.reads("off5/off5")
    await at.types("+20")
    await at.sees_basket(off_minor=off_minor, paid_minor=2_000)
    await at.sees_nothing_wrong()
    due_minor = sum_of(at.basket) - off_minor
    await day.pays_by_card(due_minor)
    day.paid(off_minor=off_minor, cash=2_000, card=due_minor - 2_000)
    return await at.receipt()


async def brings_back(day: Day, receipt_no: str, goods: Goods, refund_minor: int, to: str) -> None:
    at = day.at
    await at.page.keyboard.press("F7")
    await at.in_view("return")
    await at.sees_nothing_wrong()
    await at.types(receipt_no)
    await at.presses(goods.name)
    await at.sees_nothing_wrong()
    await at.presses(to)
    await at.hears(f"Give {euros(refund_minor)} back in cash")
    day.books.came_back(Taken(goods, 1), refund_minor, to_shelf=to == "Back to the shelf")
    await at.in_view("cart")


async def takes_goods_back(day: Day, plain: str, reduced: str) -> None:
    milk, bread, butter, _, jacket, _ = day.goods
    whole = [Taken(jacket, 1), Taken(butter, 2), Taken(bread, 2)]
    off_minor = share(sum_of(whole), 5, 100)
    # Of two pieces one comes back: what was paid for it, and not what its label says.
    refund_minor = share(butter.price_minor, sum_of(whole) - off_minor, sum_of(whole))
    await brings_back(day, reduced, butter, refund_minor, "Back to the shelf")
    await brings_back(day, plain, milk, milk.price_minor, "Damaged")


async def sells_by_weight_and_trains(day: Day) -> None:
    at, jacket, bananas = day.at, day.goods[4], day.goods[5]
    await at.scans(bananas, 500)
    await day.sells_for_exact_cash()
    await at.receipt()
    await at.presses("Training")
    await at.scans(jacket)
    await at.sees_nothing_wrong()
    await at.types("+")
    await at.reads(f"Paid {euros(jacket.price_minor)} EUR")
    await at.receipt()
    await at.presses("End training")
