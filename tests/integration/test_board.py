"""The board on a real broker and database: true at first paint, live after it, honest when blind.

Tests share the broker and keep apart by locations of their own; each has a database of its own.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local import jars
from local import kafka as kafka_service
from local.ports import choose
from tests.boards import open_board
from tests.conftest import running
from tests.integration.board_world import (
    alert,
    bury,
    catalogue,
    close_database,
    execute,
    insert,
    level,
    listening,
    make_topics,
    pieces,
    read,
    register,
    say,
    say_raw,
    store,
    till,
    totals,
    until,
    watching,
)
from tillstream.board import OpenBoard

HOME = Path(__file__).resolve().parents[2]


@pytest.fixture
async def board(kafka: str, fresh_postgres: str) -> AsyncIterator[OpenBoard]:
    """A board on the shared broker and an empty database of its own."""
    make_topics(kafka)
    async with open_board(kafka, fresh_postgres) as opened:
        await listening(opened)
        yield opened


@pytest.fixture
def address(board: OpenBoard) -> str:
    """Where that board is."""
    return board.address


async def test_first_paint_comes_from_the_database(
    kafka: str, fresh_postgres: str, shop: str
) -> None:
    make_topics(kafka)
    register(fresh_postgres, shop, "Köln Süd")
    catalogue(fresh_postgres, "milk", "Whole milk 1 l")
    catalogue(fresh_postgres, "pears", "Pears", unit="gram")
    store(
        fresh_postgres,
        [
            level(shop, "milk", 4, 1),
            level(shop, "pears", 12_500, 1, in_carts=300),
            level(shop, "odd", 2, 1),
            alert(shop, "milk", 1, on_hand=4),
            totals(
                shop,
                1,
                receipts=12,
                net_sales_minor=98_765,
                discrepancies=1,
                units=1_204,
                weight_grams=260_714,
            ),
            totals(shop, 9, receipts=77, business_date="2026-11-20"),
            till(shop, f"{shop}-t1", 1, missing=[[3, 4], [9, 9]], duplicates=2),
        ],
    )
    async with open_board(kafka, fresh_postgres) as board:
        front = await read(board.address, "/")
        page = await read(board.address, f"/locations/{shop}")
        alerts = await read(board.address, "/alerts")
    for text in ("Köln Süd", "€987.65", ">12<", ">3<", "Open"):
        assert text in front, f"{text} is missing on the front page"
    assert ">77<" not in front, "yesterday's totals stand for today's"
    for text in (
        "Whole milk 1 l",
        "12.5 kg",
        "12.2 kg",
        "Unknown product",
        "3–4, 9",  # noqa: RUF001
        "Order 17",
        "1,204 pieces, 260.7 kg",
    ):
        assert text in page, f"{text} is missing on the location's page"
    assert "Whole milk 1 l" in alerts
    assert "Below reorder point" in alerts


async def test_the_currency_is_that_of_the_sales(
    kafka: str, fresh_postgres: str, address: str, shop: str
) -> None:
    sale = {
        "location_id": shop,
        "till_id": "t1",
        "epoch": 1,
        "sequence": 1,
        "kind": "sale",
        "receipt_no": "r-1",
        "business_date": "2026-11-21",
        "occurred_at": "2026-11-21T09:30:00Z",
        "currency": "JPY",
        "total_minor": 1_500,
        "source_topic": "till.cart-events",
        "source_partition": 0,
        "source_offset": 0,
    }
    register(fresh_postgres, shop, "Düsseldorf, Immermannstraße")
    insert(fresh_postgres, "sales", sale)
    await say(kafka, [totals(shop, 1, net_sales_minor=1_500)])

    async def in_yen() -> bool:
        return "¥1,500" in await read(address, f"/locations/{shop}")

    await until(in_yen, "the location's currency was that of its sales")


async def test_a_change_is_pushed_and_a_later_page_has_it_too(
    kafka: str, fresh_postgres: str, address: str, shop: str
) -> None:
    register(fresh_postgres, shop, "Ulm")
    store(fresh_postgres, [level(shop, "milk", 12, 1)])
    async with watching(address, f"/locations/{shop}") as stream:
        await say(kafka, [level(shop, "milk", 11, 2, in_carts=2)])
        row = await stream.row(f"stock/{shop}/milk")
        assert (row.cells["on_hand"], row.cells["available"]) == ("11", "9")
        await say(kafka, [alert(shop, "milk", 3, reason="out_of_stock", on_hand=0)])
        row = await stream.row(f"stock/{shop}/milk")
        assert (row.marks["reason"], row.cells["alert"]) == ("out_of_stock", "Out of stock")
    page = await read(address, f"/locations/{shop}")
    assert ">11<" in page, "the page shows only what PostgreSQL has, which is behind"
    assert "Out of stock" in page


async def test_a_till_and_its_totals_move_the_front_page(
    kafka: str, fresh_postgres: str, address: str, shop: str
) -> None:
    await known(fresh_postgres, address, shop)
    async with watching(address, "/") as stream:
        await say(kafka, [till(shop, f"{shop}-t1", 1, missing=[[5, 6]])])
        row = await stream.row(f"location/{shop}/", missing="2")
        assert row.marks["state"] == "open"
        await say(kafka, [totals(shop, 1, receipts=3, open_carts=1)])
        await stream.row(f"location/{shop}/", receipts="3", open_carts="1")


async def test_what_was_taken_back_is_not_shown(
    kafka: str, fresh_postgres: str, address: str, shop: str
) -> None:
    register(fresh_postgres, shop, "Ulm")
    store(fresh_postgres, [level(shop, "milk", 12, 0)])
    async with watching(address, f"/locations/{shop}") as stream:
        await say(kafka, [level(shop, "milk", 666, 1)], commit=False)
        await say(kafka, [level(shop, "milk", 5, 1)])
        row = await stream.row(f"stock/{shop}/milk")
        assert row.cells["on_hand"] == "5", "a transaction that was aborted was shown"


async def test_an_older_message_does_not_undo_the_table(
    kafka: str, fresh_postgres: str, address: str, shop: str
) -> None:
    store(fresh_postgres, [level(shop, "milk", 40, 9)])
    assert ">40<" in await read(address, f"/locations/{shop}")
    async with watching(address, f"/locations/{shop}") as stream:
        await say(kafka, [level(shop, "milk", 41, 8), level(shop, "bread", 1, 1)])
        await stream.next("relist-stock")
    page = await read(address, f"/locations/{shop}")
    assert ">40<" in page
    assert ">41<" not in page, "an older version replaced a newer one"


async def test_what_the_sink_had_not_written_when_the_board_started_is_shown(
    kafka: str, fresh_postgres: str, shop: str
) -> None:
    make_topics(kafka)
    register(fresh_postgres, shop, "Ulm")
    await say(kafka, [totals(shop, 1, receipts=31), level(shop, "milk", 17, 1)])
    async with open_board(kafka, fresh_postgres) as board:

        async def shown() -> bool:
            page = await read(board.address, f"/locations/{shop}")
            return ">31<" in page and ">17<" in page

        await until(shown, "what fell between the tables and the start of the board was shown")


async def test_stock_is_searched_and_turned_page_by_page(
    fresh_postgres: str, address: str, shop: str
) -> None:
    register(fresh_postgres, shop, "Ulm")
    execute(
        fresh_postgres,
        "INSERT INTO products (sku, name, category, price_minor) "
        "SELECT 'sku-' || n, 'Product 100%_' || n, 'x', 1 FROM generate_series(1, 250) AS n",
    )
    execute(
        fresh_postgres,
        "INSERT INTO stock_levels (location_id, sku, on_hand, in_carts, available, version, as_of) "
        "SELECT location_id, sku, 1, 0, 1, 1, now() FROM products, locations",
    )
    first = await read(address, f"/locations/{shop}")
    assert first.count('id="stock/') == 100
    assert "Page 1 of 3" in first
    last = await read(address, f"/locations/{shop}?page=3")
    assert last.count('id="stock/') == 50
    assert "Page 3 of 3" in await read(address, f"/locations/{shop}?page=1000000")
    assert "Page 1 of 3" in await read(address, f"/locations/{shop}?page=99999999999999999999")
    found = await read(address, f"/locations/{shop}?q=PRODUCT+100%25_7")
    assert found.count('id="stock/') == 11, "% and _ are characters, not patterns"
    assert "Nothing here matches" in await read(address, f"/locations/{shop}?q=%00'--")


async def test_an_alert_for_a_sku_that_never_moved_is_shown(
    kafka: str, fresh_postgres: str, address: str, shop: str
) -> None:
    register(fresh_postgres, shop, "Ulm")
    async with watching(address, f"/locations/{shop}") as stream:
        await say(kafka, [alert(shop, "never", 1, reason="out_of_stock", on_hand=0)])
        await stream.next("relist-stock")
    page = await read(address, f"/locations/{shop}")
    assert f'id="stock/{shop}/never"' in page
    assert "Out of stock" in page


async def test_an_unknown_location_is_said_to_be_unknown(address: str) -> None:
    page = await read(address, "/locations/atlantis", status=404)
    assert "No location has the id atlantis" in page
    page = await read(address, "/locations/%3Cscript%3Ealert(1)%3C%2Fscript%3E", status=404)
    assert "<script>alert" not in page
    assert "There is nothing at" in await read(address, "/nowhere", status=404)


async def test_two_shops_may_both_have_a_till_1(
    kafka: str, fresh_postgres: str, address: str, shop: str
) -> None:
    other = f"{shop}-b"
    for place in (shop, other):
        register(fresh_postgres, place, place)
        sold(fresh_postgres, place, 100 if place == shop else 200)
    await say(kafka, [till(shop, "1", 900_000, last_sequence=11)])
    await say(kafka, [till(other, "1", 5, last_sequence=22, forks=2, missing=[[4, 6]])])
    for place in (shop, other):
        # The shop's money is read now and then, and not with the till.
        await until(lambda at=place: _tells_money(address, at), "the till was heard")
    mine, others = [
        pieces(await read(address, f"/locations/{place}"))[f"till/{place}/1"]
        for place in (shop, other)
    ]
    assert (mine.cells["last_sequence"], mine.cells["missing"]) == ("11", "0")
    assert (others.cells["last_sequence"], others.cells["missing"]) == ("22", "3")
    assert (mine.marks.get("shared"), others.marks["shared"]) == (None, "some")
    assert mine.cells["last_sale"].startswith("€1.00") and others.cells["last_sale"].startswith(
        "€2"
    )
    async with watching(address, f"/locations/{shop}") as stream:
        await say(kafka, [till(other, "1", 6, last_sequence=23), till(shop, "1", 900_001)])
        row = await stream.row(f"till/{shop}/1")
        assert row.cells["last_sequence"] == "100", "the row of another shop's till was pushed"


def sold(dsn: str, shop: str, total_minor: int) -> None:
    """A sale of the shop's till 1."""
    sale = {
        "location_id": shop, "till_id": "1", "epoch": 1, "sequence": 1, "kind": "sale",
        "receipt_no": "r-1", "business_date": "2026-11-21", "occurred_at": "2026-11-21T09:30:00Z",
        "currency": "EUR", "total_minor": total_minor, "source_topic": "till.cart-events",
        "source_partition": 0, "source_offset": total_minor,
    }  # fmt: skip
    insert(dsn, "sales", sale)


