"""The page's words. Plain, and each says what to do next."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from edge.rules.evaluating import Check
from edge.till.receipts.amounts import measure, money
from edge.till.refusals import WhyNot
from edge.till.scanning.items import Unread
from topics.wire_parts import WireLine

UNREAD = {
    Unread.EMPTY: "Scan or type something first.",
    Unread.TOO_LONG: "That was too long: scan once more.",
    Unread.WRONG_CHECK_DIGIT: "The code was misread: its check digit is wrong. Scan again.",
    Unread.WRONG_VERIFIER: "The label was misread: its price or weight is wrong. Scan again.",
    Unread.WRONG_LENGTH: "Digits are missing, or two codes ran together. Scan again.",
    Unread.NO_PRODUCT: "This code names no product. Look for another code on it.",
    Unread.WRONG_DATE: "The date in this code is none. Type the number below the bars.",
    Unread.WRONG_VALUE: "That number is too large, or is none. Type it again.",
    Unread.UNKNOWN_FORM: "The till does not know such a code. Scan again, or type the number.",
}


CHECK_WORDS = {
    "id": "Somebody must be old enough for this.",
    "weight": "Weigh it again. Is the weight right?",
    "scanned-twice": "The same once more. Is it there as often?",
    "serial": "Look at the serial number. Is it the right one?",
}

HEARD_SECONDS = 90
"""The store was heard within: a till asks it each minute at least."""

OWED_SECONDS = 5
"""For which the store may owe an answer before the page says so. It answers within hundredths; what
hangs is called away only after 40 s."""


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
        return f"▲ Store not heard, {waiting} to send. Sell on."
    return "● Store heard"


def check_words(check: Check) -> str:
    """What is to be looked at before the sale is paid; a row may say it in its own words."""
    place = "" if check.line_no is None or check.check == "id" else f"Line {check.line_no}: "
    return f"{place}{check.say or CHECK_WORDS.get(check.check or '', f'Check: {check.check}')}"


def line_words(line: WireLine, currency: str) -> str:
    """How a line comes about; empty where its amount says it all."""
    if (line.quantity, line.unit) == (1, "each") and line.unit_price_minor == line.amount_minor:
        return ""
    return measure(line.quantity, line.unit, money(line.unit_price_minor, currency))


def price_words(price_minor: int, currency: str, unit: str) -> str:
    """A price as customers read it."""
    return f"{money(price_minor, currency)} {currency}{' per kg' if unit == 'gram' else ''}"


def stock_words(quantity: int, unit: str) -> str:
    """How much there is: pieces, or kilograms."""
    return f"{quantity / 1000:.1f} kg" if unit == "gram" else str(quantity)


def clock_words(at: datetime, now: datetime, zone: tzinfo) -> str:
    """A moment in the store's time, with its date where it was not today."""
    here, today = at.astimezone(zone), now.astimezone(zone)
    return f"{here:%H:%M}" if here.date() == today.date() else f"{here:%Y-%m-%d %H:%M}"
