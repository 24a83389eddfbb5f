"""The tables that come with Tillstream: what a till decides by them, to the cent."""

import random
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

import edge.rules
from edge.bundle.catalog import catalog_of
from edge.bundle.form import canonical_row
from edge.bundle.trying import tried
from edge.rules.evaluating import (
    CartVerdict,
    Check,
    Ruleset,
    TableDiscount,
    compiled_table,
    ruleset_of,
)
from edge.rules.facts import cart_of
from edge.rules.files import read_files
from edge.rules.trying import sound_table, try_table
from tests.unit.edge.bundle.catalogs import HERE, whole
from topics.wire_parts import WireLine

LATER = datetime(2027, 1, 1, tzinfo=UTC)
DATA = Path(edge.rules.__file__).parent / "data"
NAMES = ["id-check", "off5", "scanned-twice", "serial-loyalty", "weight-check"]
CATEGORIES = {"wine": "alcohol", "cigars": "tobacco", "tea": "drinks", "orange": "produce"}


@pytest.fixture(scope="module")
def rules() -> Ruleset:
    paths = [DATA / f"{name}.csv" for name in NAMES]
    read = [sound_table(read_files(path).table, str(path)) for path in paths]
    return Ruleset(map(compiled_table, read))


def line(line_no: int, sku: str, amount_minor: int, **fields: object) -> WireLine:
    whole = {"quantity": 1, "unit": "each", "unit_price_minor": amount_minor}
    told = {"line_no": line_no, "sku": sku, "amount_minor": amount_minor}
    return msgspec.convert(whole | told | fields, WireLine)


def grams(line_no: int, sku: str, weight: int, amount_minor: int) -> WireLine:
    return line(line_no, sku, amount_minor, quantity=weight, unit="gram", unit_price_minor=0)


def verdict(rules: Ruleset, *lines: WireLine, customer_id: str | None = None) -> CartVerdict:
    return rules.verdict(cart_of(lines, CATEGORIES.get, customer_id))


def checks_of(rules: Ruleset, *lines: WireLine) -> list[tuple[str | None, int | None]]:
    return [(each.check, each.line_no) for each in verdict(rules, *lines).checks]


def test_all_that_come_along_are_named_here() -> None:
    found = sorted(path.stem for path in DATA.glob("*.csv") if ".tests" not in path.name)
    assert found == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_till_takes_it(name: str) -> None:
    try_table(read_files(DATA / f"{name}.csv").table)


def test_off5_begins_at_fifty(rules: Ruleset) -> None:
    assert verdict(rules, line(1, "tea", 4_999)).told() == []
    assert verdict(rules, line(1, "tea", 4_000), line(2, "tea", 1_000)).told() == [
        {"rule": "off5/off5", "amount_minor": -250}
    ]


@pytest.mark.parametrize(
    ("subtotal_minor", "off_minor"), [(5_009, 250), (5_010, 251), (5_029, 251), (5_030, 252)]
)
def test_half_a_cent_of_off5_is_rounded_up(
    rules: Ruleset, subtotal_minor: int, off_minor: int
) -> None:
    (discount,) = verdict(rules, line(1, "tea", subtotal_minor)).discounts
    assert discount == TableDiscount("off5/off5", -off_minor, None, exclusive=True)


def test_alcohol_and_tobacco_ask_for_an_identity_card(rules: Ruleset) -> None:
    found = verdict(rules, line(1, "tea", 300), line(2, "wine", 700), line(3, "cigars", 900)).checks
    say = "Ask for an identity card."
    assert found == [
        Check("id-check/alcohol", 2, "id", 18, None, say),
        Check("id-check/tobacco", 3, "id", 18, None, say),
    ]


def test_a_product_that_no_catalog_has_asks_for_nothing(rules: Ruleset) -> None:
    assert checks_of(rules, line(1, "unknown", 700)) == []


@pytest.mark.parametrize(("sku", "limit_minor"), [("orange", 167), ("apple", 185), ("kiwi", 415)])
def test_a_kilogram_above_a_tenth_more_than_its_price_is_weighed_again(
    rules: Ruleset, sku: str, limit_minor: int
) -> None:
    assert checks_of(rules, grams(1, sku, 1_000, limit_minor)) == []
    assert checks_of(rules, grams(1, sku, 1_000, limit_minor + 1)) == [("weight", 1)]


@pytest.mark.parametrize("weight", range(1, 60))
def test_a_light_one_at_the_shelfs_price_is_never_weighed_again(
    rules: Ruleset, weight: int
) -> None:
    """4 g at 1.52 come to 0.6 cents, which are charged as one: 2.50 a kilogram, divided back."""
    assert checks_of(rules, grams(1, "orange", weight, (weight * 152 + 500) // 1_000)) == []


def test_fruit_by_the_piece_is_not_weighed(rules: Ruleset) -> None:
    assert checks_of(rules, line(1, "orange", 900)) == []


def test_the_same_dear_item_is_asked_about_once(rules: Ruleset) -> None:
    lines = [line(number, "watch", 3_001) for number in range(1, 5)]
    assert checks_of(rules, *lines[:1]) == []
    assert checks_of(rules, *lines) == [("scanned-twice", 2)]
    assert checks_of(rules, line(1, "watch", 3_000), line(2, "watch", 3_000)) == []


def test_a_serial_number_is_kept_with_a_customer_who_is_known(rules: Ruleset) -> None:
    watch = line(1, "watch", 900, serial="SN-1")
    (found,) = verdict(rules, watch, customer_id="c-1").checks
    assert (found.rule, found.note, found.line_no) == (
        "serial-loyalty/serial",
        "serial-to-customer",
        1,
    )
    assert verdict(rules, watch).checks == []
    assert verdict(rules, line(1, "watch", 900), customer_id="c-1").checks == []


def test_an_empty_cart_has_nothing_off(rules: Ruleset) -> None:
    assert verdict(rules) == CartVerdict([], [], [])


def bundled(paths: list[Path]) -> bytes:
    tables = [read_files(path).table for path in paths]
    return whole(
        *(
            (("rule_table", each.table_name), canonical_row(msgspec.to_builtins(each)))
            for each in tables
        )
    )


def test_the_same_cart_comes_to_the_same_cents_at_the_till_and_at_the_centre() -> None:
    """From the same bundle, read by each for itself; the centre has the cart from JSON."""
    chance = random.Random(14)
    content = bundled([DATA / f"{name}.csv" for name in NAMES])
    till = ruleset_of(tried(content, HERE, try_table).rule_tables(LATER))
    centre = ruleset_of(catalog_of(content).rule_tables(LATER))
    discounted = 0
    for _ in range(10_000):
        lines = [
            line(number, chance.choice([*CATEGORIES]), chance.randrange(0, 4_000))
            for number in range(1, chance.randrange(2, 6))
        ]
        again = msgspec.json.decode(msgspec.json.encode(lines), type=list[WireLine])
        found = verdict(till, *lines)
        assert found == verdict(centre, *again)
        assert found.told() == off5_by_hand(lines)
        discounted += len(found.discounts)
    assert 2_000 < discounted < 8_000, "the carts try one side of the limit alone"


def off5_by_hand(lines: list[WireLine]) -> list[dict[str, object]]:
    subtotal_minor = sum(each.amount_minor for each in lines)
    if subtotal_minor < 5_000:
        return []
    return [{"rule": "off5/off5", "amount_minor": -((subtotal_minor * 5 + 50) // 100)}]