async def test_what_is_wrong_with_a_till_is_told_from_the_database_too(
    kafka: str, fresh_postgres: str, shop: str
) -> None:
    make_topics(kafka)
    register(fresh_postgres, shop, "Ulm")
    older = [{"epoch": 1, "last_sequence": 9, "missing": [[7, 9]]}]
    wrong = {"forks": 3, "quarantined": 2, "older": older, "missing": [[1, 1]]}
    store(fresh_postgres, [till(shop, "1", 1, epoch=2, **{**wrong, "missing_count": 40_000})])
    async with open_board(kafka, fresh_postgres) as board:
        await listening(board)
        page = await read(board.address, f"/locations/{shop}")
        await say(kafka, [till(shop, "1", 2, epoch=2, forks=4)])
        await until(lambda: _says(board.address, "Two devices are till 1"), "the next fork called")
        assert "identity: 4 forks" in await read(board.address, f"/locations/{shop}")
    for text in (
        "3 forks in the past",
        "Epoch 1 still lacks 3 events",
        "2 events unreadable",
        "40,003",
        "1 and many more",
    ):
        assert text in page, f"{text} is missing on the location's page"


async def test_a_tombstone_takes_rows_off_open_pages_and_they_do_not_come_back(
    kafka: str, fresh_postgres: str, address: str, shop: str
) -> None:
    register(fresh_postgres, shop, "Ulm")
    # The sink is behind: its tables have what the topics say is gone.
    rows = [till(shop, "1", 5), level(shop, "milk", 7, 5)]
    store(fresh_postgres, rows)
    await say(kafka, [*rows, till(shop, "2", 5), level(shop, "bread", 8, 5)])
    await until(lambda: _shows(address, shop, f"till/{shop}/2"), "the tills were heard")
    async with watching(address, f"/locations/{shop}") as stream:
        await bury(kafka, rows)
        await stream.next("relist-tills")
    page = await read(address, f"/locations/{shop}")
    assert f"till/{shop}/1" not in page and f"till/{shop}/2" in page
    assert pieces(page)[f"stock/{shop}/milk"].cells["on_hand"] == "–", "a table brought it back"  # noqa: RUF001
    await say(kafka, [level(shop, "milk", 3, 6), till(shop, "1", 6)])
    await until(lambda: has(address, shop, "milk", "3"), "what came again was shown")


