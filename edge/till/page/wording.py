"""The page's words. Plain, and each says what to do next."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from edge.bundle.catalog import TillCatalog
from edge.bundle.rows import BundledProduct
from edge.rules.evaluating import Check
from edge.till.carts import CartTender, GivenDiscount
from edge.till.employees.attempts import WRONG_MAX
from edge.till.receipts.amounts import measure, money
from edge.till.refusals import WhyNot
from edge.till.store_carts.asking import WaitingElsewhere
from topics.wire_parts import WireLine

CHECK_WORDS = {
    "id": "Somebody must be old enough for this.",
    "weight": "Weigh it again. Is the weight right?",
    "scanned-twice": "The same once more. Is it there as often?",
    "serial": "Look at the serial number. Is it the right one?",
}

DISCOUNT_REASONS = ("Damaged", "Short-dated", "Price match", "Goodwill")
"""As they stand on the receipt. Few, so that a week's can be added up by them."""

OPENING_REASONS = ("Change for a customer", "Check the drawer", "Opened by mistake")
"""Why a drawer opens without a sale."""

CARDS_ONLY = "This till takes cards only: it has no drawer for cash."

HEARD_SECONDS = 90
"""The store was heard within: a till asks it each minute at least."""

OWED_SECONDS = 5
"""For which the store may owe an answer before the page says so. It answers within hundredths; what
hangs is called away only after 40 s."""


OLD_SECONDS = 3_600
"""From which age of prices, rules or the list of devices on the page says it. They change some
times a day; a store that is cut off for some minutes sells by nothing that is old."""


def standing_words(standing: Mapping[str, Any]) -> str:
    """How the till stands, for who sells; it sells whatever these say, unless they say so."""
    why_not = {name: words for name, words in standing.get("why_not", {}).items() if words}
    why_not.pop(WhyNot.DAY_NOT_OPEN.value, None)
    if why_not:
        return f"▲ No new cart: {next(iter(why_not.values()))}"
    sending = standing.get("sending", {})
    waiting = sending.get("waiting", 0)
    age_seconds = standing.get("lists", {}).get("age_seconds")
    is_silent = sending.get("state") == "away" or (sending.get("owed_seconds") or 0) >= OWED_SECONDS
    if is_silent or age_seconds is None or age_seconds > HEARD_SECONDS:
        return f"▲ Store not heard, {waiting} to send. Sell on.{age_words(standing)}"
    return f"● Store heard.{old}" if (old := age_words(standing)) else "● Store heard"


def age_words(standing: Mapping[str, Any]) -> str:
    """How old prices with their rules, and the list of devices, are; nothing while all is new."""
    lists = standing.get("lists", {})
    told = {"Prices and rules": "catalog_age_seconds", "List of devices": "devices_age_seconds"}
    ages = {what: lists.get(name) for what, name in told.items()}
    return "".join(
        f" {what} as of {span_words(age)} ago."
        for what, age in ages.items()
        if age is not None and age >= OLD_SECONDS
    )


