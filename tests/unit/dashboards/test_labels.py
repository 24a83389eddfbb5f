"""Shelf labels: which bars a product gets, and a file that says the same twice."""

import pytest

from dashboards.board.goods.labels import COLUMNS, ROWS, Label, sheet_of, symbology_of


def label(gtin: str | None, name: str = "Milk") -> Label:
    """One of a product."""
    return Label("milk-1", name, gtin, "1,29 €")


@pytest.mark.parametrize(
    ("gtin", "drawn"),
    [
        ("4006381333931", ("EAN13", "4006381333931")),
        ("96385074", ("EAN8", "96385074")),
        ("036000291452", ("EAN13", "0036000291452")),
        ("4006381333930", ("Code128", "4006381333930")),
        ("04006381333931", ("Code128", "04006381333931")),
        ("ünï", ("Code128", "milk-1")),
        (None, ("Code128", "milk-1")),
    ],
)
def test_a_gtin_whose_check_digit_is_right_is_drawn_as_one(
    gtin: str | None, drawn: tuple[str, str]
) -> None:
    assert symbology_of(label(gtin)) == drawn


def test_names_are_text_and_sheets_are_filled() -> None:
    names = ["<b>Milk</b>", "牛乳", "x" * 1_000, "Crème fraîche"]
    gtins = ["4006381333931", None, "96385074", "ünï"]
    labels = [label(gtin, name) for name in names for gtin in gtins] * 2
    assert len(labels) > COLUMNS * ROWS
    sheet = sheet_of(labels)
    assert sheet.startswith(b"%PDF-")
    assert sheet.count(b"/Type /Page\n") + sheet.count(b"/Type /Page ") == 2
    assert sheet == sheet_of(labels)
