"""Whose card was read at the page: by the till's own list, as its calls have it."""

from typing import NamedTuple

import msgspec

from edge.problems import Refusal
from edge.till.asked_of_people import AskedHolder, AskedSignIn
from edge.till.employees.shown_cards import ShownCards
from edge.till.page.actions import reason_of
from edge.till.refusals import WhyNot, forbidden, unfit

NOBODYS = frozenset({WhyNot.UNKNOWN_CARD, WhyNot.EMPLOYEES_UNKNOWN, WhyNot.NOT_ENROLLED})
"""Why what was read is no employee's card, as far as this till knows: it is a code then."""


class ShownEmployee(NamedTuple):
    """Whose card it is; ``card`` is what was read, which the PIN goes with."""

    employee_id: str
    role: str
    card: str


class PagePeople:
    """Who may sell at the page; its seat is the till's."""

    def __init__(self, cards: ShownCards) -> None:
        self._cards = cards

    async def holder(self, text: str) -> ShownEmployee | None:
        """Whose card has that text; None where it is no employee's. Raises `Refusal` for one that
        is locked."""
        try:
            shown = msgspec.convert({"card": text.strip()}, AskedHolder)
            told = await self._cards.holder(shown)
        except msgspec.ValidationError:
            return None
        except Refusal as refused:
            if reason_of(refused) in NOBODYS:
                return None
            raise
        if told["locked"]:
            words = "This card is locked at this till after wrong PINs."
            raise forbidden(WhyNot.CARD_LOCKED, words)
        return ShownEmployee(told["employee_id"], told["role"], shown.card)

    async def sign_in(self, key: str, shown: ShownEmployee, pin: str) -> None:
        """Let them take the till's seat; raises `Refusal`."""
        try:
            want = msgspec.convert({"card": shown.card, "pin": pin}, AskedSignIn)
        except msgspec.ValidationError as error:
            words = "A PIN has 4 to 12 digits. Show the card again."
            raise unfit(WhyNot.NOT_IN_CONTRACT, words) from error
        await self._cards.sign_in(f"page {key}", want)

    async def sign_out(self) -> None:
        """Nobody is at the till; raises `Refusal`."""
        await self._cards.sign_out()
