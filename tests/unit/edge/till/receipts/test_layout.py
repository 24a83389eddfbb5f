"""A receipt's lines fit the paper, and say what was sold and paid."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.till.receipts.amounts import measure, money, percent
from edge.till.receipts.layout import WIDTHS, Columns, Receipt, receipt_of, return_of
from edge.till.receipts.sales import (
    ProvenSale,
    UnprintableReceipt,
    proven_return,
    proven_sale,
)
from edge.till.receipts.widths import clean, columns_of, fitting, spread, wrapped
from tests.unit.edge.till.receipts.sales import terms, told_of, told_of_return

WIDE = "日本茶とても長い名前の商品は二行になるかもしれない"


@pytest.fixture
def sold(tmp_path: Path) -> ProvenSale:
    return proven_sale(told_of(tmp_path))


def texts(receipt: Receipt) -> list[str]:
    return [line.text for line in receipt.lines]


def test_a_receipt_reads_as_expected(sold: ProvenSale) -> None:
    lines = texts(receipt_of(sold, terms()))
    digits = sold.proof.hash[:16]
    assert lines == [
        "               Corner Shop",
        "              1 High Street",
        "Receipt                         till-3-1-1",
        "Date                      2026-12-01 00:30",
        "Till                    shop-0042 / till-3",
        "Cashier                                  7",
        "-" * 42,
        "Tea                                   6.00",
        "  2 x 3.00",
        "Äpfel, lose                           0.50",
        "  0.250 kg x 1.99/kg",
        "gone                                  1.00",
        "  discounts/off5                     -0.38",
        "-" * 42,
        "TOTAL EUR                             7.12",
        "Cash                                  5.00",
        "Card                                  2.12",
        "incl. tax 19 %                        0.41",
        "incl. tax 7 %                         0.30",
        "-" * 42,
        f"Hash                   {digits[:4]} {digits[4:8]} {digits[8:12]} {digits[12:]}",
    ]


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize(
    "name", [WIDE, "e\u0301" * 90, "x" * 200, "\u0301", "a b " * 60, "👩‍👩‍👧 tea"]
)
def test_no_line_is_wider_than_the_paper(sold: ProvenSale, columns: Columns, name: str) -> None:
    for line in texts(receipt_of(sold, terms(columns, tea=name))):
        assert columns_of(line) <= columns, line


def test_amounts_stand_under_each_other_beside_wide_names(sold: ProvenSale) -> None:
    lines = texts(receipt_of(sold, terms(tea="日本茶", apples="Cafe\u0301")))
    goods = [line for line in lines if line.endswith(("6.00", "0.50"))]
    assert [columns_of(line) for line in goods] == [42, 42]
    assert goods[0].startswith("日本茶 ")
    assert goods[1].startswith("Café ")


def test_a_training_sale_and_a_copy_say_so_at_both_ends(tmp_path: Path) -> None:
    sold = proven_sale(told_of(tmp_path, training=True))
    receipt = receipt_of(sold, terms(), is_copy=True)
    for end in (receipt.lines[2:4], receipt.ending):
        assert [line.text.strip() for line in end] == [
            "*** TRAINING - NOT A SALE ***",
            "*** COPY ***",
        ]
        assert all(line.is_bold for line in end)


def test_a_first_print_of_a_sale_has_no_mark(sold: ProvenSale) -> None:
    receipt = receipt_of(sold, terms())
    assert receipt.ending == ()
    assert not any("***" in line for line in texts(receipt))


def test_the_copy_proves_what_the_first_print_does(sold: ProvenSale) -> None:
    assert receipt_of(sold, terms(), is_copy=True).qr == receipt_of(sold, terms()).qr


def test_a_long_number_loses_nothing(tmp_path: Path) -> None:
    sold = proven_sale(told_of(tmp_path, cashier_id="c" * 100))
    joined = "".join(texts(receipt_of(sold, terms())))
    assert "c" * 100 in joined


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Tea\x1b@\x1dV\x00", "Tea@V"),
        ("a\r\nb\tc", "a b c"),
        ("\u202egnol", "gnol"),
        ("\ud800x", "x"),
        ("e\u0301", "é"),
        ("x" + "\u0302" * 50, "x\u0302\u0302"),
        ("\u0301x", "x"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_a_name_is_cleaned_of_what_would_steer_a_printer(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(), st.integers(2, 60), st.integers(1, 5))
def test_any_text_is_cut_to_the_grid(text: str, columns: int, lines_max: int) -> None:
    cleaned = clean(text)
    lines = wrapped(cleaned, columns, lines_max)
    assert 1 <= len(lines) <= lines_max
    assert all(columns_of(line) <= columns for line in lines)
    assert columns_of(fitting(cleaned, columns)) <= columns
    assert columns_of(spread(cleaned, "1.00", 42)) == 42
    assert all(each.isprintable() for each in cleaned)


@given(st.text(min_size=1), st.integers(2, 60))
def test_wrapping_loses_only_spaces(text: str, columns: int) -> None:
    cleaned = clean(text)
    joined = "".join(wrapped(cleaned, columns, lines_max=len(cleaned) + 1))
    assert joined.replace(" ", "") == cleaned.replace(" ", "")


def test_amounts_have_the_decimals_of_their_currency() -> None:
    assert money(-1234, "EUR") == "-12.34"
    assert money(5, "EUR") == "0.05"
    assert money(1234, "JPY") == "1234"
    assert money(1234, "KWD") == "1.234"
    assert percent(550) == "5.5 %"
    assert percent(1000) == "10 %"
    assert percent(0) == "0 %"
    assert measure(5, "gram", "1.00") == "0.005 kg x 1.00/kg"


def test_a_return_has_a_receipt_of_its_own(tmp_path: Path) -> None:
    proven = proven_return(told_of_return(tmp_path))
    receipt = return_of(proven, "EUR", terms(), is_copy=True)
    assert texts(receipt)[3:-2] == [
        "Receipt                        till-3-1-R1",
        "Date                      2026-12-01 00:30",
        "Till                    shop-0042 / till-3",
        "Cashier                                  7",
        "-" * 42,
        "                  RETURN",
        "Of receipt                      till-3-1-1",
        "Tea                                   6.00",
        "  2 x 3.00",
        "-" * 42,
        "REFUND EUR                            5.70",
    ]
    assert [line.text.strip() for line in receipt.ending] == ["*** COPY ***"]


def test_a_sale_is_no_return_and_a_return_no_sale(tmp_path: Path) -> None:
    for name in ("sale", "return"):
        (tmp_path / name).mkdir()
    with pytest.raises(UnprintableReceipt):
        proven_return(told_of(tmp_path / "sale"))
    with pytest.raises(UnprintableReceipt):
        proven_sale(told_of_return(tmp_path / "return"))
