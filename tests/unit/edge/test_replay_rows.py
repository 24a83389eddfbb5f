"""Rows of a basket file: read exactly, or refused with their line number and reason."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from edge.replay.rows import BasketFile, Columns, Reading, RefusedRow, Row, UnreadableFile

HEADER = (
    "transaction_timestamp,store_id,basket_id,household_id,product_id,quantity,"
    "sales_value,retail_disc,coupon_disc"
)
GOOD = "2017-01-01 23:51:34,321,31198852757,218,876948,1,2.0,0.79,0.0"


def read(folder: Path, *lines: str, reading: Reading | None = None) -> list[Row | RefusedRow]:
    path = folder / "baskets.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(BasketFile(path, reading or Reading()).rows())


def changed(at: int, cell: str) -> str:
    cells: list[str] = [*GOOD.split(",")]
    cells[at] = cell
    return ",".join(cells)


def test_a_row_is_read_to_whole_units_and_its_own_calendar_date(tmp_path: Path) -> None:
    (row,) = read(tmp_path, HEADER, GOOD)

    assert row == Row(
        line_number=2,
        at=datetime(2017, 1, 1, 23, 51, 34, tzinfo=UTC),
        business_date=date(2017, 1, 1),
        location_id="321",
        basket_id="31198852757",
        customer_id="218",
        sku="876948",
        quantity=1,
        amount_minor=200,
        discount_minor=79,
        coupon_minor=0,
    )


@pytest.mark.parametrize(
    ("text", "minor"),
    [("0.29", 29), ("0.57", 57), ("1.15", 115), ("2.675e0", None), ("4.35", 435), ("8.2", 820)],
)
def test_an_amount_keeps_every_cent_that_a_float_would_lose(
    tmp_path: Path, text: str, minor: int | None
) -> None:
    (row,) = read(tmp_path, HEADER, changed(6, text))

    assert (row.amount_minor if isinstance(row, Row) else None) == minor


def test_a_time_with_an_offset_keeps_its_own_date_as_business_date(tmp_path: Path) -> None:
    (row,) = read(tmp_path, HEADER, changed(0, "2017-01-01T23:30:00-05:00"))

    assert isinstance(row, Row)
    assert row.at == datetime(2017, 1, 2, 4, 30, tzinfo=UTC)
    assert row.business_date == date(2017, 1, 1)


@pytest.mark.parametrize(
    ("at", "cell", "reason"),
    [
        (0, "yesterday", "time 'yesterday'"),
        (0, "1969-12-31 23:59:59", "before 1970"),
        (1, "", "store ''"),
        (1, "Berlin Mitte", "store"),
        (1, "s" * 61, "store"),
        (2, "", "basket"),
        (2, "b" * 129, "basket"),
        (4, "a/b", "product 'a/b'"),
        (5, "-1", "negative"),
        (5, "1.5", "not whole"),
        (5, "many", "not a number"),
        (5, "1e9999999", "not a number"),
        (6, "", "not a number"),
        (6, "1.005", "finer than the currency"),
        (6, "NaN", "not a number"),
        (7, "9999999999999", "at most 12 digits"),
        (6, "10000000000.01", "beyond 10^12"),
        (8, "0.001", "finer than the currency"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_and_its_neighbours_are_not(
    tmp_path: Path, at: int, cell: str, reason: str
) -> None:
    before, refused, after = read(tmp_path, HEADER, GOOD, changed(at, cell), GOOD)

    assert isinstance(before, Row)
    assert isinstance(after, Row), "a bad row took the next one with it"
    assert isinstance(refused, RefusedRow)
    assert refused.line_number == 3
    assert reason in refused.reason


def test_a_row_with_too_few_or_too_many_fields_is_refused(tmp_path: Path) -> None:
    short, long = read(tmp_path, HEADER, "2017-01-01 10:00:00,321", GOOD + ",extra")

    assert isinstance(short, RefusedRow)
    assert isinstance(long, RefusedRow)
    assert short.reason == "2 fields where the header has 9"


def test_bytes_that_are_not_utf_8_refuse_their_row_only(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    bad = changed(2, "K\u00f6ln-1").encode("latin-1")
    path.write_bytes(b"\n".join([HEADER.encode(), bad, GOOD.encode(), b""]))

    refused, good = BasketFile(path, Reading()).rows()

    assert isinstance(refused, RefusedRow)
    assert isinstance(good, Row)


def test_a_gzipped_file_is_unpacked_and_a_torn_one_is_said_to_break_off(tmp_path: Path) -> None:
    whole = tmp_path / "whole.csv.gz"
    whole.write_bytes(gzip.compress("\n".join([HEADER, *[GOOD] * 5000]).encode()))
    assert len(list(BasketFile(whole, Reading()).rows())) == 5000

    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(whole.read_bytes()[:-20])
    with pytest.raises(UnreadableFile, match="breaks off"):
        list(BasketFile(torn, Reading()).rows())


def test_a_file_that_is_damaged_in_the_middle_is_said_to_break_off(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.csv.gz"
    content = bytearray(gzip.compress("\n".join([HEADER, *[GOOD] * 5000]).encode()))
    content[len(content) // 2 : len(content) // 2 + 20] = b"\xff" * 20
    damaged.write_bytes(content)
    with pytest.raises(UnreadableFile, match="breaks off"):
        list(BasketFile(damaged, Reading()).rows())


def test_a_missing_column_is_named_together_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"'quantity'.*store_id.*--column quantity=NAME"):
        read(tmp_path, HEADER.replace("quantity", "qty"), GOOD)


def test_an_empty_file_is_not_a_replay_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    with pytest.raises(UnreadableFile, match="empty"):
        list(BasketFile(path, Reading()).rows())


def test_other_columns_can_be_named_and_the_optional_ones_left_out(tmp_path: Path) -> None:
    columns = Columns("zeit", "filiale", "bon", product="artikel", quantity="menge", amount="summe")
    reading = Reading(columns, location_prefix="filiale-", minor_digits=0)

    (row,) = read(
        tmp_path,
        "bon,zeit,filiale,artikel,menge,summe",
        "b1,2026-11-21 09:30:00,7,milch,2,250",
        reading=reading,
    )

    assert isinstance(row, Row)
    assert (row.location_id, row.customer_id) == ("filiale-7", None)
    assert (row.amount_minor, row.discount_minor, row.coupon_minor) == (250, 0, 0)


def test_a_column_that_was_named_must_be_there_even_if_it_is_optional(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="'rabatt' for the discount"):
        read(tmp_path, HEADER, GOOD, reading=Reading(Columns(discount="rabatt")))


def test_discounts_written_as_negative_amounts_are_the_same_discounts(tmp_path: Path) -> None:
    positive, negative = read(tmp_path, HEADER, GOOD, changed(7, "-0.79"))

    assert isinstance(positive, Row)
    assert isinstance(negative, Row)
    assert positive.discount_minor == negative.discount_minor == 79