async def _shows(address: str, shop: str, row: str) -> bool:
    """Whether the shop's page has a row."""
    return row in pieces(await read(address, f"/locations/{shop}"))


async def _tells_money(address: str, shop: str) -> bool:
    """Whether the page of a shop that uses euros shows what its till 1 has sold last, as such."""
    page = pieces(await read(address, f"/locations/{shop}"))
    return f"till/{shop}/1" in page and "€" in page[f"till/{shop}/1"].cells["last_sale"]


async def has(address: str, shop: str, sku: str, on_hand: str) -> bool:
    """Whether the page shows so much of a product."""
    page = pieces(await read(address, f"/locations/{shop}"))
    return page[f"stock/{shop}/{sku}"].cells["on_hand"] == on_hand


async def test_records_that_break_their_contracts_neither_stop_nor_falsify_the_board(
    kafka: str, fresh_postgres: str, board: OpenBoard, address: str, shop: str
) -> None:
    register(fresh_postgres, shop, "Ulm")
    store(fresh_postgres, [level(shop, "milk", 12, 0), till(shop, "1", 1)])
    _, right = level(shop, "milk", 666, 9)
    spoiled = [
        json.dumps({**right, **changed}).encode()
        for changed in (
            {"version": 2**60},
            {"as_of": "2026-11-21T09:30:00"},
            {"on_hand": 10**30},
            {"sku": "bread"},
        )
    ]
    deep = b'{"x":' + b"[" * 100_000
    told = [
        ("stock.levels", shop, f"{shop}/milk".encode(), value)
        for value in (*spoiled, b"no json", b"{}", b"\xff", deep)
    ]
    told += [("stock.levels", shop, key, None) for key in (b"", b"\xff", b"milk", b"a/b/c")]
    told += [("till.status", shop, b"1", json.dumps(till(shop, "1", 99)[1]).encode())]
    async with watching(address, f"/locations/{shop}") as stream:
        await say_raw(kafka, told)
        await say(kafka, [level(shop, "milk", 5, 1)])
        row = await stream.row(f"stock/{shop}/milk")
        assert row.cells["on_hand"] == "5", "a record that breaks its contract was believed"
    metrics = await read(board.metrics, "")
    assert 'tillstream_board_malformed_total{topic="stock.levels"} 12.0' in metrics
    assert 'tillstream_board_malformed_total{topic="till.status"} 1.0' in metrics


