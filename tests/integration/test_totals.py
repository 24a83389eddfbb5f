"""Totals over days, held against a direct sum of the same receipts, on the page and in its exports.

The receipts are drawn from a seed and written as the sink writes them.
"""

import csv
import io
import random
import re
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg
import pyarrow.parquet
import pytest
from aiohttp import ClientSession
from psycopg.types.json import Jsonb

from tests.boards import open_board
from tests.integration.board_world import catalogue, close_database, read, register

FIRST = date(2026, 10, 1)
DAYS = 4
RANGE = f"from={FIRST}&to={FIRST + timedelta(days=DAYS - 1)}"
NOWHERE = "127.0.0.1:1"
"""Totals need no Kafka."""

CURRENCIES = {"ulm": "EUR", "zug": "CHF"}
CATEGORIES = {"milk": "dairy", "rice": "=HYPERLINK(1)", "ghost": None}
HOSTILE = '=cmd|"/c calc"!A0, "Ulm"\nSüd'


@dataclass
class Receipt:
    """A sale, or a return where it has no tenders."""

    location_id: str
    till_id: str
    sequence: int
    day: date
    lines: list[tuple[str, str, int, int]]
    tenders: dict[str, int]

    @property
    def gross(self) -> int:
        """The sum of its lines."""
        return sum(amount for *_, amount in self.lines)


def drawn(seed: int, number: int) -> list[Receipt]:
    """Receipts of two locations in two currencies."""
    draw = random.Random(seed)
    return [_receipt(draw, place) for place in range(1, number + 1)]


def _receipt(draw: random.Random, sequence: int) -> Receipt:
    location = draw.choice(list(CURRENCIES))
    lines = [
        (sku, "gram" if sku == "rice" else "each", draw.randint(1, 900), draw.randint(1, 10**9))
        for sku in draw.choices(list(CATEGORIES), k=draw.randint(1, 4))
    ]
    day = FIRST + timedelta(days=draw.randrange(DAYS))
    receipt = Receipt(location, str(draw.randint(1, 2)), sequence, day, lines, {})
    if draw.random() < 0.8:
        card = draw.randint(0, receipt.gross)
        receipt.tenders = {"card": card, "cash": receipt.gross - card}
    return receipt


def write(dsn: str, receipts: Iterable[Receipt]) -> None:
    """Receipts and totals as the sink writes them."""
    rows: dict[tuple[str, str | None, date], dict[str, Any]] = {}
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        for each in receipts:
            for till in (each.till_id, None):
                _count(rows.setdefault((each.location_id, till, each.day), defaultdict(int)), each)
            _write_receipt(cursor, each)
        for (location_id, till_id, day), row in rows.items():
            _write_totals(cursor, location_id, till_id, day, row)


def _count(row: dict[str, Any], each: Receipt) -> None:
    sale = bool(each.tenders)
    row["receipts" if sale else "returns"] += 1
    for _, unit, quantity, _ in each.lines:
        row["units" if sale else "returned_units"] += quantity if unit == "each" else 1
        row["weight_grams" if sale else "returned_weight_grams"] += quantity * (unit == "gram")
    row["gross_minor" if sale else "refund_minor"] += each.gross
    row["net_sales_minor"] += each.gross if sale else -each.gross
    row["tenders"] = row["tenders"] or defaultdict(int)
    for kind, amount in each.tenders.items():
        row["tenders"][kind] += amount


def _write_totals(
    cursor: psycopg.Cursor[Any], location_id: str, till_id: str | None, day: date, row: Any
) -> None:
    cursor.execute(
        "INSERT INTO checkout_totals (location_id, till_id, business_date, receipts, returns, "
        "units, weight_grams, returned_units, returned_weight_grams, gross_minor, "
        "discount_minor, tax_minor, refund_minor, net_sales_minor, tenders, open_carts, "
        "discrepancies, version, as_of) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, 0, %s, %s, %s, 0, 0, 1, now())",
        (
            location_id, till_id, day, row["receipts"], row["returns"], row["units"],
            row["weight_grams"], row["returned_units"], row["returned_weight_grams"],
            row["gross_minor"], row["refund_minor"], row["net_sales_minor"], Jsonb(row["tenders"]),
        ),
    )  # fmt: skip


