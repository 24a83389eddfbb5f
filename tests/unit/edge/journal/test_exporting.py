"""An auditor's files hold each event of the day once, as the document describes them."""

import csv
import re
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from edge.journal.csv_tables import TABLES
from edge.journal.exporting import business_days, export_day
from tests.unit.edge.journal.tills import event, heartbeat, opened, sale

DOCUMENT = Path(__file__).parents[4] / "docs" / "journal.md"
DAY = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(opened(tmp_path)) as journal:
        journal.append([event("cart_opened"), event("line_added"), sale(776)])
        journal.append(
            [event("goods_returned"), event("cash_moved", reason="=1+1", amount_minor=-5)]
        )
        journal.append([heartbeat() | {"business_date": "2026-11-22"}])
    export_day(tmp_path / "journal.sqlite", DAY, tmp_path / "day")
    return tmp_path


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "day" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_event_of_the_day_is_there_once(folder: Path) -> None:
    assert business_days(folder / "journal.sqlite") == [DAY, date(2026, 11, 22)]
    events = table(folder, "events")
    assert [each["sequence"] for each in events] == ["1", "2", "3", "4", "5"]
    assert [each["prev"] for each in events[1:]] == [each["hash"] for each in events[:-1]]
    assert events[2]["signature"] and not events[1]["signature"]
    assert (events[2]["receipt_count"], events[2]["grand_total_minor"]) == ("1", "776")


def test_a_receipt_has_its_figures_and_parts(folder: Path) -> None:
    sold, returned = table(folder, "receipts")
    assert sold["receipt_no"] == "till-3-1-1"
    assert (sold["gross_minor"], sold["discount_minor"], sold["total_minor"]) == (
        "796",
        "-10",
        "776",
    )
    assert returned["total_minor"] == "-398", "money that went back counts as taken"
    assert [each["sequence"] for each in table(folder, "lines")] == ["3", "3", "4"]
    assert [each["amount_minor"] for each in table(folder, "taxes")] == ["123"]
    assert [each["kind"] for each in table(folder, "tenders")] == ["card"]
    assert [each["rule"] for each in table(folder, "discounts")] == ["Zehn für neun"]


def test_no_text_is_run_by_a_spreadsheet(folder: Path) -> None:
    [moved] = table(folder, "cash")
    assert moved["reason"] == "'=1+1"
    assert moved["amount_minor"] == "-5", "a number is no text"


def test_a_day_without_events_gives_empty_tables(folder: Path) -> None:
    assert not export_day(folder / "journal.sqlite", date(2020, 1, 1), folder / "day")
    for name, columns in TABLES.items():
        content = (folder / "day" / f"{name}.csv").read_bytes().decode()
        assert content == ",".join(columns) + "\r\n"


def test_the_document_describes_every_column() -> None:
    text = DOCUMENT.read_text()
    for name, columns in TABLES.items():
        described = re.search(rf"^### `{name}.csv`$(.*?)(?=^##|\Z)", text, re.M | re.S)
        assert described, f"docs/journal.md does not describe {name}.csv"
        told = re.findall(r"^\| `(\w+)` \|", described[1], re.M)
        assert tuple(told) == columns, f"docs/journal.md and {name}.csv differ in columns"
