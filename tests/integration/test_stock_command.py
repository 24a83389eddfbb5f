"""``tillstream stock``: what people and scripts book by command, once, with clear refusals."""

from pathlib import Path
from typing import Any

import pytest

from tests.integration.office_world import furnish, moved, on_hand
from tests.integration.own_broker import tillstream, tillstream_json

NO_KAFKA = "127.0.0.1:1"

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def dsn(fresh_postgres: str) -> str:
    """A database with two shops and three products."""
    furnish(fresh_postgres, "ulm", "bonn")
    return fresh_postgres


def stock(dsn: str, *arguments: str) -> tuple[int, Any]:
    """Exit status, and what ``--json`` says."""
    return tillstream_json(NO_KAFKA, "stock", *arguments, postgres=dsn)


def test_goods_go_from_an_order_to_another_shop_and_are_counted(dsn: str) -> None:
    _, order = stock(dsn, "order", "ulm", "milk=10", "--supplier", "Dairy")
    _, came = stock(dsn, "receive", "ulm", "4006381333931=8", "--order", order["document_id"])
    assert came["differences"] == [{"sku": "milk", "wanted": 10, "found": 8}]
    _, sent = stock(dsn, "transfer", "ulm", "bonn", "milk=5", "--id", "T1")
    assert sent["states"] == {"ulm": "booked", "bonn": "open"}
    on_hand(dsn, "ulm")
    _, under_way = stock(dsn, "in-transit")
    assert [(each["sku"], each["quantity"]) for each in under_way] == [("milk", 5)]
    stock(dsn, "receive", "bonn", "milk=4", "--transfer", "T1")
    _, lost = stock(dsn, "close", "T1", "bonn")
    assert lost["differences"] == [{"sku": "milk", "wanted": 5, "found": 4}]
    on_hand(dsn, "bonn")
    _, counted = stock(dsn, "count", "bonn", "milk=3", "--mark", "1=1/0")
    assert counted["differences"] == [{"sku": "milk", "wanted": 4, "found": 3}]
    assert (on_hand(dsn, "ulm"), on_hand(dsn, "bonn")) == (3, 3)


def test_a_file_and_an_id_that_come_again_are_booked_once(dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "delivery.csv"
    file.write_text("sku,quantity\nmilk,3\nbread,2\n")
    told = [stock(dsn, "receive", "ulm", "--file", str(file))[1]["known"] for _ in range(2)]
    told += [stock(dsn, "adjust", "ulm", "stolen", "milk=1", "--id", "A")[1]["known"]] * 1
    told += [stock(dsn, "adjust", "ulm", "stolen", "milk=1", "--id", "A")[1]["known"]]
    assert told == [False, True, False, True]
    assert sorted(moved(dsn, "ulm")) == [
        ("bread", 2, "delivery"),
        ("milk", -1, "shrinkage"),
        ("milk", 3, "delivery"),
    ]


def test_what_cannot_be_booked_ends_with_one_line_and_status_1(dsn: str) -> None:
    for arguments, words in (
        (("receive", "ulm", "cheese=1"), "No product has this SKU or GTIN: cheese"),
        (("receive", "nowhere", "milk=1"), "No location has the id nowhere"),
        (("receive", "ulm", "milk=two"), "is not CODE=QUANTITY"),
        (("receive", "ulm"), "it names no product"),
        (("receive", "ulm", "milk=-1"), "above 0"),
        (("receive", "ulm", "milk=1", "--order", "none"), "There is no document none"),
        (("transfer", "ulm", "ulm", "milk=1"), "goes to another location"),
        (("receive", "ulm", "--file", "/nowhere.csv"), "cannot be read"),
    ):
        status, output, errors = tillstream(NO_KAFKA, "stock", *arguments, postgres=dsn)
        assert (status, output) == (1, ""), arguments
        assert words in errors, errors
        assert len(errors.strip().splitlines()) == 1, errors
    assert moved(dsn, "ulm") == []


def test_an_offer_is_made_within_the_limit_and_ended(dsn: str) -> None:
    made = ("offer", "ulm", "--sku", "milk", "--until", "2036-01-01T00:00Z", "--id", "spring")
    told = [stock(dsn, *made, "--percent", "20")[1]["known"] for _ in range(2)]
    assert told == [False, True]
    assert stock(dsn, "end-offer", "ulm", "spring")[1]["ended"] is True
    for arguments, words in (
        ((*made, "--percent", "51"), "at the most"),
        ((*made, "--percent", "20", "--price-minor", "5"), "a percentage or gives a price"),
        ((*made, "--percent", "20", "--category", "Dairy"), "of a product or of a category"),
        (("offer", "ulm", "--sku", "milk", "--percent", "5", "--until", "soon"), "RFC 3339"),
        (("end-offer", "ulm", "spring"), "has no offer spring"),
    ):
        status, output, errors = tillstream(NO_KAFKA, "stock", *arguments, postgres=dsn)
        assert (status, output) == (1, ""), arguments
        assert words in errors, errors
