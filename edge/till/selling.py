"""What a till does with a cart, decided: it begins, has lines, waits, and is left. Pure."""

from datetime import UTC, datetime
from http import HTTPStatus

import msgspec

from edge.till import asked
from edge.till.carts import TillCart, plain
from edge.till.deciding import (
    Decision,
    SellingCatalog,
    Sight,
    changed,
    require_no_money,
    require_room,
)
from edge.till.refusals import WhyNot, conflict, refusal, unfit
from topics.wire_parts import WireLine

_GRAMS_PER_PRICE = 1_000


def open_day(_: Sight, want: asked.AskedDay) -> Decision:
    """Open a business day; it lasts until another is opened."""
    day = want.business_date.isoformat()
    return Decision([], told={"business_date": day}, day=day)


def open_cart(sight: Sight, want: asked.AskedCart) -> Decision:
    """A cart begins."""
    require_room(sight)
    cart = TillCart(
        sight.new_cart_id,
        training=want.training,
        cashier_id=want.cashier_id or sight.cashier_id,
        customer_id=want.customer_id,
    )
    made = changed(sight, _ruled(sight, cart), "cart_opened", cashier_id=cart.cashier_id)
    return made._replace(status=201)


def add_line(sight: Sight, cart_id: str, want: asked.AskedLine) -> Decision:
    """A line joins the cart."""
    cart = sight.open_cart(cart_id)
    catalog = sight.catalog_of(cart_id)
    line = _line(cart, want, catalog, sight.at_seconds)
    product = catalog.product(line.sku) if catalog else None
    made = changed(
        sight,
        cart.with_line(line, product.category if product else None),
        "line_added",
        line=plain((line,))[0],
    )
    return made._replace(status=201)


def _line(
    cart: TillCart, want: asked.AskedLine, catalog: SellingCatalog | None, at_seconds: float
) -> WireLine:
    at = datetime.fromtimestamp(at_seconds, UTC)
    product = catalog.product(want.sku) if catalog else None
    sku = product.sku if product else want.sku
    unit = want.unit or (product.unit if product else "each")
    if catalog is not None:
        _require_not_recalled(catalog, sku, want.lot, at)
    price_minor = want.unit_price_minor
    if price_minor is None:
        price_minor = _price(catalog, sku, at)
    amount_minor = want.amount_minor
    if amount_minor is None:
        amount_minor = amount_of(want.quantity, unit, price_minor)
    return WireLine(
        line_no=cart.next_line_no,
        sku=sku,
        quantity=want.quantity,
        unit=unit,
        unit_price_minor=price_minor,
        amount_minor=amount_minor,
        lot=want.lot,
        expires_on=want.expires_on,
        serial=want.serial,
    )


def _price(catalog: SellingCatalog | None, sku: str, at: datetime) -> int:
    found = catalog.price_of(sku, at) if catalog else None
    if found is None:
        words = "The catalog has no price for this product: name unit_price_minor."
        raise unfit(WhyNot.NO_PRICE, words)
    return found.price_minor


def _require_not_recalled(catalog: SellingCatalog, sku: str, lot: str | None, at: datetime) -> None:
    recall = catalog.recall_of(sku, lot, at)
    if recall is not None:
        raise conflict(WhyNot.RECALLED, f"It is recalled and may not be sold: {recall.reason}")


def amount_of(quantity: int, unit: str, price_minor: int) -> int:
    """What a line comes to: per piece, or per kilogram, half a minor unit rounded up."""
    if unit == "each":
        return quantity * price_minor
    return (quantity * price_minor + _GRAMS_PER_PRICE // 2) // _GRAMS_PER_PRICE


def void_line(sight: Sight, cart_id: str, want: asked.AskedVoid) -> Decision:
    """A line leaves the cart."""
    cart = sight.open_cart(cart_id)
    if want.line_no not in {line.line_no for line in cart.lines}:
        words = "The cart has no such line, or it was voided."
        raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_LINE, words)
    return changed(sight, cart.without_line(want.line_no), "line_voided", line_no=want.line_no)


def suspend(sight: Sight, cart_id: str, _: asked.AskedStep) -> Decision:
    """The cart waits. The event has what another till needs to go on with it, unless money was
    asked for here: then it goes on here alone, where that money is."""
    cart = sight.open_cart(cart_id)
    waiting = msgspec.structs.replace(cart, status="suspended")
    if cart.unsettled or cart.captured_minor or not cart.lines:
        return changed(sight, waiting, "cart_suspended")
    lines, customer_id = plain(cart.lines), cart.customer_id
    return changed(sight, waiting, "cart_suspended", lines=lines, customer_id=customer_id)


def resume(sight: Sight, cart_id: str, _: asked.AskedStep) -> Decision:
    """A cart that was suspended here goes on."""
    cart = sight.cart(cart_id)
    if cart.status == "open":
        raise conflict(WhyNot.CART_NOT_SUSPENDED, "The cart is open.")
    return _resumed(sight, msgspec.structs.replace(cart, status="open"), sight.till_id)


def _resumed(sight: Sight, cart: TillCart, from_till_id: str) -> Decision:
    return changed(sight, cart, "cart_resumed", from_till_id=from_till_id, lines=plain(cart.lines))


def take_over(sight: Sight, want: asked.AskedTakeOver) -> Decision:
    """A cart that was suspended at another till goes on here."""
    require_room(sight)
    lines = want.lines or ()
    if want.cart_id in sight.carts:
        raise conflict(WhyNot.CART_EXISTS, "This till has the cart already: resume it.")
    cart = TillCart(
        want.cart_id,
        training=want.training,
        cashier_id=want.cashier_id or sight.cashier_id,
        customer_id=want.customer_id,
        next_line_no=1 + max((line.line_no for line in lines), default=0),
        lines=lines,
        categories=_categories(sight, want),
    )
    return _resumed(sight, _ruled(sight, cart), want.from_till_id)._replace(status=201)


def _categories(sight: Sight, want: asked.AskedTakeOver) -> dict[str, str]:
    """Those of this till's catalog: what was checked at the other till is checked here again."""
    catalog = sight.catalog_of(want.cart_id)
    products = (catalog.product(line.sku) for line in want.lines or ()) if catalog else ()
    return {each.sku: each.category for each in products if each}


def _ruled(sight: Sight, cart: TillCart) -> TillCart:
    """The cart with the versions of the tables that count now, and the offers that hold: it keeps
    both."""
    tables = dict(sight.rules_of(cart).versions)
    return msgspec.structs.replace(cart, tables=tables, began_at_seconds=sight.at_seconds)


def attach(sight: Sight, cart_id: str, want: asked.AskedCustomer) -> Decision:
    """A customer shows a card, or was taken for another; the sale carries who it is."""
    cart = msgspec.structs.replace(sight.open_cart(cart_id), customer_id=want.customer_id)
    return Decision([], {cart_id: cart}, sight.told(cart) | {"customer_id": cart.customer_id})


def abandon(sight: Sight, cart_id: str, _: asked.AskedStep) -> Decision:
    """The cart ends without a sale, also one that waits."""
    cart = sight.cart(cart_id)
    require_no_money(cart)
    return changed(sight, cart, "cart_abandoned")._replace(carts={cart_id: None})
