"""How one till checks out: its country, its currency, and what stands on its receipts."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel.numbers import get_currency_precision

from edge.till.scanning.field import FieldTerms
from edge.till.scanning.weighed import TABLE, WeighedCode, WeighedCodes, read_tables

SIMULATED = "simulated"
"""The address of a card terminal that takes no money, in the till's own process."""


class CheckoutTerms(NamedTuple):
    """What a till is told at its start."""

    currency: str = "EUR"
    country: str = ""
    """ISO 3166, whose labels of weighed goods are read; none are without it."""

    heading: tuple[str, ...] = ()
    """Of receipts, a line each; the store's name without it."""

    terminal: str = ""
    """A card terminal's host:port, `SIMULATED`, or nothing."""

    font: Path | None = None
    """A TrueType font for receipts in letters that Western Europe does not have."""

    printer: str = ""
    """A receipt printer's device or host:port, or nothing."""

    @property
    def field(self) -> FieldTerms:
        """How the field is read."""
        return FieldTerms(_labels(self.country), get_currency_precision(self.currency))


@cache
def _tables() -> dict[str, dict[str, WeighedCode]]:
    with TABLE.open(newline="", encoding="utf-8") as lines:
        return read_tables(lines)


def _labels(country: str) -> WeighedCodes:
    return _tables().get(country, {})


def countries() -> frozenset[str]:
    """Those whose labels are known."""
    return frozenset(_tables())
