"""What an address asks of the totals, and how they are written down."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from dashboards.board.totals.columns import columns
from dashboards.board.totals.export import Csv
from dashboards.board.totals.wish import DAYS_MAX, TotalsWish, WrongWish, wish_of
from dashboards.board.wording.spreadsheets import FORMULA_STARTS, unguarded

TODAY = date(2026, 11, 21)


def wish(**asked: str) -> TotalsWish:
    """What an address with these means."""
    return wish_of(MultiDict({name.rstrip("_"): value for name, value in asked.items()}), TODAY)


def test_without_a_word_the_last_seven_days_are_meant() -> None:
    assert wish() == TotalsWish(date(2026, 11, 15), TODAY)
    assert wish(to="2026-01-03").first == date(2025, 12, 28)
    assert wish(from_="2026-11-01").last == TODAY
    assert wish(from_="2026-12-01").last == date(2026, 12, 1), "a day to come has nothing before it"


def test_a_till_is_told_with_its_location_and_dimensions_keep_their_order() -> None:
    asked = MultiDict([("by", "tender"), ("by", "till"), ("by", "day")])
    assert wish_of(asked, TODAY).by == ("day", "location", "till", "tender")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"from_": "2026-13-01"}, "From is no date: “2026-13-01”"),
        ({"from_": "20261101"}, "From is no date"),
        ({"to": "<b>"}, "To is no date: “<b>”"),
        ({"from_": "2026-11-02", "to": "2026-11-01"}, "exchange them"),
        ({"from_": "2020-01-01", "to": "2026-01-01"}, f"choose at most {DAYS_MAX}"),
        ({"by": "colour"}, "not by “colour”"),
        ({"location": "a/b"}, "No location has such an id"),
    ],
)
def test_what_cannot_be_is_answered_with_what_to_change(asked: dict[str, str], told: str) -> None:
    with pytest.raises(WrongWish, match=told.split("“")[0]) as refused:
        wish(**asked)
    assert told in str(refused.value)


@given(st.text(max_size=12))
def test_no_text_in_place_of_a_page_or_a_sort_breaks_anything(text: str) -> None:
    assert 1 <= wish(page=text).page <= 1_000_000
    assert wish(sort=text).sort in ("", text.removeprefix("-"))


def test_an_address_leads_to_the_wish_that_it_was_made_of() -> None:
    asked = wish(from_="2026-11-01", to="2026-11-09", by="till", sort="-units", page="3")
    query = asked.address("/totals").partition("?")[2]
    pairs = [each.split("=") for each in query.split("&")]
    again = wish_of(MultiDict([(name, value) for name, value in pairs]), TODAY)
    assert again == asked


@given(st.text(), st.sampled_from(["", *FORMULA_STARTS]))
def test_a_text_comes_back_as_it_was_and_no_spreadsheet_runs_it(text: str, start: str) -> None:
    row: dict[str, Any] = {column.name: 0 for column in columns(("location",))}
    row |= {"location_id": "ulm", "location": (start + text).replace("\0", ""), "currency": "EUR"}
    export = Csv(columns(("location",)))
    written = (export.rows([row]) + export.end()).decode("utf-8", "surrogatepass")
    (read,) = csv.DictReader(io.StringIO(written, newline=""))
    assert unguarded(read["location"]) == row["location"]
    assert not read["location"].startswith(FORMULA_STARTS)
