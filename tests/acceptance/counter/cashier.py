"""Somebody who sells at the page of a real till, by keys as people press them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.async_api import Page, TimeoutError, expect

from tests.acceptance.counter.books import Goods, Taken, sum_of
from tests.browser import Visit

FINGERS_MS = 60
"""Between two keys, above what the page takes for a scanner."""

WEDGE_MS = 5
"""Between two keys of a scanner that types."""

SCREEN = {"width": 1024, "height": 768}
"""The smallest screen that a till has."""

_PRICE = re.compile(r"([0-9]+)\.([0-9]{2}) EUR")
_NUMBER = re.compile(r"^Receipt (\S+)$")


def euros(minor: int) -> str:
    """An amount as the page writes it."""
    return f"{minor // 100}.{minor % 100:02}"


@dataclass
class Cashier:
    """At the page; ``basket`` is what should lie in the cart, by the cashier's own account."""

    seen: Visit
    card: str
    pin: str
    basket: list[Taken] = field(default_factory=list[Taken])

    @property
    def page(self) -> Page:
        """What is looked at."""
        return self.seen.page

    async def types(self, text: str) -> None:
        """With fingers, and Enter."""
        await self.page.keyboard.type(text, delay=FINGERS_MS)
        await self.page.keyboard.press("Enter")

    async def scans(self, goods: Goods, quantity: int = 1) -> None:
        """Put something into the cart, and see that it is there and counted in."""
        if goods.is_weighed:
            await self.types(f"{quantity}*{goods.sku}")
        else:
            if quantity > 1:
                await self.types(f"{quantity}*")
            await self.page.keyboard.type(goods.code, delay=WEDGE_MS)
            await self.page.keyboard.press("Enter")
        self.basket.append(Taken(goods, quantity))
        await self.sees_basket()

    async def sees_basket(self, *, off_minor: int = 0, paid_minor: int = 0) -> None:
        """The cart has each line, and what is due is what the cashier comes to."""
        await expect(self.page.locator("#lines > li")).to_have_count(len(self.basket))
        await self.sees_due(sum_of(self.basket) - off_minor - paid_minor)

    async def sees_due(self, due_minor: int) -> None:
        """What is still to be paid."""
        due = self.page.locator("#sums .total strong")
        await expect(due).to_have_text(f"{euros(due_minor)} EUR")

    async def takes_out(self, place: int) -> None:
        """Void the line that was scanned as number ``place``, from 0."""
        button = f"Take out line {place + 1},"
        await self.presses(button)
        del self.basket[place]
        await self.sees_basket()

    async def presses(self, name: str) -> None:
        """A button."""
        await self.page.get_by_role("button", name=name).click()

    async def reads(self, text: str) -> None:
        """Somewhere on the page, once it is there."""
        try:
            await self.page.get_by_text(text).first.wait_for()
        except TimeoutError as late:
            shown = await self.page.locator("body").inner_text()
            raise AssertionError(f"no “{text}” on the page, but: {shown}") from late

    async def hears(self, text: str) -> None:
        """What the page says to the last input."""
        await expect(self.page.locator("#said")).to_contain_text(text)

    async def in_view(self, view: str) -> None:
        """What fills the page."""
        await self.page.locator(f'#main[data-view="{view}"]').wait_for()

    async def asks_price(self, goods: Goods) -> int:
        """As customers do: cents of a piece or a kilogram, off the page."""
        await self.types(goods.sku)
        await self.in_view("product")
        told = _PRICE.match(await self.page.locator("#main .price").inner_text())
        assert told, "the page tells no price"
        await self.page.keyboard.press("Escape")
        await self.in_view("start")
        return int(told[1]) * 100 + int(told[2])

    async def signs_in(self) -> None:
        """With card and PIN."""
        await self.in_view("start")
        await self.types(self.card)
        await self.page.locator("#ask[data-secret]").wait_for()
        await self.types(self.pin)
        await self.in_view("cart")

    async def opens_the_day(self) -> None:
        """Where it is not open yet."""
        opening = self.page.get_by_role("button", name="Open the day")
        if await opening.count():
            await opening.click()
            await self.hears("is open")

    async def receipt(self) -> str:
        """The number of the receipt that is shown; the next customer may come then."""
        shown = self.page.locator('#main[data-view="receipt"]')
        told = _NUMBER.match(await shown.get_by_text(_NUMBER).inner_text())
        assert told
        await self.page.keyboard.press("Escape")
        await self.in_view("cart")
        self.basket.clear()
        await self.sees_basket()
        return told[1]

    async def sees_nothing_wrong(self) -> None:
        """Everybody can use the page as it is."""
        assert await self.seen.breaches() == []

    def had_no_fault(self) -> None:
        """Nothing failed in the page, and it asked nobody but its till."""
        assert self.seen.faults == [] and self.seen.outside == []

    def lost_its_till(self) -> None:
        """The page said in the browser's log that its line was cut, and nothing else."""
        other = [each for each in self.seen.faults if "WebSocket" not in each]
        assert other == [] and self.seen.outside == []
        self.seen.faults.clear()
