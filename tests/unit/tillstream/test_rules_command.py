"""``tillstream rules``, as somebody types it."""

import json
import shutil
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import edge.rules
from dashboards.board.catalog.files import rows_of
from dashboards.board.catalog.rule_kinds import RULE_TABLES
from tests.drawn_carts.tables import as_published
from tests.unit.edge.recomputing.ruled_sales import OFF5, value
from tillstream import rules_recompute
from tillstream.cli import build

DATA = Path(edge.rules.__file__).parent / "data"
NAMES = ["id-check", "off5", "scanned-twice", "serial-loyalty", "weight-check"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(DATA, tmp_path / "tables")


def rules(*words: str | Path) -> Result:
    told = ["rules", *map(str, words)]
    return CliRunner().invoke(build(told), told)


def test_all_that_come_along_are_sound() -> None:
    done = rules("check", *(DATA / f"{name}.csv" for name in NAMES))
    assert done.exit_code == 0, done.output
    assert done.output.count("nothing wrong") == len(NAMES)


def test_a_whole_folder_may_be_named() -> None:
    done = rules("check", *sorted(DATA.glob("*.csv")))
    assert done.exit_code == 0, done.output
    assert len(done.output.splitlines()) == len(NAMES)


def test_tests_without_their_table_are_not_passed_over(folder: Path) -> None:
    (folder / "off5.csv").unlink()
    assert rules("check", folder / "off5.tests.csv").exit_code == 1


def test_a_mistake_is_named_by_file_row_column_and_reason(folder: Path) -> None:
    path = folder / "off5.csv"
    path.write_text(path.read_text().replace("< 5000", "< 49.99"))
    done = rules("check", path)
    assert done.exit_code == 1
    assert done.output == (
        f"{path}, row none, column subtotal_minor: wrong type: "
        "'< 49.99' is no whole number, range or comparison of them\n"
    )


def test_a_program_reads_the_same(folder: Path) -> None:
    path = folder / "off5.csv"
    path.write_text(path.read_text().replace("< 5000", "< 4999"))
    (told,) = json.loads(rules("check", path, "--json").output)
    assert (told["table"], told["version"], told["rows"], told["tests"]) == ("off5", 1, 2, 2)
    assert {each["kind"] for each in told["faults"]} == {"gap", "failing test", "missing test"}
    assert {each["file"] for each in told["faults"]} == {str(path)}


def test_one_bad_file_does_not_hide_the_others(folder: Path) -> None:
    (folder / "off5.csv").write_bytes(b"\xff")
    done = rules("check", folder / "off5.csv", folder / "id-check.csv")
    assert done.exit_code == 1
    assert "it is no CSV in UTF-8" in done.output
    assert "id-check, version 1: rows 2, tests 4, nothing wrong" in done.output


def test_a_case_is_explained_by_its_attributes() -> None:
    path = DATA / "weight-check.csv"
    done = rules("explain", path, "--given", "sku=kiwi", "--given", "price_per_kg_minor=400")
    assert "weight-check/kiwi: price_per_kg_minor is 400, and not > 378 x 1.10" in done.output


def test_a_cart_is_explained_line_by_line(tmp_path: Path) -> None:
    lines = [
        {
            "line_no": number, "sku": "watch", "quantity": 1, "unit": "each",
            "unit_price_minor": 3001, "amount_minor": 3001,
        }
        for number in (1, 2)
    ]  # fmt: skip
    cart = tmp_path / "cart.json"
    cart.write_text(json.dumps({"cart_id": "c", "status": "open", "lines": lines}))
    tables = [DATA / "off5.csv", DATA / "scanned-twice.csv"]
    told = json.loads(rules("explain", *tables, "--cart", cart, "--json").output)
    assert [(each["line_no"], each["rule"], each["applies"], each["found"]) for each in told] == [
        (None, "off5/off5", True, None),
        (None, "off5/none", False, 6002),
        (1, "scanned-twice/dear", False, 1),
        (2, "scanned-twice/dear", True, None),
    ]
    done = rules("explain", *tables, "--cart", cart, "--row", "dear")
    assert done.output.splitlines() == [
        "line 1, scanned-twice/dear: scan_no is 1, and not 2",
        "line 2, scanned-twice/dear: applies",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "give either a --cart"),
        (["--given", "subtotal_minor=50.00"], "'50.00' is no integer"),
        (["--given", "subtotal_minor=--5"], "'--5' is no integer"),
        (["--given", "subtotal_minor"], "'' is no integer"),
        (["--given", "moon=1"], "'moon' is no attribute"),
        (["--given", "line_count=1"], "give subtotal_minor="),
        (["--given", "subtotal_minor=1", "--row", "off6"], "no row is called off6"),
    ],
)
def test_a_case_that_is_none_is_refused_in_words(words: list[str], told: str) -> None:
    done = rules("explain", DATA / "off5.csv", *words)
    assert done.exit_code != 0
    assert told in str(done.exception)


