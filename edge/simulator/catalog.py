"""What the simulated shops sell: some 300 everyday articles, read from ``catalog.csv``, clothes in
colours and sizes from ``clothes.csv``, and from ``ruled.csv`` what decision tables look for.

Those name categories and SKUs letter for letter: ``alcohol``, ``tobacco``, ``orange``. GTINs carry
GS1's prefix 952, set aside for demonstrations, so they are nobody's articles.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain

from topics.wire import WireProduct

CURRENCY = "EUR"

_FILES = ("catalog.csv", "clothes.csv", "ruled.csv")
"""In this order for good: an article's place among all is the number in its GTIN."""

_DEMONSTRATION_PREFIX = 952
_NUMBER_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Article:
    """A product, and how often its category is bought: 1 seldom, 9 by nearly everyone."""

    product: WireProduct
    popularity: int


def gtin13(number: int) -> str:
    """The demonstration GTIN-13 of ``number``, with its GS1 check digit."""
    body = f"{_DEMONSTRATION_PREFIX}{number:0{_NUMBER_DIGITS}d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-weighted % 10}"


@cache
def load_catalog() -> tuple[Article, ...]:
    """Every article, in the order of the files."""
    rows = chain.from_iterable(map(_rows, _FILES))
    return tuple(_article(number, row) for number, row in enumerate(rows, start=1))


def _rows(file: str) -> Iterator[dict[str, str]]:
    text = resources.files("edge.simulator").joinpath(file).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


def _article(number: int, row: dict[str, str]) -> Article:
    product = WireProduct(
        sku=row["sku"],
        name=row["name"],
        category=row["category"],
        unit="gram" if row["unit"] == "gram" else "each",
        price_minor=int(row["price_minor"]),
        currency=CURRENCY,
        tax_basis_points=int(row["tax_basis_points"]),
        gtin=gtin13(number),
        style=row.get("style") or None,
        colour=row.get("colour") or None,
        size=row.get("size") or None,
    )
    return Article(product, int(row["popularity"]))
