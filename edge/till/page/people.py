"""Whose card was read at the page, by the till's own catalog: no gateway is asked."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from edge.bundle.catalog import TillCatalog
from edge.bundle.rows import BundledEmployee
from sealing.cards import card_hash, is_pin_of
from sealing.errors import SealError

WRONG_MAX = 5
"""Wrong PINs of a card, one after another, before this till takes it no more."""


class ShownEmployee(NamedTuple):
    """Whose card it is; ``card`` is what was read, which the PIN goes with."""

    employee_id: str
    role: str
    card: str
    row: BundledEmployee


class KnowsEmployees(Protocol):
    """Who may sell here."""

    def of_card(self, text: str) -> ShownEmployee | None:
        """Whose card has that text; None where it is no employee's."""
        ...

    async def is_let_in(self, shown: ShownEmployee, pin: str) -> bool:
        """Whether the PIN is the card's, which is not locked."""
        ...


class CatalogEmployees:
    """Those of the catalog, whose cards are hashed under ``key``: None where the till has none."""

    def __init__(self, catalog: Callable[[], TillCatalog | None], key: bytes | None) -> None:
        self._catalog = catalog
        self._key = key
        self._wrong: dict[str, int] = {}

    def of_card(self, text: str) -> ShownEmployee | None:
        """See `KnowsEmployees`."""
        catalog = self._catalog()
        if catalog is None or self._key is None:
            return None
        try:
            found = catalog.employee(card_hash(self._key, "employee", text))
        except SealError:
            return None
        return found and ShownEmployee(found.employee_id, found.role, text, found)

    async def is_let_in(self, shown: ShownEmployee, pin: str) -> bool:
        """See `KnowsEmployees`."""
        wrong = self._wrong.get(shown.employee_id, 0)
        if wrong >= WRONG_MAX:
            return False
        # Counted first: who sends ten at once has tried ten.
        self._wrong[shown.employee_id] = wrong + 1
        if not await asyncio.to_thread(_is_right, shown, pin):
            return False
        del self._wrong[shown.employee_id]
        return True


def _is_right(shown: ShownEmployee, pin: str) -> bool:
    try:
        return is_pin_of(shown.card, pin, shown.row.pin_hash)
    except SealError:
        return False