async def test_prometheus_is_told_of_viewers_freshness_and_alerts(
    kafka: str, fresh_postgres: str, board: OpenBoard, address: str, shop: str
) -> None:
    await known(fresh_postgres, address, shop)
    async with watching(address, "/") as stream:
        await say(kafka, [till(shop, f"{shop}-t1", 1), alert(shop, "milk", 1)])
        await stream.row(f"location/{shop}/")
        metrics = await read(board.metrics, "")
    assert "tillstream_board_viewers 1.0" in metrics
    assert f'tillstream_freshness_seconds{{location_id="{shop}"}}' in metrics
    labels = f'location_id="{shop}",reason="below_reorder_point"'
    assert f"tillstream_stock_alerts{{{labels}}} 1.0" in metrics
    assert 'tillstream_board_age_seconds_bucket{le="1.0"}' in metrics


async def test_without_the_database_the_last_known_state_stays_and_is_called_so(
    kafka: str, fresh_postgres: str, shop: str
) -> None:
    make_topics(kafka)
    register(fresh_postgres, shop, "Ulm")
    store(fresh_postgres, [level(shop, "milk", 40, 1), totals(shop, 1, receipts=31)])
    async with open_board(kafka, fresh_postgres) as board:
        await listening(board)
        assert ">40<" in await read(board.address, f"/locations/{shop}")
        close_database(fresh_postgres)
        page = await read(board.address, f"/locations/{shop}")
        assert "PostgreSQL does not answer since" in page
        assert ">40<" in page
        assert ">31<" in page
        async with watching(board.address, f"/locations/{shop}") as stream:
            await say(kafka, [level(shop, "milk", 39, 2)])
            assert (await stream.row(f"stock/{shop}/milk")).cells["on_hand"] == "39"
        assert ">39<" in await read(board.address, f"/locations/{shop}?q=MILK")
        assert "tillstream_board_database_up 0.0" in await read(board.metrics, "")
        assert await read(board.address, "/ready") == "ok", "what is known is shown no more"
        await read(board.address, "/locations/unheard-of", status=503)


