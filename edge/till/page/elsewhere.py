"""Carts that wait, here and at the store's other tills: listed, and gone on with at one of them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from edge.problems import Refusal
from edge.till.carts import TillCart
from edge.till.page.scene import PageView
from edge.till.page.stage import PageStage
from edge.till.refusals import WhyNot, conflict
from edge.till.store_carts.asking import WaitingElsewhere

SEEN_SECONDS = 2.0
"""Between two questions to the gateway while somebody looks at the list: two tills press at once
where it is older, and one of them is told that it came too late."""

UNSEEN_SECONDS = 15.0
"""While nobody looks, and carts wait here: one that has gone on elsewhere vanishes."""


class WaitingSteps:
    """The stage while carts wait."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self._actions = stage.actions
        self._wake = asyncio.Event()
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "waiting": lambda _, __: self._begin(),
            "resume": self._resume,
            "take-over": self._take_over,
        }

    async def _begin(self) -> None:
        self._stage.scene.view = PageView.WAITING
        self._wake.set()

    async def _resume(self, key: str, cart_id: str) -> None:
        self._require_room()
        told = await self._actions.store.resume(key, cart_id)
        self._hold(cart_id)
        if told.get("store_asked", True):
            self._stage.say("good", "The cart goes on.")
        else:
            words = "The cart goes on. The other tills could not be asked whether one has it."
            self._stage.say("plain", words)

    async def _take_over(self, key: str, which: str) -> None:
        till_id, _, cart_id = which.partition(":")
        self._require_room()
        try:
            await self._actions.store.take_over(key, till_id, cart_id)
        finally:
            self._wake.set()
        self._hold(cart_id)
        self._stage.say("good", "The cart goes on here.", f"From till {till_id}")

    def _require_room(self) -> None:
        cart = self._stage.scene.cart
        if cart is not None and cart.lines:
            words = "A cart is open: sell it, or let it wait, before another goes on."
            raise conflict(WhyNot.CART_NOT_SUSPENDED, words)

    def _hold(self, cart_id: str) -> None:
        self._stage.scene.cart = TillCart(cart_id)
        self._stage.scene.view = PageView.CART

    async def run(self) -> None:
        """Ask the gateway which carts wait, for ever: often while somebody looks."""
        while True:
            scene = self._stage.scene
            is_seen = scene.view is PageView.WAITING
            with suppress(TimeoutError):
                async with asyncio.timeout(SEEN_SECONDS if is_seen else UNSEEN_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            scene = self._stage.scene
            if scene.view is PageView.WAITING or scene.waiting:
                await self._look()

    async def _look(self) -> None:
        try:
            found = await self._actions.store.elsewhere()
        except Refusal:
            await self._stage.show(lambda: self._learn(None))
        else:
            await self._stage.show(lambda: self._learn(found.carts))

    def _learn(self, carts: tuple[WaitingElsewhere, ...] | None) -> None:
        scene = self._stage.scene
        scene.elsewhere = carts or ()
        scene.elsewhere_state = "away" if carts is None else "told"
