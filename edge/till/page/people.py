"""Whose card was read at the page, by the till's own catalog: no gateway is asked."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from edge.bundle.catalog import TillCatalog
from edge.problems import Refusal
from edge.till.refusals import WhyNot, conflict, unfit
from sealing.cards import card_hash, is_pin_of
from sealing.errors import SealError

WRONG_MAX = 5
"""Wrong PINs of a card, one after another, before this till takes it no more."""


class ShownEmployee(NamedTuple):
    """Whose card it is; ``card`` is what was read, which the PIN goes with."""

    employee_id: str
    role: str
    card: str


class KnowsEmployees(Protocol):
    """Who may sell here."""

    async def holder(self, card: str) -> ShownEmployee | None:
        """Whose card has that text; None where it is no employee's."""
        ...

    async def sign_in(self, key: str, shown: ShownEmployee, pin: str) -> None:
        """Let them take the till's seat; raises `Refusal`."""
        ...

    async def sign_out(self) -> None:
        """Nobody is at the till."""
        ...


class CatalogEmployees:
    """Those of the catalog, whose cards are hashed under ``key``: None where the till has none."""

    def __init__(self, catalog: Callable[[], TillCatalog | None], key: bytes | None) -> None:
        self._catalog = catalog
        self._key = key
        self._wrong: dict[str, int] = {}

    async def holder(self, card: str) -> ShownEmployee | None:
        """See `KnowsEmployees`."""
        catalog = self._catalog()
        if catalog is None or self._key is None:
            return None
        try:
            found = catalog.employee(card_hash(self._key, "employee", card))
        except SealError:
            return None
        return found and ShownEmployee(found.employee_id, found.role, card)

    async def sign_in(self, key: str, shown: ShownEmployee, pin: str) -> None:
        """See `KnowsEmployees`."""
        wrong = self._wrong.get(shown.employee_id, 0)
        if wrong >= WRONG_MAX:
            raise conflict(WhyNot.NOT_TAKEN_HERE, "This card is locked at this till.")
        # Counted first: who sends ten at once has tried ten.
        self._wrong[shown.employee_id] = wrong + 1
        if not await asyncio.to_thread(self._is_right, shown, pin):
            raise _wrong_pin()
        del self._wrong[shown.employee_id]

    async def sign_out(self) -> None:
        """See `KnowsEmployees`."""

    def _is_right(self, shown: ShownEmployee, pin: str) -> bool:
        catalog, key = self._catalog(), self._key or b""
        row = catalog and catalog.employee(card_hash(key, "employee", shown.card))
        try:
            return row is not None and is_pin_of(shown.card, pin, row.pin_hash)
        except SealError:
            return False


def _wrong_pin() -> Refusal:
    return unfit(WhyNot.NOT_TAKEN_HERE, "Card and PIN do not belong together.")
