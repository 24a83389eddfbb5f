"""What stands in the field becomes a step of the cart, decided. Pure."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec

from edge.till import asked, selling
from edge.till.carts import TillCart
from edge.till.checkout.labelled import line_of
from edge.till.checkout.places import today_of
from edge.till.deciding import Decision, SellingCatalog, Sight, event_of
from edge.till.refusals import WhyNot, conflict, refusal, unfit
from edge.till.scanning.field import FieldTerms, read
from edge.till.scanning.items import (
    Manyfold,
    NotRead,
    PayAsked,
    PriceAsked,
    PriceEntered,
    QuantityEntered,
    ScannedItem,
    SuspendAsked,
    VoidAsked,
)
from edge.till.scanning.stopping import WhyStopped, stop_of
from edge.till.scanning.wording import UNREAD


def take_input(sight: Sight, cart_id: str, want: asked.AskedInput, terms: FieldTerms) -> Decision:
    """Do what the text means; ``did`` says which it was."""
    cart = sight.open_cart(cart_id)
    catalog = sight.catalog_of(cart_id)
    today = today_of(catalog.location if catalog else None, sight.at_seconds)
    match read(want.text, today, terms, want.is_scan):
        case NotRead(why):
            raise unfit(WhyNot.NOT_READ, UNREAD[why], unread=why.value)
        case QuantityEntered(quantity):
            return _waiting(sight, cart, "quantity_entered", next_quantity=quantity)
        case PriceEntered(price_minor):
            return _waiting(sight, cart, "price_entered", next_price_minor=price_minor)
        case Manyfold(quantity, item):
            return _scanned(sight, cart, item, quantity)
        case ScannedItem() as item:
            return _scanned(sight, cart, item, cart.next_quantity)
        case PriceAsked(item):
            return _price(sight, cart, item)
        case VoidAsked(line_no):
            return _void(sight, cart, line_no)
        case SuspendAsked():
            return _did(selling.suspend(sight, cart_id, asked.AskedStep()), "suspended")
        case PayAsked(amount_minor):
            told = sight.told(cart) | {"did": "pay_asked", "amount_minor": amount_minor}
            return Decision([], told=told)


def _did(made: Decision, did: str, **more: Any) -> Decision:
    return made._replace(told=dict(made.told) | {"did": did, **more}, status=200)


def _waiting(sight: Sight, cart: TillCart, did: str, **changes: int) -> Decision:
    """What the next scan is told; no event, and kept with the cart: a page holds nothing."""
    waiting = msgspec.structs.replace(cart, **changes)
    return Decision([], {cart.cart_id: waiting}, sight.told(waiting) | {"did": did})


def _scanned(sight: Sight, cart: TillCart, item: ScannedItem, count: int | None) -> Decision:
    catalog = sight.catalog_of(cart.cart_id)
    at = datetime.fromtimestamp(sight.at_seconds, UTC)
    product = catalog.product(item.code) if catalog else None
    if product is None and cart.next_price_minor is None:
        raise _unknown(item)
    sku = product.sku if product else item.code
    _require_sold(sight, catalog, item, sku, at)
    found = catalog.price_of(sku, at) if catalog else None
    price_minor = found.price_minor if found else None
    want = line_of(
        item, sku, product.unit if product else None, price_minor, cart.next_price_minor, count
    )
    made = selling.add_line(sight, cart.cart_id, want)
    after = made.carts[cart.cart_id]
    if after is not None:
        after = msgspec.structs.replace(after, next_quantity=None, next_price_minor=None)
        made = made._replace(carts={cart.cart_id: after}, told=dict(made.told) | after.told())
    return _did(made, "line_added", name=product.name if product else None)


def _unknown(item: ScannedItem) -> Exception:
    words = f"Nothing is known by the code {item.code}. Type a price and `/` first to sell it."
    return refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_PRODUCT, words)


def _require_sold(
    sight: Sight, catalog: SellingCatalog | None, item: ScannedItem, sku: str, at: datetime
) -> None:
    """Raises `Refusal` for a piece that is recalled, or whose last day is over."""
    recall = catalog.recall_of(sku, item.lot, at) if catalog else None
    today = today_of(catalog.location if catalog else None, sight.at_seconds)
    stopped = stop_of(item, today, recall.reason if recall else None)
    if stopped is None:
        return
    if stopped.why is WhyStopped.RECALLED:
        words = f"It is recalled and may not be sold: {stopped.detail}"
        raise conflict(WhyNot.RECALLED, words)
    raise conflict(WhyNot.EXPIRED, f"Its last day was {stopped.detail}: it may not be sold.")


def _price(sight: Sight, cart: TillCart, item: ScannedItem) -> Decision:
    """Tell a price; that it was asked for is kept, and nothing joins the cart."""
    catalog = sight.catalog_of(cart.cart_id)
    product = catalog.product(item.code) if catalog else None
    found = None
    if catalog and product:
        found = catalog.price_of(product.sku, datetime.fromtimestamp(sight.at_seconds, UTC))
    if product is None or found is None:
        raise _unknown(item)
    shown = {"sku": product.sku, "price_minor": found.price_minor}
    event = event_of(cart, "noted", kind="price_checked", detail=shown, cashier_id=cart.cashier_id)
    told = sight.told(cart) | shown | {"name": product.name, "unit": product.unit}
    return Decision([event], told=told | {"did": "price_told"})


def _void(sight: Sight, cart: TillCart, line_no: int | None) -> Decision:
    if line_no is None:
        if not cart.lines:
            words = "The cart has no line to void."
            raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_LINE, words)
        line_no = cart.lines[-1].line_no
    made = selling.void_line(sight, cart.cart_id, asked.AskedVoid(line_no=line_no))
    return _did(made, "line_voided", line_no=line_no)
