"""Figures and times read as people write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboards.board.wording import words as wording
from dashboards.board.wording.locales import DEFAULT, choose
from dashboards.board.wording.words import words_in

BRITISH = words_in(DEFAULT)

NOW = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount_minor", "currency", "text"),
    [
        (123_456, "EUR", "€1,234.56"),
        (-50, "GBP", "-£0.50"),
        (1_234, "JPY", "JP¥1,234"),
        (1_234, "KWD", "KWD\N{NO-BREAK SPACE}1.234"),
        (2**53, "EUR", "€90,071,992,547,409.92"),
        (1_234, None, "1,234 minor units"),
    ],
)
def test_money_has_its_currency_and_its_digits(
    amount_minor: int, currency: str | None, text: str
) -> None:
    assert BRITISH.money(amount_minor, currency) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12_500, "gram", "12.5 kg"),
        (-1_001, "gram", "-1.001 kg"),
        (999, "gram", "999 g"),
        (12_500, "each", "12,500"),
    ],
)
def test_grams_become_kilograms_and_pieces_stay(value: int, unit: str, text: str) -> None:
    assert BRITISH.quantity(value, unit) == text


def test_the_date_is_told_where_it_is_not_today_in_that_zone() -> None:
    instant = datetime(2026, 11, 21, 22, 29, 7, tzinfo=UTC)
    assert BRITISH.clock(instant, UTC, NOW) == "22:29:07"
    tokyo = ZoneInfo("Asia/Tokyo")
    assert (
        BRITISH.clock(datetime(2026, 11, 21, 14, 0, tzinfo=UTC), tokyo, NOW) == "21 Nov, 23:00:00"
    )
    assert BRITISH.clock(instant.replace(year=2025), UTC, NOW) == "21 Nov 2025, 22:29:07"


def test_a_zone_that_does_not_exist_is_utc() -> None:
    assert wording.zone("Europe/Atlantis") is UTC
    assert wording.zone("../etc/passwd") is UTC
    assert wording.zone(None) is UTC


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s ago"),
        (59.9, "59 s ago"),
        (60, "1 min ago"),
        (3_600, "1 h 0 min ago"),
        (90_000, "1 d ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(seconds: float, text: str) -> None:
    assert wording.age(seconds) == text


def test_many_missing_ranges_are_counted_after_the_first() -> None:
    ranges = [(1, 1), (3, 9), (11, 11), (13, 13), (15, 15), (17, 17), (19, 19)]
    assert wording.missing(ranges) == "1, 3–9, 11, 13, 15 and 2 more"  # noqa: RUF001
    assert wording.missing([]) == ""
    assert wording.missing([(1, 1)], 40_000) == "1 and many more", "a list that is cut looks whole"


@pytest.mark.parametrize(
    ("pieces", "grams", "text"),
    [
        (1_204, 260_714, "1,204 pieces, 260.7 kg"),
        (1_204, 0, "1,204 pieces"),
        (1, 714, "1 piece, 714 g"),
        (0, 0, "0 pieces"),
        (2, 1_000, "2 pieces, 1 kg"),
        (3, 2**53 - 1, "3 pieces, 9,007,199,254,741 kg"),
    ],
)
def test_what_was_sold_is_told_in_pieces_and_weight(pieces: int, grams: int, text: str) -> None:
    assert BRITISH.sold(pieces, grams) == text


@pytest.mark.parametrize(
    "instant", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
def test_a_time_at_the_end_of_the_calendar_can_be_told(instant: datetime) -> None:
    for where in (ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")):
        assert BRITISH.clock_with_zone(instant, where, NOW)


@pytest.mark.parametrize(
    ("asked", "locale", "money"),
    [
        (None, "en_GB", "€1,234.56"),
        ("en", "en_GB", "€1,234.56"),
        ("en-US,en;q=0.8", "en_US", "€1,234.56"),
        ("de-DE,de;q=0.9", "de_DE", "1.234,56\N{NO-BREAK SPACE}€"),
        ("en;q=0.1, de-AT", "de_AT", "€\N{NO-BREAK SPACE}1.234,56"),
        ("xx-YY, <script>, *;q=x, fr", "fr", None),
        ("," * 10_000, "en_GB", None),
    ],
)
def test_figures_are_written_as_the_browser_asks(
    asked: str | None, locale: str, money: str | None
) -> None:
    assert choose(asked) == locale
    if money is not None:
        assert words_in(locale).money(123_456, "EUR") == money
