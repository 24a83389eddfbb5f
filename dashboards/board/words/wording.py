"""Figures and times as people read them. Pure; British English."""

from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_precision,
    get_currency_symbol,
)

LOCALE = "en_GB"

DASH = "\N{EN DASH}"

NOTHING = DASH
"""Shown where nothing has been heard yet; a zero would be a claim."""

GRAMS_PER_KILOGRAM = 1000

RANGES_TOLD = 5
"""Missing ranges named on the page; the rest are counted."""

KINDS = {"shop": "Shop", "warehouse": "Warehouse", "online": "Online"}

REASONS = {
    "below_reorder_point": "Below reorder point",
    "out_of_stock": "Out of stock",
    "negative_stock": "Negative stock",
}


def count(value: int) -> str:
    """A number with its thousands set apart."""
    return format_decimal(value, locale=LOCALE)


def money(amount_minor: int, currency: str | None) -> str:
    """An amount with its currency; in bare minor units where the currency is not known."""
    if currency is None:
        return f"{count(amount_minor)} minor units"
    amount = Decimal(amount_minor).scaleb(-get_currency_precision(currency))
    # A symbol of letters, such as SEK, needs room before the figure; babel leaves none.
    room = "\N{NO-BREAK SPACE}" if get_currency_symbol(currency, LOCALE)[-1].isalpha() else ""
    return format_currency(amount, currency, f"¤{room}#,##0.00", locale=LOCALE)


def quantity(value: int, unit: str) -> str:
    """A quantity in base units: pieces as they are, a kilogram or more in kilograms."""
    if unit != "gram":
        return count(value)
    if abs(value) < GRAMS_PER_KILOGRAM:
        return f"{count(value)} g"
    kilograms = Decimal(value) / GRAMS_PER_KILOGRAM
    return f"{format_decimal(kilograms, format='#,##0.###', locale=LOCALE)} kg"


def missing(ranges: list[tuple[int, int]]) -> str:
    """Ranges of sequence numbers, the first few by name."""
    told = [f"{first}" if first == last else f"{first}{DASH}{last}" for first, last in ranges]
    more = len(told) - RANGES_TOLD
    return ", ".join(told[:RANGES_TOLD]) + (f" and {more} more" if more > 0 else "")


@lru_cache(maxsize=1024)
def zone(name: str | None) -> tzinfo:
    """The time zone of that name; UTC where there is none such."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def clock(instant: datetime, where: tzinfo, now: datetime) -> str:
    """The time of day, with the date where that is not today's."""
    local = instant.astimezone(where)
    today = now.astimezone(where).date()
    if local.date() == today:
        return f"{local:%H:%M:%S}"
    pattern = "d MMM, HH:mm:ss" if local.year == today.year else "d MMM y, HH:mm:ss"
    return format_datetime(local, pattern, locale=LOCALE)


def clock_with_zone(instant: datetime, where: tzinfo, now: datetime) -> str:
    """As `clock`, with the zone's short name: for lists that cross zones."""
    return f"{clock(instant, where, now)} {instant.astimezone(where):%Z}"


def day(value: date) -> str:
    """A calendar date."""
    return format_date(value, "d MMM y", locale=LOCALE)


def age(seconds: float) -> str:
    """How long ago; `static/board.js` says it in the same words."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s ago"
    if whole < 3600:
        return f"{whole // 60} min ago"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60} min ago"
    return f"{whole // 86_400} d ago"
