"""One field takes scans, quantities, prices and commands, and no text breaks it."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge.till.scanning.check_digits import check_digit
from edge.till.scanning.field import FieldTerms, read
from edge.till.scanning.items import (
    Manyfold,
    NotRead,
    PayAsked,
    PriceAsked,
    PriceEntered,
    QuantityEntered,
    Reading,
    ScannedItem,
    SuspendAsked,
    Unread,
    VoidAsked,
)
from edge.till.scanning.weighed import TABLE, read_tables

TODAY = date(2026, 11, 30)
TABLES = read_tables(TABLE.read_text().splitlines())
GERMANY = FieldTerms(TABLES["DE"])
LINK = "https://shop.example/p/01/04006381333931/10/LOT-7/21/S%2F1?17=261231&3103=000250&x=1"


def reading(text: str, terms: FieldTerms = GERMANY) -> Reading:
    return read(text, TODAY, terms)


@pytest.mark.parametrize("code", ["4006381333931", "96385074", "036000291452", "04006381333931"])
def test_a_code_with_its_check_digit_is_a_product(code: str) -> None:
    assert reading(code + "\r\n") == ScannedItem(code, is_gtin=True)


@given(st.from_regex(r"[0-9]{7}|[0-9]{11,13}", fullmatch=True), st.integers(1, 9))
def test_a_wrong_check_digit_is_never_a_product(payload: str, off: int) -> None:
    wrong = str((int(check_digit(payload)) + off) % 10)
    assert reading(payload + wrong) == NotRead(Unread.WRONG_CHECK_DIGIT)


@given(st.integers(0, 12), st.integers(0, 9))
def test_a_digit_that_is_misread_is_noticed(place: int, digit: int) -> None:
    code = "4006381333931"
    misread = f"{code[:place]}{digit}{code[place + 1 :]}"
    assert misread == code or isinstance(reading(misread), NotRead)


@pytest.mark.parametrize("code", ["400638133", "4006381333931400638133"[:15]])
def test_digits_that_are_too_few_or_many_are_not_looked_up(code: str) -> None:
    assert reading(code) == NotRead(Unread.WRONG_LENGTH)


@pytest.mark.parametrize("code", ["4011", "plu-4011", "SKU_1.b", "100234"])
def test_what_is_typed_is_a_sku_or_plu(code: str) -> None:
    assert reading(code) == ScannedItem(code)


def test_a_scanner_may_say_what_it_read() -> None:
    assert reading("]E04006381333931") == ScannedItem("4006381333931", is_gtin=True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3*", QuantityEntered(3)),
        ("3*4011", Manyfold(3, ScannedItem("4011"))),
        ("0*", NotRead(Unread.WRONG_VALUE)),
        ("96385074*", NotRead(Unread.WRONG_VALUE)),
        ("3*4006381333930", NotRead(Unread.WRONG_CHECK_DIGIT)),
        ("9.99/", PriceEntered(999)),
        ("9,9/", PriceEntered(990)),
        ("12/", PriceEntered(1200)),
        ("9.999/", NotRead(Unread.WRONG_VALUE)),
        ("4006381333931/", NotRead(Unread.WRONG_VALUE)),
        ("/4011", PriceAsked(ScannedItem("4011"))),
        ("-", VoidAsked()),
        ("-12", VoidAsked(12)),
        ("-0", NotRead(Unread.WRONG_VALUE)),
        ("+", PayAsked()),
        ("+20", PayAsked(2000)),
        ("+4006381333931", NotRead(Unread.WRONG_VALUE)),
        ("**", SuspendAsked()),
        ("", NotRead(Unread.EMPTY)),
        ("\t \r\n", NotRead(Unread.EMPTY)),
        ("x" * 513, NotRead(Unread.TOO_LONG)),
        ("<b>", NotRead(Unread.UNKNOWN_FORM)),
        ("..", NotRead(Unread.UNKNOWN_FORM)),
        ("٣*", NotRead(Unread.UNKNOWN_FORM)),
    ],
)
def test_what_is_typed_means_one_thing(text: str, meant: Reading) -> None:
    assert reading(text) == meant


@pytest.mark.parametrize(
    "text", ["0.01/", "-", "-1", "+", "+0.01", "**", "3*", "999*4011", "/4011"]
)
def test_a_label_that_somebody_printed_is_no_command(text: str) -> None:
    assert not isinstance(reading(text), NotRead), "typed, it is one"
    assert read(text, TODAY, GERMANY, is_scan=True) in (
        NotRead(Unread.UNKNOWN_FORM),
        ScannedItem(text),
    )


def test_a_scan_is_read_as_what_is_typed_is() -> None:
    for text in ("4006381333931", "4011", LINK, "4006381333930", ""):
        assert read(text, TODAY, GERMANY, is_scan=True) == reading(text)


def test_a_currency_without_decimals_has_whole_prices() -> None:
    yen = FieldTerms({}, money_digits=0)
    assert reading("120/", yen) == PriceEntered(120)
    assert reading("1.5/", yen) == NotRead(Unread.WRONG_VALUE)


def test_a_label_names_lot_serial_last_day_and_weight() -> None:
    whole = ScannedItem(
        "04006381333931",
        is_gtin=True,
        lot="LOT-7",
        serial="S/1",
        expires_on=date(2026, 12, 31),
        weight_grams=250,
    )
    assert reading(LINK) == whole
    elements = "]d2010400638133393117261231310300025010LOT-7\x1d21S/1"
    assert reading(elements) == whole
    assert reading("\x1d" + elements[3:] + "\x1d") == whole
    assert reading(elements[3:]) == whole, "a scanner need not say that it is an element string"


def test_what_a_till_does_not_know_is_skipped() -> None:
    text = "01040063813339312401A\x1d2401B\x1d241C\x1d3302001000703226010112\x1d10L"
    assert reading(text) == ScannedItem("04006381333931", is_gtin=True, lot="L")


def test_the_last_day_of_a_month_may_be_meant() -> None:
    found = reading("010400638133393117270200")
    assert isinstance(found, ScannedItem)
    assert found.expires_on == date(2027, 2, 28)


def test_a_lot_may_look_like_markup_and_is_only_text() -> None:
    found = reading("https://shop.example/01/04006381333931/10/<script>")
    assert isinstance(found, ScannedItem)
    assert found.lot == "<script>", "GS1 allows these signs: whoever shows them must escape them"


@pytest.mark.parametrize(("year", "meant"), [("77", 1977), ("76", 2076), ("99", 1999)])
def test_two_digits_of_a_year_are_the_nearest(year: str, meant: int) -> None:
    found = reading(f"010400638133393117{year}0101")
    assert isinstance(found, ScannedItem)
    assert found.expires_on == date(meant, 1, 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0104006381333930", Unread.WRONG_CHECK_DIGIT),
        ("010400638133393117261301", Unread.WRONG_DATE),
        ("010400638133393117261131", Unread.WRONG_DATE),
        ("0104006381333931172611", Unread.WRONG_LENGTH),
        ("01040063813339313103ABCDEF", Unread.WRONG_VALUE),
        ("010400638133393110", Unread.WRONG_LENGTH),
        ("010400638133393110A\x1d10B", Unread.WRONG_LENGTH),
        ("]C100006141411234567890", Unread.NO_PRODUCT),
        ("https://shop.example/", Unread.NO_PRODUCT),
        ("https://shop.example/01/4006381333930", Unread.WRONG_CHECK_DIGIT),
        ("https://[/01/04006381333931", Unread.UNKNOWN_FORM),
        ("https://shop.example/01/04006381333931/10/a%00b", Unread.WRONG_VALUE),
        ("https://shop.example/01/04006381333931/10/" + "a" * 21, Unread.WRONG_VALUE),
        ("https://shop.example/01/04006381333931?" + "a=1&" * 40, Unread.UNKNOWN_FORM),
    ],
)
def test_a_label_that_cannot_be_right_is_refused(text: str, why: Unread) -> None:
    assert reading(text) == NotRead(why)


@given(
    st.text(max_size=600)
    | st.text(alphabet="0123456789*+-/.,]\x1dC1dQ", max_size=60)
    | st.text(max_size=40).map(lambda text: "0104006381333931" + text)
    | st.text(max_size=40).map(lambda text: "https://a.example/01/04006381333931/" + text)
)
@example("https://a\u2100b/01/1")
@example("-²")
@example("https://a.example:x/01/04006381333931")
def test_no_text_breaks_the_field(text: str) -> None:
    found = reading(text)
    assert isinstance(found, Reading)
    assert reading("4006381333931") == ScannedItem("4006381333931", is_gtin=True)