def _write_receipt(cursor: psycopg.Cursor[Any], each: Receipt) -> None:
    sale = bool(each.tenders)
    cursor.execute(
        "INSERT INTO sales (location_id, till_id, epoch, sequence, kind, receipt_no, "
        "business_date, occurred_at, currency, total_minor, refund_minor, source_topic, "
        "source_partition, source_offset) "
        "VALUES (%s, %s, 1, %s, %s, 'r', %s, now(), %s, %s, %s, 't', 0, 0)",
        (
            each.location_id, each.till_id, each.sequence, "sale" if sale else "return", each.day,
            CURRENCIES[each.location_id] if sale else None, each.gross if sale else 0,
            0 if sale else each.gross,
        ),
    )  # fmt: skip
    cursor.executemany(
        "INSERT INTO sale_lines VALUES (%s, %s, 1, %s, %s, %s, %s, %s, 1, %s)",
        [
            (each.location_id, each.till_id, each.sequence, number, sku, quantity, unit, amount)
            for number, (sku, unit, quantity, amount) in enumerate(each.lines)
        ],
    )


def summed(
    receipts: Iterable[Receipt], key: Callable[[Receipt], Any]
) -> dict[Any, tuple[int, int, int]]:
    """Receipts, returns and net sales of each group: the direct sum."""
    found: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])
    for each in receipts:
        group = found[key(each)]
        group[0 if each.tenders else 1] += 1
        group[2] += each.gross if each.tenders else -each.gross
    return {key: (sold, back, net) for key, (sold, back, net) in found.items()}


@pytest.fixture
def dsn(fresh_postgres: str) -> str:
    """A database with the catalog, in which nothing was sold."""
    register(fresh_postgres, "ulm", HOSTILE)
    register(fresh_postgres, "zug", "Zug")
    for sku, category in CATEGORIES.items():
        if category:
            catalogue(fresh_postgres, sku, sku, category=category)
    return fresh_postgres


@pytest.fixture
def receipts(dsn: str) -> list[Receipt]:
    """What was sold."""
    found = drawn(7, 400)
    write(dsn, found)
    return found


@pytest.fixture
async def address(dsn: str) -> AsyncIterator[str]:
    """A board on that database."""
    async with open_board(NOWHERE, dsn) as board:
        yield board.address


async def exported(address: str, query: str) -> list[dict[str, str]]:
    """The rows of the CSV, which is held against the Parquet file beside it."""
    text = await read(address, f"/totals.csv?{query}")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    async with (
        ClientSession() as session,
        session.get(f"{address}/totals.parquet?{query}") as answer,
    ):
        assert answer.status == 200
        table = pyarrow.parquet.read_table(io.BytesIO(await answer.read()))
    assert table.column_names == list(rows[0])
    assert "double" not in {str(each.type) for each in table.schema}, "an amount became a float"
    parquet = [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in table.to_pylist()
    ]
    told = [{name: value.removeprefix("'") for name, value in row.items()} for row in rows]
    assert told == parquet, "the two exports differ"
    return rows


def figures(row: dict[str, str]) -> tuple[int, int, int]:
    """Of a row of an export, those that `summed` has."""
    return int(row["receipts"]), int(row["returns"]), int(row["net_sales_minor"])


async def test_totals_are_the_direct_sum_by_day_location_and_till(
    address: str, receipts: list[Receipt]
) -> None:
    by_day = await exported(address, f"{RANGE}&by=day")
    assert {(row["business_date"], row["currency"]): figures(row) for row in by_day} == summed(
        receipts, lambda each: (each.day.isoformat(), CURRENCIES[each.location_id])
    ), "money of two currencies was added, or a day is wrong"
    by_till = await exported(address, f"{RANGE}&by=till&by=day")
    assert {
        (row["business_date"], row["location_id"], row["till_id"]): figures(row) for row in by_till
    } == summed(receipts, lambda each: (each.day.isoformat(), each.location_id, each.till_id))
    inside = [each for each in receipts if each.location_id == "zug" and each.day == FIRST]
    (row,) = await exported(address, f"from={FIRST}&to={FIRST}&by=location&location=zug")
    assert {row["location_id"]: figures(row)} == summed(inside, lambda each: each.location_id)
    assert row["location"] == "Zug"


