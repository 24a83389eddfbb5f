"""The stage: takes inputs one after another, and shows all pages what came of them.

A cart is never kept here. What is shown of it is read from the till after each input, and after
whatever another program has done; what differs from the last picture is sent.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Literal

import structlog

from edge.problems import Refusal
from edge.till.carts import TillCart
from edge.till.page.actions import TillActions, reason_of
from edge.till.page.drawing import Picture, difference, whole
from edge.till.page.lasting import lasting
from edge.till.page.open_pages import OpenPage, OpenPages
from edge.till.page.scene import NeededApproval, PageInput, PageScene, PageView, PageWord
from edge.till.page.wording import over_words
from edge.till.refusals import WhyNot, conflict

Kind = Literal["typed", "scan", "button"]

KEYS_MAX = 512
"""Of inputs that were heard. A page sends one again within seconds."""

INFORMATION_SECONDS = 60.0
CHECKOUT_SECONDS = 300.0
"""Without an input before the page starts over, or the employee is signed out. Shorter and people
lose what they read; longer and the next one finds it."""

WARNED_SECONDS = 20.0
"""Before that the page says so, and one key keeps it: WCAG 2.2.1."""

STANDING_SECONDS = 5.0
"""Between two readings of how the till stands."""

SEAT_LOST = frozenset({WhyNot.EMPLOYEE_NEEDED, WhyNot.EMPLOYEE_GONE, WhyNot.ANOTHER_EMPLOYEE})
"""Why nobody sells here any more: the page asks for a card again, and the cart stays."""

Handling = Callable[[str, str], Awaitable[None]]
"""What an input does, by its key and text."""


class PageStage:
    """One till's. Used by one loop."""

    def __init__(self, actions: TillActions, pages: OpenPages) -> None:
        self.actions = actions
        self.pages = pages
        self.scene = PageScene()
        self.handlers: dict[Kind, Handling] = {}
        self.leave: Callable[[], Awaitable[None]] = _nobody_leaves
        self.follow: Callable[[TillCart, TillCart], Awaitable[None]] = _unmoved
        self.retry = PageInput("", "button", "stay")
        """What is done again once somebody has approved it."""

        self.sounds: list[str] = []
        self.beside: set[asyncio.Task[None]] = set()
        self.changed = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._heard: deque[str] = deque(maxlen=KEYS_MAX)
        self._picture = Picture()
        self._moved_at = time.monotonic()

    async def hear(self, page: OpenPage, key: str, kind: Kind, text: str) -> bool:
        """Do what an input asks, in the order in which inputs come; False where the page does not
        have the input. The same key again does nothing."""
        async with self._one_at_a_time:
            if key in self._heard:
                return True
            if (kind, text) == ("button", "take-input"):
                self.pages.give_input(page)
            elif not self.pages.may_speak(page):
                return (kind, text) == ("button", "stay")
            self._heard.append(key)
            self._moved_at = time.monotonic()
            self.scene.is_ending = False
            await self._handle(key, kind, text)
            await self._show()
            return True

    async def _handle(self, key: str, kind: Kind, text: str) -> None:
        self.retry = PageInput(key, kind, text)
        await self._carefully(self.handlers[kind](key, text))

    async def _carefully(self, doing: Awaitable[None]) -> None:
        try:
            await doing
        except Refusal as refusal:
            if reason_of(refusal) in SEAT_LOST:
                self.start_over()
            is_over = reason_of(refusal) == WhyNot.OVER_LIMIT
            self.say("bad", await self._ask_approval(refusal) if is_over else refusal.detail)
        except Exception:
            # The line must not end over it: the page would say the same input again.
            structlog.get_logger("tillstream.till").exception("page_input_failed")
            self.say("bad", "The till failed at this. Try once more; nothing is done twice.")

    async def _ask_approval(self, refused: Refusal) -> str:
        """What goes beyond the limit, which the page holds until somebody else has agreed."""
        await self._read()
        words = over_words(refused.more, self.scene.cashier_id, self.actions.currency)
        self.scene.ask_approval(words, self.retry)
        return words

    async def do_again(self, needed: NeededApproval, approval: str) -> None:
        """Do what was refused before, by somebody's approval; raises `Refusal`."""
        scene = self.scene
        scene.view, scene.approval = needed.back_to, None
        await self._read()
        if scene.cart != needed.cart:
            words = "The cart has changed since somebody was asked to approve. Ask again."
            raise conflict(WhyNot.NO_SUCH_APPROVAL, words)
        self.retry, self.actions.approval = needed.again, approval
        try:
            await self.handlers[needed.again.kind](needed.again.key, needed.again.text)
        finally:
            self.actions.approval = ""

    def say(self, tone: Literal["plain", "good", "bad"], text: str, more: str = "") -> None:
        """Say it on the page; what is bad is heard too."""
        self.scene.said = PageWord(tone, text, more)
        if tone == "bad":
            self.sounds.append("bad")

    async def begin(self) -> tuple[OpenPage, Picture]:
        """A page that begins, and all that it shows."""
        async with self._one_at_a_time:
            await self._show()
            return self.pages.open(), self._picture

    async def again(self, page: OpenPage) -> str:
        """What makes a page right that may have missed something."""
        async with self._one_at_a_time:
            await self._show()
            page.take()
            return whole(self._picture)

    async def join(self, doing: Callable[[], Awaitable[None]]) -> None:
        """Do something between two inputs that was asked for before, and show it."""
        async with self._one_at_a_time:
            await self._carefully(doing())
            await self._show()

    async def show(self, change: Callable[[], None]) -> None:
        """Change the scene between two inputs, and show it."""
        async with self._one_at_a_time:
            change()
            await self._show()

    async def _show(self) -> None:
        await self._look()
        picture = Picture.of(self.scene, self.actions)
        message = difference(self._picture, picture)
        self._picture = picture
        if message:
            self.pages.tell(message)
        for sound in self.sounds:
            self.pages.tell_holder(f"sound {sound}")
        self.sounds.clear()

    async def _look(self) -> None:
        """Read what the till has, and go on with payments that were answered, until none is."""
        while True:
            before = self.scene.cart
            await self._read()
            now = self.scene.cart
            if before is None or now is None or before.tenders == now.tenders:
                return
            await self._carefully(self.follow(before, now))

    async def _read(self) -> None:
        self.changed.clear()  # what is written from now on is another change
        scene = self.scene
        carts, scene.day, sales = await self.actions.read()
        held = scene.cart and scene.cart.cart_id
        there = {cart.cart_id: cart for cart in carts}
        scene.cart = there.get(held) if held else None
        if scene.cart is not None and scene.cart.status != "open":
            scene.cart = None
        if scene.cart is None and scene.view is PageView.CART:
            scene.cart = next((cart for cart in reversed(carts) if cart.status == "open"), None)
        scene.sale = sales.get(scene.cart.cart_id) if scene.cart else None
        scene.waiting = [cart for cart in carts if cart.status == "suspended"]
        scene.today = self.actions.today().isoformat()

    # --- what goes on by itself ------------------------------------------------------------------

    async def run(self) -> None:
        """Show what others do, and start over when nobody is here; for ever."""
        async with asyncio.TaskGroup() as group:
            for each in (self._follow, self._watch_clock, self._watch_standing):
                group.create_task(lasting(each))

    async def _follow(self) -> None:
        while True:
            await self.changed.wait()
            async with self._one_at_a_time:
                if self.changed.is_set():  # nobody has read it meanwhile
                    await self._show()

    async def _watch_clock(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            scene, limit = self.scene, self._limit_seconds()
            idle_seconds = time.monotonic() - self._moved_at
            if limit is None:
                continue
            if idle_seconds >= limit:
                if scene.is_checkout:  # who sits there by a program's call is not the page's
                    await self.leave()
                await self.show(self.start_over)
            elif idle_seconds >= limit - WARNED_SECONDS and not scene.is_ending:
                scene.is_ending = True
                await self.show(lambda: None)

    def _limit_seconds(self) -> float | None:
        if self.scene.is_checkout:
            return CHECKOUT_SECONDS
        resting = self.scene.view is PageView.START and self.scene.asked_of is None
        return None if resting and not self.scene.said.text else INFORMATION_SECONDS

    def start_over(self) -> None:
        """Nobody is signed in, and nothing is shown; an open cart waits for the next card."""
        standing = self.scene.standing
        self.scene = PageScene(standing=standing)

    async def _watch_standing(self) -> None:
        while True:
            self.scene.standing = await self.actions.state()
            await self.show(lambda: None)
            await asyncio.sleep(STANDING_SECONDS)


async def _nobody_leaves() -> None:
    """Where nobody is let in, nobody leaves."""


async def _unmoved(before: TillCart, now: TillCart) -> None:
    """A cart that has changed without an input asks nothing."""
