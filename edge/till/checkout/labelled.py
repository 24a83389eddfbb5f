"""What a scanned piece is as a line: how much of it there is, and what it comes to. Pure."""

from typing import Literal

from edge.till import asked
from edge.till.refusals import WhyNot, unfit
from edge.till.scanning.items import ScannedItem
from edge.till.selling import amount_of

_GRAMS_PER_PRICE = 1_000


def line_of(
    item: ScannedItem,
    sku: str,
    unit: Literal["each", "gram"] | None,
    price_minor: int | None,
    typed_price_minor: int | None,
    count: int | None,
) -> asked.AskedLine:
    """The line, by the unit and price of the catalog; raises `Refusal`.

    ``count`` is what was typed before the code: pieces, labels, or the grams of goods that are
    weighed here.
    """
    unit = unit or ("gram" if item.weight_grams else "each")
    each_minor = price_minor if typed_price_minor is None else typed_price_minor
    if each_minor is None:
        words = "The catalog has no price for this product: type one and `/` first."
        raise unfit(WhyNot.NO_PRICE, words)
    label_minor = item.amount_minor if typed_price_minor is None else None
    amount_minor = None if label_minor is None else label_minor * (count or 1)
    if unit == "each":
        quantity = (item.pieces or 1) * (count or 1)
    else:
        quantity = _grams(item, each_minor, amount_minor, count)
    if amount_minor is None:
        amount_minor = amount_of(quantity, unit, each_minor)
    return asked.AskedLine(
        sku=sku,
        quantity=quantity,
        unit=unit,
        unit_price_minor=each_minor,
        amount_minor=amount_minor,
        lot=item.lot,
        expires_on=item.expires_on,
        serial=item.serial,
    )


def _grams(item: ScannedItem, kilo_minor: int, amount_minor: int | None, count: int | None) -> int:
    if item.weight_grams:
        return item.weight_grams * (count or 1)
    if amount_minor is not None and kilo_minor > 0:
        return (amount_minor * _GRAMS_PER_PRICE + kilo_minor // 2) // kilo_minor
    if count is None:
        words = "It is sold by weight: type its grams and `*`, and then its code."
        raise unfit(WhyNot.WEIGHT_MISSING, words)
    return count
