"""What is on its way and what is in doubt, on a real database: in the ledger, and in the API."""

import itertools
import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from aiohttp import ClientSession
from psycopg.conninfo import make_conninfo

from connectors.postgres.access import SINK
from tests.boards import open_board
from tests.integration.board_world import insert, level, store, till, totals
from tests.integration.test_api import Api
from topics.scalars import NUMBER_MAX

NO_KAFKA = "127.0.0.1:1"
_OFFSETS = itertools.count(1)


def moved(
    location_id: str,
    reason: str,
    quantity: int,
    reference: str | None,
    sku: str,
    at: datetime | None = None,
) -> Any:
    """A row of the ledger."""
    return (
        *(location_id, sku, quantity, reason, reference, at or datetime.now(UTC)),
        *(f"m-{uuid.uuid4().hex}", "cdc.stock-movements", 0, next(_OFFSETS)),
    )


def book(dsn: str, *rows: Any) -> None:
    """As the sink does, as the role that it has."""
    own = make_conninfo(dsn, user=SINK)
    with psycopg.connect(own, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO stock_ledger (location_id, sku, quantity, reason, reference,"
            " occurred_at, movement_id, source_topic, source_partition, source_offset)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )


def on_way(dsn: str, sku: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(
            "SELECT reference, quantity::bigint, from_location_id, to_location_id"
            " FROM stock_in_transit WHERE sku = %s ORDER BY 1",
            (sku,),
        ).fetchall()


@pytest.fixture
def sku() -> str:
    return f"SKU-{uuid.uuid4().hex[:8]}"


def test_what_left_is_on_its_way_until_all_of_it_has_come_in(
    postgres: str, shop: str, sku: str
) -> None:
    book(postgres, moved(shop, "transfer_out", -10, f"T-{shop}", sku))
    assert on_way(postgres, sku) == [(f"T-{shop}", 10, shop, None)]
    book(postgres, moved(f"{shop}-b", "transfer_in", 4, f"T-{shop}", sku))
    assert on_way(postgres, sku) == [(f"T-{shop}", 6, shop, f"{shop}-b")]
    book(postgres, moved(f"{shop}-b", "transfer_in", 6, f"T-{shop}", sku))
    assert on_way(postgres, sku) == []


def test_what_came_in_before_anybody_heard_that_it_left_is_told_as_such(
    postgres: str, shop: str, sku: str
) -> None:
    book(postgres, moved(f"{shop}-b", "transfer_in", 5, f"T-{shop}", sku))
    assert on_way(postgres, sku) == [(f"T-{shop}", -5, None, f"{shop}-b")]
    book(postgres, moved(shop, "transfer_out", -5, f"T-{shop}", sku))
    assert on_way(postgres, sku) == []


def test_a_movement_that_is_taken_back_is_taken_back_here(
    postgres: str, shop: str, sku: str
) -> None:
    book(postgres, moved(shop, "transfer_out", -10, f"T-{shop}", sku))
    with psycopg.connect(make_conninfo(postgres, user=SINK), autocommit=True) as connection:
        connection.execute("DELETE FROM stock_ledger WHERE sku = %s", (sku,))
    assert on_way(postgres, sku) == []


def test_nothing_else_is_on_its_way(postgres: str, shop: str, sku: str) -> None:
    book(
        postgres,
        moved(shop, "delivery", 10, f"T-{shop}", sku),
        moved(shop, "shrinkage", -1, f"T-{shop}", sku),
        moved(shop, "transfer_out", -3, None, sku),  # nobody can say what it belongs to
    )
    assert on_way(postgres, sku) == []


@pytest.mark.parametrize("seed", range(5))
def test_in_whatever_order_transfers_are_heard_the_sum_is_that_of_the_ledger(
    postgres: str, shop: str, sku: str, seed: int
) -> None:
    rng = random.Random(seed)
    rows: list[Any] = []
    for number in range(8):
        quantity, reference = rng.randint(1, 9), f"T-{shop}-{number}"
        rows.append(moved(shop, "transfer_out", -quantity, reference, sku))
        for _ in range(rng.randint(0, 2)):
            came = rng.randint(1, quantity)
            rows.append(moved(f"{shop}-b", "transfer_in", came, reference, sku))
    rng.shuffle(rows)
    for each in rows:
        book(postgres, each)
    summed: dict[str, int] = {}
    for each in rows:
        summed[each[4]] = summed.get(each[4], 0) - each[2]
    told = {reference: quantity for reference, quantity, *_ in on_way(postgres, sku)}
    assert told == {reference: left for reference, left in summed.items() if left}


def test_no_sum_of_what_contracts_accept_stops_the_sink(postgres: str, shop: str, sku: str) -> None:
    rows = [moved(shop, "transfer_out", -NUMBER_MAX, f"T-{shop}", sku) for _ in range(3)]
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO stock_in_transit VALUES (%s, %s, 9223372036854775807, %s, null, now())",
            (f"T-{shop}", sku, shop),
        )
    book(postgres, *rows)
    with psycopg.connect(postgres) as connection:
        (quantity,) = connection.execute(
            "SELECT quantity FROM stock_in_transit WHERE sku = %s", (sku,)
        ).fetchone() or (0,)
    assert quantity == 9_223_372_036_854_775_807 + 3 * NUMBER_MAX


def sold(dsn: str, location_id: str, sku: str, lines: int, quantity: int) -> None:
    """So many lines of a till in the last days."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO stock_ledger SELECT %s, %s, %s, 'sale', null, now() - interval '3 days',"
            " '1', 1, n, 1, null, 'till.cart-events', 0, n FROM generate_series(1, %s) AS n",
            (location_id, sku, -quantity, lines),
        )


async def test_programs_are_told_how_fresh_a_place_is_and_how_much_less_there_may_be(
    fresh_postgres: str, shop: str, sku: str
) -> None:
    heard_at = datetime.now(UTC) - timedelta(hours=12)
    today = datetime.now(UTC).date()
    rows = [
        level(shop, sku, 100, 1),
        level(f"{shop}-b", sku, 3, 1),
        till(shop, "1", 1, last_seen=heard_at.isoformat(), missing=[[3, 4], [9, 9]]),
        till(f"{shop}-b", "1", 1),
        totals(shop, 1, business_date=(today - timedelta(days=3)).isoformat(), receipts=50),
    ]
    store(fresh_postgres, rows)
    insert(
        fresh_postgres, "locations", {"location_id": f"{shop}-c", "name": "Quiet", "kind": "shop"}
    )
    sold(fresh_postgres, shop, sku, lines=50, quantity=2)
    book(fresh_postgres, moved(shop, "transfer_out", -7, "T-1", sku))
    async with open_board(NO_KAFKA, fresh_postgres) as board, ClientSession() as session:
        api = Api(board.address, session)
        listed = (await api.get("/api/v1/freshness"))["items"]
        assert [each["location_id"] for each in listed] == [shop, f"{shop}-b", f"{shop}-c"]
        silent, heard, quiet = listed
        assert silent["missing_events"] == 3 and silent["in_transit_products"] == 1
        assert silent["unheard_days"] == pytest.approx(0.5, abs=0.01)
        assert (heard["unheard_days"], heard["missing_events"]) == (0, 0)
        assert (quiet["heard_at"], quiet["unheard_days"]) == (None, 0)

        path = "/api/v1/levels/{location_id}/{sku}/doubt"
        doubt = await api.get(path, location_id=shop, sku=sku)
        # 50 lines on one day of selling, half a day of silence, and three whole receipts.
        assert (doubt["on_hand"], doubt["in_transit"]) == (100, 7)
        assert doubt["sold_unheard_expected"] == 56
        assert 60 <= doubt["sold_unheard_at_most"] <= 78
        certain = await api.get(path, location_id=f"{shop}-b", sku=sku)
        assert (certain["sold_unheard_expected"], certain["sold_unheard_at_most"]) == (0, 0)
        await api.get(path, 404, location_id=shop, sku="none")

        page = await api.get("/api/v1/freshness", limit=1)
        page = await api.get("/api/v1/freshness", limit=1, cursor=page["next_cursor"])
        assert [each["location_id"] for each in page["items"]] == [f"{shop}-b"]