async def test_categories_and_tenders_are_the_direct_sum(
    address: str, receipts: list[Receipt]
) -> None:
    sold: dict[tuple[str, str, str], int] = defaultdict(int)
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for each in receipts:
        currency = CURRENCIES[each.location_id]
        for sku, unit, quantity, amount in each.lines:
            sign = 1 if each.tenders else -1
            category = (CATEGORIES[sku] or "").replace("=", "'=")
            sold[category, currency, "pieces"] += sign * (quantity if unit == "each" else 1)
            if unit == "gram":
                sold[category, currency, "gram"] += sign * quantity
            sold[category, currency, "minor"] += sign * amount
        for kind, amount in each.tenders.items():
            paid[kind, currency] += amount
    found: dict[tuple[str, str, str], int] = {}
    for row in await exported(address, f"{RANGE}&by=category"):
        key = (row["category"], row["currency"])
        found[*key, "minor"] = int(row["net_minor"])
        found[*key, "pieces"] = int(row["units"]) - int(row["returned_units"])
        grams = int(row["weight_grams"]) - int(row["returned_weight_grams"])
        if grams:
            found[*key, "gram"] = grams
    assert found == sold
    rows = await exported(address, f"{RANGE}&by=tender")
    assert {(row["tender"], row["currency"]): int(row["amount_minor"]) for row in rows} == paid


async def test_pieces_and_weight_are_told_apart_and_are_the_same_by_category(
    address: str, receipts: list[Receipt]
) -> None:
    names = ("units", "weight_grams", "returned_units", "returned_weight_grams")
    ways: list[list[int]] = []
    for by in ("day", "location", "till", "category"):
        rows = await exported(address, f"{RANGE}&by={by}")
        ways.append([sum(int(row[name]) for row in rows) for name in names])
    lines = [
        (bool(each.tenders), unit, quantity)
        for each in receipts
        for _, unit, quantity, _ in each.lines
    ]
    assert ways == 4 * [
        [
            sum(q if unit == "each" else 1 for sale, unit, q in lines if sale),
            sum(q for sale, unit, q in lines if sale and unit == "gram"),
            sum(q if unit == "each" else 1 for sale, unit, q in lines if not sale),
            sum(q for sale, unit, q in lines if not sale and unit == "gram"),
        ]
    ]


async def test_the_page_tells_of_weight_only_where_something_was_weighed(
    dsn: str, address: str
) -> None:
    line = ("milk", "each", 4, 100)
    write(dsn, [Receipt("ulm", "1", 1, FIRST, [line], {"cash": 100})])
    assert "weigh" not in await read(address, f"/totals?{RANGE}")
    weighed = Receipt("zug", "1", 1, FIRST, [("rice", "gram", 714, 100), line], {"cash": 200})
    write(dsn, [weighed])
    page = await read(address, f"/totals?{RANGE}&by=location")
    assert page.count(">714 g<") == 2, "the sum and the shop's row tell the weight"
    assert "A weighed line counts as one piece" in page


async def test_tills_of_two_shops_with_one_name_are_two_rows(dsn: str, address: str) -> None:
    lines = [("milk", "each", 4, 100)]
    write(dsn, [Receipt(shop, "1", 1, FIRST, lines, {"cash": 100}) for shop in CURRENCIES])
    rows = await exported(address, f"{RANGE}&by=till")
    assert [(row["location_id"], row["till_id"]) for row in rows] == [("ulm", "1"), ("zug", "1")]


