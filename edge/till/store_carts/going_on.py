"""Carts that wait go on at one till of the store, by the gateway's word.

Another till's cart goes on here only where the gateway has given it to this till. A cart of this
till goes on also while the gateway is away: the customer stands here, and a till sells in the dark.
Another till may then have it as well; the gateway reports that as soon as it hears of both.
"""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from uuid import uuid4

import msgspec

from edge.problems import Code, Refusal
from edge.till import selling
from edge.till.answers import AskedOnce, GivenAnswer
from edge.till.asked import AskedStep, AskedTakeOver
from edge.till.books import Books
from edge.till.carts import TillCart
from edge.till.deciding import Decision, Sight
from edge.till.refusals import WhyNot, conflict, refusal
from edge.till.store_carts.asking import (
    HeldCart,
    NoSuchCart,
    StoreDesk,
    StoreList,
    TakenElsewhere,
)
from edge.till.terminals.running import Doing


class StoreCarts:
    """Those of one till's store."""

    def __init__(
        self,
        books: Callable[[], Books],
        do: Doing,
        desk: StoreDesk,
        own_till_id: Callable[[], str],
    ) -> None:
        """``books`` raises `Refusal` where there are none; ``do`` writes what is decided."""
        self._books = books
        self._do = do
        self._desk = desk
        self._own_till_id = own_till_id

    async def elsewhere(self) -> StoreList:
        """Carts that wait at the store's other tills; raises `Refusal` where the gateway is away.
        What has gone on there is dropped here."""
        found = await self._desk.carts()
        if found is None:
            raise _away()
        for gone in found.gone:
            await self._drop(gone.cart_id)
        here = self._books().desk.carts
        return StoreList(tuple(each for each in found.carts if each.cart_id not in here))

    async def resume(self, once: AskedOnce, cart_id: str, want: AskedStep) -> GivenAnswer:
        """Go on with a cart of this till, unless another one has it; raises `Refusal`. The answer
        says in ``store_asked`` whether the gateway could be asked."""
        own, books = self._own_till_id(), self._books()
        found = await books.run(lambda: books.desk.answered(once))
        if found is not None:
            return found
        if not _may_be_elsewhere(books, cart_id):
            return await self._do(once, lambda sight: selling.resume(sight, cart_id, want))
        held = await self._desk.hold(own, cart_id)
        if isinstance(held, TakenElsewhere):
            await self._drop(cart_id)
            raise _taken(held.held_by)
        decide = partial(_resumed, cart_id, want, isinstance(held, HeldCart))
        return await self._kept(once, decide, want, own, cart_id)

    async def take_over(self, once: AskedOnce, want: AskedTakeOver) -> GivenAnswer:
        """Go on here with a cart that waits at another till; raises `Refusal`."""
        books = self._books()
        found = await books.run(lambda: books.desk.answered(once))
        if found is not None:
            return found
        if want.lines is not None:  # a program has brought the cart along
            return await self._do(once, partial(_taken_over, want), want.auth)
        match await self._desk.hold(want.from_till_id, want.cart_id):
            case HeldCart() as held:
                pass
            case TakenElsewhere(held_by):
                raise _taken(held_by)
            case NoSuchCart():
                words = "This cart waits no more: it has gone on, or was abandoned."
                raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_CART, words)
            case None:
                raise _away()
        await self._drop(want.cart_id)  # it was here once, and is newer there
        whole = msgspec.structs.replace(
            want, lines=held.lines, training=held.training, customer_id=held.customer_id
        )
        decide = partial(_taken_over, whole)
        return await self._kept(once, decide, want, want.from_till_id, want.cart_id)

    async def _kept(
        self,
        once: AskedOnce,
        decide: Callable[[Sight], Decision],
        want: AskedStep | AskedTakeOver,
        till_id: str,
        cart_id: str,
    ) -> GivenAnswer:
        """Write it, or let others have the cart where this till may not."""
        try:
            return await self._do(once, decide, want.auth)
        except Refusal as refused:
            # A journal that fails may have it on the disk: the cart stays this till's then.
            if refused.more.get("reason") != WhyNot.JOURNAL_UNUSABLE.value:
                await self._desk.let_go(till_id, cart_id)
            raise

    async def _drop(self, cart_id: str) -> None:
        """A cart that waits here has gone on elsewhere: that till's event tells of it."""
        if not _may_be_elsewhere(self._books(), cart_id):
            return
        key = f"gone {uuid4()}"
        once = AskedOnce(key, sha256(key.encode()).hexdigest())
        await self._do(once, partial(_dropped, cart_id))


def _may_be_elsewhere(books: Books, cart_id: str) -> bool:
    cart = books.desk.carts.get(cart_id)
    return cart is not None and _may_go(cart)


def _may_go(cart: TillCart) -> bool:
    """Whether another till may have it: what was paid here ends here, whatever others say."""
    return cart.status == "suspended" and not cart.unsettled and not cart.captured_minor


def _dropped(cart_id: str, sight: Sight) -> Decision:
    cart = sight.carts.get(cart_id)
    return Decision([], {cart_id: None} if cart is not None and _may_go(cart) else {})


def _resumed(cart_id: str, want: AskedStep, is_asked: bool, sight: Sight) -> Decision:
    made = selling.resume(sight, cart_id, want)
    return made._replace(told={**made.told, "store_asked": is_asked})


def _taken_over(want: AskedTakeOver, sight: Sight) -> Decision:
    return selling.take_over(sight, want)


def _taken(held_by: str) -> Refusal:
    return conflict(WhyNot.CART_TAKEN, f"Till {held_by} goes on with this cart.")


def _away() -> Refusal:
    words = "The store's gateway is away: carts of other tills cannot be seen."
    more = {"reason": WhyNot.GATEWAY_AWAY.value}
    return Refusal(HTTPStatus.BAD_GATEWAY, Code.UPSTREAM, words, more=more)
