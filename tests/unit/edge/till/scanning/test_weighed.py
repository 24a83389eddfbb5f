"""Labels of weighed goods are read by the table of their country."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.till.scanning.check_digits import check_digit, verifier
from edge.till.scanning.field import FieldTerms, read
from edge.till.scanning.items import NotRead, ScannedItem, Unread
from edge.till.scanning.weighed import TABLE, WeighedCode, WrongTable, read_tables
from tests.unit.edge.till.scanning.test_field import TABLES, TODAY

ROWS = [
    (country, prefix, code) for country, codes in TABLES.items() for prefix, code in codes.items()
]


def label(code: WeighedCode, item: int, measure: int) -> str:
    """What a scale prints for the item."""
    value = str(measure).zfill(code.form.count("M"))
    parts = {
        "I": iter(str(item).zfill(code.form.count("I"))),
        "M": iter(value),
        "V": iter(verifier(value) if "V" in code.form else ""),
    }
    payload = "".join(next(parts[place]) if place in parts else place for place in code.form[:-1])
    return payload + check_digit(payload)


def scanned(country: str, code: str, money_digits: int = 2) -> object:
    return read(code, TODAY, FieldTerms(TABLES.get(country, {}), money_digits))


@pytest.mark.parametrize(("value", "digit"), [("2875", "9"), ("14685", "6"), ("00000", "0")])
def test_verifiers_are_those_of_the_specification(value: str, digit: str) -> None:
    assert verifier(value) == digit


@pytest.mark.parametrize(("country", "prefix", "code"), ROWS)
@given(item=st.integers(0, 9999), measure=st.integers(1, 9999))
def test_each_row_reads_what_a_scale_prints(
    country: str, prefix: str, code: WeighedCode, item: int, measure: int
) -> None:
    found = scanned(country, label(code, item, measure))
    assert isinstance(found, ScannedItem)
    assert found.code == label(code, item, 0), "all labels of an item are looked up by one number"
    assert found.code.startswith(prefix)
    match code.kind:
        case "price":
            assert found.amount_minor == measure * 10 ** (2 - code.decimals)
        case "weight":
            assert found.weight_grams == measure * 10 ** (3 - code.decimals)
        case _:
            assert found.pieces == measure


@pytest.mark.parametrize(("country", "prefix", "code"), [row for row in ROWS if "V" in row[2].form])
def test_a_wrong_verifier_is_noticed_where_the_check_digit_is_right(
    country: str, prefix: str, code: WeighedCode
) -> None:
    good = label(code, 1234, 1999)
    place = code.form.index("V")
    wrong = f"{good[:place]}{(int(good[place]) + 1) % 10}{good[place + 1 : -1]}"
    assert scanned(country, wrong + check_digit(wrong)) == NotRead(Unread.WRONG_VERIFIER)


def test_a_label_of_one_country_says_nothing_in_another() -> None:
    germans = label(TABLES["DE"]["28"], 1234, 1999)
    assert scanned("DE", germans) == ScannedItem(
        label(TABLES["DE"]["28"], 1234, 0), is_gtin=True, weight_grams=1999
    )
    assert scanned("GB", germans) == ScannedItem(germans, is_gtin=True)
    assert scanned("XX", germans) == ScannedItem(germans, is_gtin=True)


def test_an_american_label_has_twelve_digits() -> None:
    code = label(TABLES["US"]["02"], 12345, 399)
    assert code.startswith("02")
    found = scanned("US", code[1:])
    assert found == scanned("US", code)
    assert isinstance(found, ScannedItem)
    assert found.amount_minor == 399


def test_a_label_without_a_measure_is_weighed_at_the_till() -> None:
    code = label(TABLES["SE"]["23"], 4321, 0)
    assert scanned("SE", code) == ScannedItem(code, is_gtin=True)


def test_a_price_without_decimals_is_whole_units() -> None:
    found = scanned("NO", label(TABLES["NO"]["22"], 1, 45))
    assert isinstance(found, ScannedItem)
    assert found.amount_minor == 4500


HEAD = "country,prefix,form,kind,decimals"


@pytest.mark.parametrize(
    "row",
    [
        "DE,22,22IIIIVMMMMM,price,2",
        "DE,22,22IIIIIIMMMMMC,price,2,more",
        "DE,22,23IIIIVMMMMMC,price,2",
        "DE,40,40IIIIVMMMMMC,price,2",
        "DE,22,22IIIVMMMMMMC,price,2",
        "DE,22,22IIIIVMMMMMC,volume,2",
        "DE,22,22IIIIVMMMMMC,price,9",
        "DE,22,22IIIIVMMMMMC,price",
        "DE,28,28IIIIVMMMMMC,weight,3\nDE,28,28IIIIIIMMMMC,weight,3",
    ],
)
def test_a_row_that_means_nothing_is_refused_with_its_line(row: str) -> None:
    with pytest.raises(WrongTable, match=r"line [23]: "):
        read_tables([HEAD, *row.split("\n")])


def test_the_columns_are_named() -> None:
    with pytest.raises(WrongTable, match="line 1"):
        read_tables(["land,prefix", "DE,22"])


def test_the_table_that_comes_along_is_read() -> None:
    assert len(TABLES) == len({line.split(",")[0] for line in TABLE.read_text().splitlines()[1:]})