async def test_the_page_shows_what_is_exported_sorted_and_summed(
    address: str, receipts: list[Receipt]
) -> None:
    rows = await exported(address, f"{RANGE}&by=till&sort=-net_sales_minor")
    assert rows == sorted(rows, key=lambda row: (row["currency"], -int(row["net_sales_minor"])))
    page = await read(address, f"/totals?{RANGE}&by=till&sort=-net_sales_minor")
    shown = re.findall(r">([€C][^<]*)<", page.partition('<tbody role="rowgroup">')[2])
    net = [text for text in shown if text in {_money(row) for row in rows}]
    assert net == [_money(row) for row in rows], "the page has another order than its export"
    whole = summed(receipts, lambda each: CURRENCIES[each.location_id])
    for currency, (_, _, minor) in whole.items():
        assert _money({"currency": currency, "net_sales_minor": str(minor)}) in page
    assert "All in EUR" in page and "All in CHF" in page


def _money(row: dict[str, str]) -> str:
    symbol = {"EUR": "€", "CHF": "CHF\N{NO-BREAK SPACE}"}[row["currency"]]
    minor = int(row["net_sales_minor"])
    sign = "-" if minor < 0 else ""
    return f"{sign}{symbol}{abs(minor) // 100:,}.{abs(minor) % 100:02}"


async def test_a_text_that_a_spreadsheet_would_run_is_only_text(
    address: str, receipts: list[Receipt]
) -> None:
    text = await read(address, f"/totals.csv?{RANGE}&by=location")
    assert text.count("\r\n") == 3, "RFC 4180 ends records, and nothing else, with CRLF"
    (ulm,) = (r for r in csv.DictReader(io.StringIO(text, newline="")) if r["location_id"] == "ulm")
    assert ulm["location"] == "'" + HOSTILE


async def test_a_wish_that_cannot_be_is_refused_on_the_page_and_as_a_file(address: str) -> None:
    for query, told in (
        ("to=<b>", "To is no date: “&lt;b&gt;”"),
        ("from=2026-11-02&to=2026-11-01", "exchange them"),
        ("by=category&by=tender", "by category or by tender"),
    ):
        assert told in await read(address, f"/totals?{query}", 400)
        assert told in await read(address, f"/totals.csv?{query}", 400)


async def test_many_rows_are_turned_by_the_page_and_exported_whole(dsn: str, address: str) -> None:
    insert_many(dsn, 12_345)
    page = await read(address, f"/totals?{RANGE}&by=till&page=1000000")
    assert "Page 124 of 124" in page
    assert page.count("till-") < 150, "the page draws more than a hundred rows"
    rows = await exported(address, f"{RANGE}&by=till")
    assert sum(int(row["net_sales_minor"]) for row in rows) == sum(range(1, 12_346))
    assert len({row["till_id"] for row in rows}) == 12_345


def insert_many(dsn: str, number: int) -> None:
    """As many tills."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO checkout_totals SELECT 'ulm', 'till-' || n, %s::date, 1, 0, 1, 0, n, 0, "
            "0, 0, n, '{}', 0, 0, 1, now() FROM generate_series(1, %s) AS n",
            (FIRST, number),
        )


async def test_without_the_database_the_last_known_totals_are_shown(dsn: str) -> None:
    write(dsn, drawn(8, 20))
    name = f"gone_{uuid.uuid4().hex[:8]}"
    async with open_board(NOWHERE, dsn) as board:
        known = await read(board.address, f"/totals?{RANGE}")
        server, _, database = dsn.rpartition("/")
        # Before the rest: the board's pool connects again at once, and a session that is open
        # keeps a database from being renamed.
        close_database(dsn)
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{database}" RENAME TO {name}')  # type: ignore[arg-type]
        away = await read(board.address, f"/totals?{RANGE}")
        assert "PostgreSQL does not answer" in away
        rows = re.compile(r"<tr role.*?</tr>", re.DOTALL)
        assert rows.findall(away) == rows.findall(known)
        await read(board.address, f"/totals?{RANGE}&by=till", 503)
        await read(board.address, f"/totals.csv?{RANGE}", 503)
        refused = await read(board.address, "/totals?from=x", 400)
        assert "no date" in refused
