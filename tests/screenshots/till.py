"""Pictures of the till's page: what customers see, and a cashier's cart."""

from pathlib import Path

from playwright.async_api import Page

from local import cashier
from local.home import StackHome
from tests.browser import chromium, visit

SCREEN = {"width": 1024, "height": 768}
"""The smallest screen that a till has."""

FINGERS_MS = 60
"""Between two keys, above what the page takes for a scanner."""

CART = ("whole-milk-1-l", "2*rye-bread-1-kg", "basil-pot", "butter-250-g")
"""What is typed; what the shop does not sell would leave its refusal in the picture."""


async def take_till(home: StackHome, address: str, folders: list[Path]) -> None:
    """Both modes of the page at ``address``, into each folder."""
    who = cashier.known(home)
    assert who is not None, "nobody may sign in at the stack's till"
    async with chromium() as browser, visit(browser, address, viewport=SCREEN) as seen:
        page = seen.page
        await page.goto(address)
        await _type(page, "mango")
        await _shoot(page, "till-information", folders)
        await page.keyboard.press("Escape")
        await _type(page, who.card)
        await page.locator("#ask[data-secret]").wait_for()
        await _type(page, who.pin)
        await page.locator('#main[data-view="cart"]').wait_for()
        opening = page.get_by_role("button", name="Open the day")
        if await opening.count():
            await opening.click()
        for text in CART:
            await _type(page, text)
        await _shoot(page, "till-checkout", folders)


async def _type(page: Page, text: str) -> None:
    await page.keyboard.type(text, delay=FINGERS_MS)
    await page.keyboard.press("Enter")


async def _shoot(page: Page, name: str, folders: list[Path]) -> None:
    # The page is drawn when the till has answered.
    await page.evaluate("() => new Promise((drawn) => setTimeout(drawn, 1000))")
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=folder / f"{name}.png", animations="disabled")
