"""Today's sales of a location by hour, beside those of a usual day of this kind."""

from dataclasses import dataclass

from babel.numbers import get_currency_precision

from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.usual import BIN_SECONDS, half_hours, profile_of
from dashboards.board.live.board import Board
from dashboards.board.wording import words as wording
from dashboards.board.wording.words import Words

BINS_AN_HOUR = 3600 // BIN_SECONDS


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the business date: texts, and minor units for the chart."""

    label: str
    net_sales: str
    net_sales_minor: int
    usual: str
    usual_minor: int | None


def divisor_of(board: Board, location_id: str) -> int:
    """Minor units in one of the location's currency: what a chart divides by."""
    currency = board.memory.place(location_id).currency
    return 10 ** get_currency_precision(currency) if currency else 1


async def hours_of(board: Board, words: Words, location_id: str) -> list[Hour] | None:
    """The hours in which something was sold or usually is; None while the database is away."""
    totals = board.memory.totals.get(location_id)
    if totals is None:
        return []
    day, place = totals.business_date, board.memory.place(location_id)
    try:
        bins = await half_hours(board.database, [(location_id, day)])
    except DatabaseAway:
        return None
    today = profile_of(day, bins, wording.zone(place.time_zone)).bins
    usual = board.usual.today(location_id)
    return _hours(words, place.currency, today, usual.bins if usual else None)


def _hours(
    words: Words, currency: str | None, today: dict[int, float], usual: dict[int, float] | None
) -> list[Hour]:
    places = [place // BINS_AN_HOUR for place in (*today, *(usual or ()))]
    if not places:
        return []
    return [
        _hour(
            words, currency, hour, _in_hour(today, hour), _in_hour(usual, hour) if usual else None
        )
        for hour in range(min(places), max(places) + 1)
    ]


def _in_hour(bins: dict[int, float], hour: int) -> int:
    return round(sum(bins.get(hour * BINS_AN_HOUR + half, 0.0) for half in range(BINS_AN_HOUR)))


def _hour(words: Words, currency: str | None, hour: int, sold: int, usual: int | None) -> Hour:
    return Hour(
        words.hour(hour),
        words.money(sold, currency),
        sold,
        wording.NOTHING if usual is None else words.money(usual, currency),
        usual,
    )
