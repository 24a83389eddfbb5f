"""Figures and times as people read them, in their own locale. Pure; texts are English."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)

from dashboards.board.wording.locales import DEFAULT, locale_of

DASH = "\N{EN DASH}"

NOTHING = DASH
"""Shown where nothing has been heard yet; a zero would be a claim."""

GRAMS_PER_KILOGRAM = 1000

RANGES_TOLD = 5
"""Missing ranges named on the page; the rest are counted."""

FORMATTED_MAX = 50_000
"""Texts of one kind that are remembered: a formatted number costs 0.1 ms, and a page of a hundred
rows holds a thousand, most of them small and seen before."""


class Words:
    """Figures and times in one locale."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._locale = locale_of(name)

    def count(self, value: int) -> str:
        """A number with its thousands set apart."""
        return _decimal(Decimal(value), self.name)

    def decimal(self, value: Decimal) -> str:
        """A number with a fraction, as far as it has one."""
        return _decimal(value, self.name)

    def money(self, amount_minor: int, currency: str | None) -> str:
        """An amount with its currency; in bare minor units where the currency is not known."""
        if currency is None:
            return f"{self.count(amount_minor)} minor units"
        return _money(amount_minor, currency, self.name)

    def quantity(self, value: int, unit: str) -> str:
        """A quantity in base units: pieces as they are, a kilogram or more in kilograms."""
        if unit != "gram":
            return self.count(value)
        if abs(value) < GRAMS_PER_KILOGRAM:
            return f"{self.count(value)} g"
        return f"{_decimal(Decimal(value) / GRAMS_PER_KILOGRAM, self.name)} kg"

    def weight(self, grams: int) -> str:
        """A sum of weights, to a tenth of a kilogram: nobody orders by the gram of a day."""
        if abs(grams) < GRAMS_PER_KILOGRAM:
            return f"{self.count(grams)} g"
        return f"{_tenths(grams, self.name)} kg"

    def sold(self, pieces: int, weight_grams: int) -> str:
        """How much was sold; nothing of weight where nothing was weighed."""
        told = f"{self.count(pieces)} {'piece' if pieces == 1 else 'pieces'}"
        return f"{told}, {self.weight(weight_grams)}" if weight_grams else told

    def change(self, share: float) -> str:
        """A share as a signed percentage."""
        return format_percent(share, "+#,##0 %;-#,##0 %", locale=self._locale)

    def clock(self, instant: datetime, where: tzinfo, now: datetime) -> str:
        """The time of day, with the date where that is not today's."""
        local = there(instant, where)
        today = now.astimezone(where).date()
        at = format_time(local, "medium", locale=self._locale)
        if local.date() == today:
            return at
        skeleton = "MMMd" if local.year == today.year else "yMMMd"
        return f"{format_skeleton(skeleton, local, locale=self._locale)}, {at}"

    def moment(self, instant: datetime) -> str:
        """Date and time of day in UTC."""
        return format_datetime(instant.astimezone(UTC), "medium", locale=self._locale)

    def clock_with_zone(self, instant: datetime, where: tzinfo, now: datetime) -> str:
        """As `clock`, with the zone's short name: for lists that cross zones."""
        return f"{self.clock(instant, where, now)} {there(instant, where):%Z}"

    def hour(self, hour: int) -> str:
        """An hour of the day, as the clock shows it."""
        return format_time(datetime(2000, 1, 1, hour % 24), "short", locale=self._locale)  # noqa: DTZ001

    def day(self, value: date) -> str:
        """A calendar date."""
        return format_date(value, "medium", locale=self._locale)

    def weekday(self, value: date) -> str:
        """The name of the day of the week: in English, for it stands in a sentence."""
        return f"{value:%A}"


@cache
def words_in(locale: str) -> Words:
    """The words of a locale that `locales.choose` named."""
    return Words(locale)


@lru_cache(maxsize=FORMATTED_MAX)
def _decimal(value: Decimal, locale: str) -> str:
    return format_decimal(value, locale=locale_of(locale))


@lru_cache(maxsize=FORMATTED_MAX)
def _tenths(grams: int, locale: str) -> str:
    kilograms = Decimal(grams) / GRAMS_PER_KILOGRAM
    return format_decimal(kilograms, "#,##0.#", locale=locale_of(locale))


def there(instant: datetime, where: tzinfo) -> datetime:
    """The instant on the clock of ``where``; in UTC in the first and last hours of the calendar."""
    try:
        return instant.astimezone(where)
    except OverflowError:
        return instant.astimezone(UTC)


@lru_cache(maxsize=FORMATTED_MAX)
def _money(amount_minor: int, currency: str, locale: str) -> str:
    amount = Decimal(amount_minor).scaleb(-get_currency_precision(currency))
    pattern = locale_of(locale).currency_formats["standard"].pattern
    # A symbol of letters, such as SEK, needs room before the figure; babel leaves none.
    if get_currency_symbol(currency, locale_of(locale))[-1].isalpha():
        pattern = pattern.replace("¤#", "¤\N{NO-BREAK SPACE}#")
    return format_currency(amount, currency, pattern, locale=locale_of(locale))


DEFAULT_WORDS = words_in(DEFAULT)


def missing(ranges: Sequence[tuple[int, int]], unnamed: int = 0) -> str:
    """Ranges of sequence numbers, the first few by name; ``unnamed`` numbers are in no range."""
    told = ranges[:RANGES_TOLD]
    more = len(ranges) - RANGES_TOLD
    shown = ", ".join(f"{a}" if a == b else f"{a}{DASH}{b}" for a, b in told)
    if unnamed:
        return f"{shown} and many more"
    return shown + (f" and {more} more" if more > 0 else "")


@lru_cache(maxsize=1024)
def zone(name: str | None) -> tzinfo:
    """The time zone of that name; UTC where there is none such."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def age(seconds: float) -> str:
    """How long ago; `static/board.js` says it in the same words."""
    return f"{span(seconds)} ago"


def span(seconds: float) -> str:
    """How long, in its largest unit."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86_400} d"
