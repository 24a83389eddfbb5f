"""How the rows of a bundle are read, put together and put in order."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec

from edge.bundle.errors import UnfitBundle
from edge.bundle.form import ReadBundle
from edge.bundle.rows import BundledPrice, BundledProduct

GTIN_DIGITS = 14
"""Of the longest GTIN; a shorter one is the same with zeros before it."""

T = TypeVar("T")


class Timed(Protocol):
    """What counts for some time."""

    @property
    def valid_from(self) -> datetime:
        """From then on."""
        ...

    @property
    def valid_to(self) -> datetime | None:
        """Before then; None for ever."""
        ...


def read_rows(bundle: ReadBundle, kind: str, row_type: type[msgspec.Struct]) -> list[Any]:
    """All of a kind; raises `UnfitBundle` where one cannot be read."""
    decode = msgspec.json.Decoder(row_type).decode
    found: list[Any] = []
    for row_id, raw in bundle.rows.get(kind, {}).items():
        try:
            found.append(decode(raw))
        except (msgspec.MsgspecError, ValueError) as error:
            raise UnfitBundle(f"{kind}/{row_id}: {error}") from error
    return found


def grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """What shares a key, together."""
    groups: dict[str, list[T]] = {}
    for key, each in pairs:
        groups.setdefault(key, []).append(each)
    return groups


def in_order(prices: list[BundledPrice]) -> list[BundledPrice]:
    """The one that counts first where several hold. No two begin at once for one product and
    place; the id decides where a hand has made it so."""
    prices.sort(key=lambda each: each.price_id)
    prices.sort(key=lambda each: each.valid_from, reverse=True)
    prices.sort(key=lambda each: each.location_id is None)
    return prices


def by_gtin(products: Iterable[BundledProduct]) -> dict[str, BundledProduct]:
    """Products by GTIN; of two that share one, the one that took the other's place."""
    found: dict[str, BundledProduct] = {}
    for each in products:
        gtin = (each.gtin or "").zfill(GTIN_DIGITS)
        held = found.get(gtin)
        if each.gtin and (held is None or each.replaces_sku == held.sku):
            found[gtin] = each
    return found


def holds(row: Timed, at: datetime) -> bool:
    """Whether it counts at a moment."""
    return row.valid_from <= at and (row.valid_to is None or at < row.valid_to)


def first_held(rows: Iterable[BundledPrice], at: datetime) -> BundledPrice | None:
    """The first that counts at a moment."""
    return next((each for each in rows if holds(each, at)), None)
