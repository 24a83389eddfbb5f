"""Whose card was read at the page: by the till's own list, as its calls have it."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from edge.problems import Refusal
from edge.till.answers import AskedOnce
from edge.till.asked_of_people import AskedHolder, AskedSignIn, AskedUnlock
from edge.till.employees.shown_cards import ShownCards
from edge.till.page.actions import reason_of
from edge.till.page.wording import locked_words
from edge.till.refusals import WhyNot, forbidden, unfit

NOBODYS = frozenset({WhyNot.UNKNOWN_CARD, WhyNot.EMPLOYEES_UNKNOWN, WhyNot.NOT_ENROLLED})
"""Why what was read is no employee's card, as far as this till knows: it is a code then."""


class ShownEmployee(NamedTuple):
    """Whose card it is; ``card`` is what was read, which the PIN goes with."""

    employee_id: str
    role: str
    card: str
    is_locked: bool = False
    """After wrong PINs: no PIN is tried."""


class PagePeople:
    """Who may sell at the page; its seat is the till's."""

    def __init__(self, cards: ShownCards) -> None:
        self._cards = cards

    async def holder(self, text: str) -> ShownEmployee | None:
        """Whose card has that text; None where it is no employee's."""
        try:
            shown = msgspec.convert({"card": text.strip()}, AskedHolder)
            told = await self._cards.holder(shown)
        except msgspec.ValidationError:
            return None
        except Refusal as refused:
            if reason_of(refused) in NOBODYS:
                return None
            raise
        return ShownEmployee(told["employee_id"], told["role"], shown.card, told["locked"])

    async def sign_in(self, key: str, shown: ShownEmployee, pin: str) -> None:
        """Let them take the till's seat; raises `Refusal`."""
        await self._with_pin(key, shown, pin, self._cards.sign_in)

    async def approve(self, key: str, shown: ShownEmployee, pin: str) -> str:
        """Their approval of one request; raises `Refusal`."""
        told = await self._with_pin(key, shown, pin, self._cards.approve)
        return str(told["approval"])

    async def _with_pin(
        self,
        key: str,
        shown: ShownEmployee,
        pin: str,
        then: Callable[[str, AskedSignIn], Awaitable[dict[str, Any]]],
    ) -> dict[str, Any]:
        try:
            want = msgspec.convert({"card": shown.card, "pin": pin}, AskedSignIn)
        except msgspec.ValidationError as error:
            words = "A PIN has 4 to 12 digits. Show the card again."
            raise unfit(WhyNot.NOT_IN_CONTRACT, words) from error
        try:
            return await then(f"page {key}", want)
        except Refusal as refused:
            if reason_of(refused) != WhyNot.CARD_LOCKED:
                raise
            words = locked_words(shown.employee_id)
            raise forbidden(WhyNot.CARD_LOCKED, words) from refused

    async def unlock(self, key: str, employee_id: str, approval: str) -> None:
        """Let somebody in again whose card is locked here; raises `Refusal`."""
        asked_for = sha256(f"unlock {employee_id}".encode()).hexdigest()
        want = AskedUnlock(employee_id=employee_id)
        await self._cards.unlock(AskedOnce(f"page {key}", asked_for, approval), want)

    async def sign_out(self) -> None:
        """Nobody is at the till; raises `Refusal`."""
        await self._cards.sign_out()