async def test_without_kafka_the_page_says_so_and_goes_on_afterwards(
    services_folder: Path, fresh_postgres: str, shop: str
) -> None:
    port, controller = choose(2)
    folder = services_folder / "board-kafka"
    log = services_folder / "logs" / "board-kafka.log"
    service = kafka_service.service(folder, port, controller, jars.class_path(), log)
    kafka = kafka_service.address(port)
    register(fresh_postgres, shop, "Ulm")
    store(fresh_postgres, [totals(shop, 1, receipts=31)])
    async with open_board(kafka, fresh_postgres) as board:
        await until(lambda: _says(board.address, "Kafka does not answer since"), "it said so")
        assert ">31<" in await read(board.address, "/")
        with running(service):
            make_topics(kafka)
            await listening(board)
            await say(kafka, [totals(shop, 2, receipts=32)])
            await until(lambda: _says(board.address, ">32<"), "the change was shown")
        await until(lambda: _says(board.address, "Kafka does not answer since"), "it said so again")
        with running(service):
            await say(kafka, [totals(shop, 3, receipts=33)])
            await until(lambda: _says(board.address, ">33<"), "it went on where it was")
            assert "Kafka does not answer" not in await read(board.address, "/")


def test_the_command_prints_its_address_and_stops_on_a_signal(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "TILLSTREAM_HOME": str(tmp_path),
        "TILLSTREAM_KAFKA": "127.0.0.1:1",
        "TILLSTREAM_POSTGRES": "postgresql://127.0.0.1:1/none",
    }
    command = [sys.executable, "-m", "tillstream", "board", "--json"]
    with subprocess.Popen(
        command, cwd=HOME, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert said.startswith('{"address": "http://127.0.0.1:')


async def known(dsn: str, address: str, shop: str) -> None:
    """Register a shop, and return once the front page lists it."""
    register(dsn, shop, "Ulm")
    await read(address, f"/locations/{shop}")
    await until(lambda: _says(address, f'id="location/{shop}/"'), "the shop was listed")


async def _says(address: str, text: str) -> bool:
    return text in await read(address, "/")
