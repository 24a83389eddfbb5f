"""From what was scanned to the line that is asked for. Pure."""

from datetime import date, datetime
from http import HTTPStatus

from edge.bundle.catalog import TillCatalog
from edge.bundle.rows import BundledProduct
from edge.problems import Code, Refusal
from edge.till.asked import AskedLine
from edge.till.page.wording import STOPPED
from edge.till.refusals import WhyNot, refusal, unfit
from edge.till.scanning.items import ScannedItem
from edge.till.scanning.stopping import stop_of

_GRAMS_PER_PRICE = 1_000


def product_of(catalog: TillCatalog | None, item: ScannedItem) -> BundledProduct:
    """The product that was scanned; raises `Refusal` where nobody knows it."""
    if catalog is None:
        words = "This till has no catalog yet: it has never heard from its store."
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, Code.UPSTREAM, words)
    found = catalog.product(item.code)
    if found is None:
        words = f"Unknown code {item.code}. It was not added."
        raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_PRODUCT, words)
    return found


def require_sellable(
    item: ScannedItem, product: BundledProduct, catalog: TillCatalog, at: datetime, today: date
) -> None:
    """Raises `Refusal` where this piece may not be sold."""
    recall = catalog.recall_of(product.sku, item.lot, at)
    stop = stop_of(item, today, recall and recall.reason)
    if stop is not None:
        words = f"{product.name}. {STOPPED[stop.why.value]} {stop.detail}"
        raise unfit(WhyNot.RECALLED, words)


def line_of(
    item: ScannedItem,
    product: BundledProduct,
    quantity: int | None,
    price_minor: int | None,
    shelf_price_minor: int,
) -> AskedLine:
    """The line that is asked for; raises `Refusal` where its weight is not known. ``quantity`` is
    what was typed: pieces, or grams of what is weighed."""
    return AskedLine(
        sku=product.sku,
        quantity=_quantity(item, product, quantity, price_minor or shelf_price_minor),
        unit_price_minor=price_minor,
        amount_minor=None if item.amount_minor is None else item.amount_minor * (quantity or 1),
        lot=item.lot,
        serial=item.serial,
        expires_on=item.expires_on,
    )


def _quantity(
    item: ScannedItem, product: BundledProduct, typed: int | None, price_minor: int
) -> int:
    if product.unit == "each":
        return (typed or 1) * (item.pieces or 1)
    if item.weight_grams is not None:
        return item.weight_grams * (typed or 1)
    if item.amount_minor is not None and price_minor:
        grams = (item.amount_minor * _GRAMS_PER_PRICE + price_minor // 2) // price_minor
        return grams * (typed or 1)
    if typed is None:
        words = f"Weigh {product.name}: type the grams and *, then its code, such as 250*."
        raise unfit(WhyNot.NOT_IN_CONTRACT, words)
    return typed
