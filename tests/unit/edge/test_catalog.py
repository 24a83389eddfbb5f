"""The simulated catalog can be booked and scanned as it is, and decided by the company's tables."""

import msgspec
from pydantic import TypeAdapter

from edge.company.ruled import company_tables
from edge.rules.evaluating import Ruleset, compiled_table
from edge.rules.facts import cart_of
from edge.rules.trying import sound_table
from edge.simulator.catalog import gtin13, load_catalog
from topics.changes import Product
from topics.wire_parts import WireLine


def test_a_check_digit_is_the_one_of_a_published_example() -> None:
    # The worked example of GS1's demonstration prefix, summed by hand:
    # 9+5*3+2+1*3+2+3*3+4+5*3+6+7*3+8+9*3 = 121, so 9 is missing to 130.
    assert gtin13(123456789) == "9521234567899"


def test_every_gtin_has_a_valid_check_digit_and_its_own_number() -> None:
    gtins = [article.product.gtin or "" for article in load_catalog()]

    assert len(set(gtins)) == len(gtins), "two articles would scan as one"
    for gtin in gtins:
        digits = [int(digit) for digit in gtin]
        assert len(digits) == 13
        assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0, f"{gtin} would not scan"


def test_there_are_some_three_hundred_articles_that_the_contract_accepts() -> None:
    articles = load_catalog()

    assert 280 <= len(articles) <= 350
    assert len({article.product.sku for article in articles}) == len(articles)
    for article in articles:
        TypeAdapter(Product).validate_json(msgspec.json.encode(article.product))


def test_articles_are_sold_by_piece_and_by_weight_and_at_several_tax_rates() -> None:
    products = [article.product for article in load_catalog()]

    assert {product.unit for product in products} == {"each", "gram"}
    assert len({product.tax_basis_points for product in products}) > 1


def test_clothes_come_in_colours_and_sizes_and_no_two_are_alike() -> None:
    variants = [article.product for article in load_catalog() if article.product.style]

    told = {(product.style, product.colour, product.size) for product in variants}
    assert len(told) == len(variants), "a customer could not say which one is wanted"
    assert {size for style, _, size in told if style == "t-shirt"} == {"S", "M", "L", "XL"}
    assert len({colour for style, colour, _ in told if style == "t-shirt"}) > 1


def test_the_companys_tables_find_what_they_ask_for_among_its_articles() -> None:
    rules = Ruleset(compiled_table(sound_table(each, each.table_name)) for each in company_tables())
    products = [article.product for article in load_catalog()]
    categories = {product.sku: product.category for product in products}

    def asked_of(sku: str, unit_price_minor: int, *, grams: int = 0) -> set[str | None]:
        amount = (grams or 1, "gram") if grams else (1, "each")
        line = WireLine(1, sku, *amount, unit_price_minor, unit_price_minor)
        twice = [line, WireLine(2, sku, *amount, unit_price_minor, unit_price_minor)]
        verdict = rules.verdict(cart_of(twice, categories.get, None))
        return {each.check for each in verdict.checks}

    assert asked_of("riesling-0.75-l", 599) == asked_of("cigarettes-20-pieces", 890) == {"id"}
    assert asked_of("alcohol-free-beer-0.5-l", 109) == set()
    assert asked_of("rain-jacket-navy-m", 3_999) == {"scanned-twice"}
    assert asked_of("orange", 200, grams=1_000) == asked_of("apple", 200, grams=1_000) == {"weight"}