def test_a_cart_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    cart = tmp_path / "cart.json"
    cart.write_bytes(b'{"lines": 7}')
    done = rules("explain", DATA / "off5.csv", "--cart", cart)
    assert "is no cart" in str(done.exception)


def test_the_board_imports_what_is_written_for_it() -> None:
    done = rules("board-file", *(DATA / f"{name}.csv" for name in NAMES))
    assert done.exit_code == 0, done.output
    rows = rows_of(RULE_TABLES, done.output, {})
    assert [row["table_name"] for row in rows] == NAMES
    off5 = rows[1]
    assert off5["rows"][0] == {"row": "off5", "cells": [">= 5000", "5", "yes"]}
    assert off5["locations"] == []


def test_nothing_is_written_for_the_board_where_anything_is_wrong(folder: Path) -> None:
    (folder / "off5.tests.csv").unlink()
    done = rules("board-file", folder / "id-check.csv", folder / "off5.csv")
    assert done.exit_code != 0
    assert "table_name" not in done.output
    assert "off5.csv, row off5: missing test" in str(done.exception)


class Topics:
    """What Kafka has, for the length of a test."""

    def __init__(self, values: dict[str, list[bytes]]) -> None:
        self._values = values
        self.asked: list[tuple[str, str | None]] = []

    def __call__(self, _: object, topics: list[str], location_id: str | None = None) -> Any:
        (topic,) = topics
        self.asked.append((topic, location_id))
        return nullcontext([SimpleNamespace(value=each) for each in self._values[topic]])


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Topics:
    receipts = [value(), value(5_000, 100), value(location_id="shop-2")]
    held = Topics({"cdc.rule-tables": [as_published(OFF5)], "checkout.receipts": receipts})
    monkeypatch.setattr(rules_recompute, "TopicReader", held)
    monkeypatch.setenv("TILLSTREAM_KAFKA", "localhost:1")
    return held


def test_sales_are_decided_again_and_what_differs_is_listed(topics: Topics) -> None:
    done = rules("recompute")
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "shop-1/3/1/7, receipt 3-1-7, 2026-11-30: the till took off off5/off5 -100, and its tables "
        "take off off5/off5 -250",
        "3 sales, 3 decided by tables, 1 different",
    ]


def test_those_of_one_location_alone(topics: Topics) -> None:
    done = rules("recompute", "--location", "shop-2", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told == {"sales": 1, "decided": 1, "different": 0, "listed": []}
    assert topics.asked == [("cdc.rule-tables", None), ("checkout.receipts", "shop-2")]


def test_a_program_reads_what_differs(topics: Topics) -> None:
    (found,) = json.loads(rules("recompute", "--json").output)["listed"]
    assert (found["receipt_no"], found["carried"]) == ("3-1-7", [["off5/off5", -100]])
    assert (found["decided"], found["decided_total_minor"]) == ([["off5/off5", -250]], 4_750)