def span_words(seconds: int) -> str:
    """A long time in one unit."""
    for unit, length in (("day", 86_400), ("hour", 3_600)):
        if seconds >= length:
            number = seconds // length
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{max(1, seconds // 60)} min"


def check_words(check: Check) -> str:
    """What is to be looked at before the sale is paid; a row may say it in its own words."""
    place = "" if check.line_no is None or check.check == "id" else f"Line {check.line_no}: "
    return f"{place}{check.say or CHECK_WORDS.get(check.check or '', f'Check: {check.check}')}"


def line_words(line: WireLine, currency: str) -> str:
    """How a line comes about; empty where its amount says it all."""
    if (line.quantity, line.unit) == (1, "each") and line.unit_price_minor == line.amount_minor:
        return ""
    return measure(line.quantity, line.unit, money(line.unit_price_minor, currency))


class DoubtWords(NamedTuple):
    """What is asked of the cashier about a payment; without answers where nobody is to say."""

    title: str
    asks: str
    taken: str = ""
    not_taken: str = ""


_ASKED_AT_THE_TERMINAL = "The terminal is being asked. The customer pays there."
_PAID_OR_NOT = "“Paid” counts it. “{}” takes no money, and the customer pays again."
_SILENT = (
    "The terminal does not answer. Look at its display, or at the list of its payments: did it "
    "take the money? The till goes on asking it meanwhile. " + _PAID_OR_NOT.format("Not paid")
)
_BESIDE_THE_TILL = (
    "Take the payment at the terminal, then say here what it shows. If you do not know, look at "
    "the list of its payments. " + _PAID_OR_NOT.format("Declined")
)
_INTERRUPTED = (
    "The till was interrupted while it noted this payment. Look whether it lies in the drawer. "
    + _PAID_OR_NOT.format("Not paid")
)


def doubt_words(tender: CartTender, currency: str) -> DoubtWords:
    """A payment of which nobody knows yet whether it was made."""
    title = f"{tender.kind.capitalize()}: {money(tender.amount_minor, currency)} {currency}"
    if tender.kind != "card":
        return DoubtWords(title, _INTERRUPTED, "Paid", "Not paid")
    if not tender.is_own:
        return DoubtWords(title, _BESIDE_THE_TILL, "Paid", "Declined")
    if tender.outcome is None:
        return DoubtWords(title, _ASKED_AT_THE_TERMINAL)
    return DoubtWords(title, _SILENT, "Paid", "Not paid")


def unpaid_words(kind: str) -> str:
    """A payment was not made."""
    if kind == "card":
        return "The card was declined. Pay in another way, or once more."
    return f"The payment by {kind} does not count. It is still due."


def over_words(refused: Mapping[str, Any], who: str, currency: str) -> str:
    """What goes beyond somebody's limit, of the members of the problem that says so; read by them
    and by whoever is to approve it."""
    asked, allowed = refused["asked"], refused["allowed"]
    match refused["limit"]:
        case "discount_percent":
            return f"This takes {asked} % off, and {who} may give {allowed} %."
        case "refund_minor":
            asked_for, most = money(asked, currency), money(allowed, currency)
            return f"This pays {asked_for} {currency} out, and {who} may pay out {most}."
        case "drawer":
            return f"{who} may not open the drawer without a sale alone."
        case "unlock_cards":
            return f"{who} may not unlock cards alone."
        case limit:
            return f"This needs {limit} {asked}, and {who} has {allowed}."


def locked_words(employee_id: str) -> str:
    """A card on which no PIN is tried any more, and how that ends."""
    return (
        f"The card of {employee_id} is locked at this till: {WRONG_MAX} PINs were wrong. Somebody "
        "who may unlock cards signs in and shows it here, or the head office gives a new PIN."
    )


def given_words(given: GivenDiscount, currency: str) -> str:
    """A discount that was given by hand."""
    if given.percent is not None:
        off = f"{given.percent} %"
    else:
        off = f"{money(given.amount_minor or 0, currency)} {currency}"
    place = "the cart" if given.line_no is None else f"line {given.line_no}"
    return f"{given.reason}: {off} off {place}"


def shelf_price_words(catalog: TillCatalog | None, product: BundledProduct, at: datetime) -> str:
    """What a product costs at a moment."""
    shelf = catalog.price_of(product.sku, at) if catalog else None
    price_minor = shelf.price_minor if shelf else product.price_minor
    return price_words(price_minor, product.currency, product.unit)


def price_words(price_minor: int, currency: str, unit: str) -> str:
    """A price as customers read it."""
    return f"{money(price_minor, currency)} {currency}{' per kg' if unit == 'gram' else ''}"


def stock_words(quantity: int, unit: str) -> str:
    """How much there is: pieces, or kilograms."""
    return f"{quantity / 1000:.1f} kg" if unit == "gram" else str(quantity)


def lines_words(count: int) -> str:
    """How many lines a cart has."""
    return "1 line" if count == 1 else f"{count} lines"


def waiting_words(cart: WaitingElsewhere, now: datetime, zone: tzinfo) -> str:
    """Where a cart waits and since when; its till's clock may say what is no time."""
    try:
        since = clock_words(datetime.fromisoformat(cart.suspended_at), now, zone)
    except (ValueError, OverflowError):
        since = "an unknown time"
    training = ", training" if cart.training else ""
    return f"{lines_words(cart.lines)}, till {cart.till_id}, since {since}{training}"


def clock_words(at: datetime, now: datetime, zone: tzinfo) -> str:
    """A moment in the store's time, with its date where it was not today."""
    here, today = at.astimezone(zone), now.astimezone(zone)
    return f"{here:%H:%M}" if here.date() == today.date() else f"{here:%Y-%m-%d %H:%M}"
