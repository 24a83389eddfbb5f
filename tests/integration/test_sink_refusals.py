"""What workers refuse, and what is malformed, between a real broker and a real database.

The ledger agrees with the workers' verdicts, whichever of input and letter is read first. A record
that is not what its contract says stops nobody.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.sink_world import (
    Message,
    SinkProcess,
    Till,
    level,
    line,
    make_topics,
    message,
    movement,
    refuse,
    rows,
    send,
    send_one,
    sink_process,
    until,
    written,
)

pytestmark = pytest.mark.lonely

EFFECTS = "SELECT quantity FROM stock_ledger WHERE location_id = %s ORDER BY source_offset"
SALES = "SELECT sequence, total_minor FROM sales WHERE location_id = %s ORDER BY sequence"
LINES = "SELECT sequence FROM sale_lines WHERE location_id = %s ORDER BY sequence"
WINDOW = "SELECT last_sequence, missing, quarantined FROM sink_tills WHERE location_id = %s"
NOTED = "SELECT source_offset FROM sink_refused"
ON_HAND = "SELECT sku, on_hand, version FROM stock_levels WHERE location_id = %s ORDER BY sku"


@pytest.fixture(scope="module")
def kafka(lonely_kafka: str) -> str:
    """A broker of this module's own, with the contracts' topics."""
    asyncio.run(make_topics(lonely_kafka))
    return lonely_kafka


@pytest.fixture
def sink(kafka: str, fresh_postgres: str, tmp_path: Path) -> Iterator[SinkProcess]:
    """A sink into `fresh_postgres`."""
    with sink_process(kafka, fresh_postgres, tmp_path) as process:
        yield process


async def test_a_sale_that_a_worker_refuses_leaves_the_ledger_and_its_neighbours_stay(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    till = Till(shop, f"{shop}-t1")
    before, refused, after = (till.sale(line(1, "milk", n, 100 * n)) for n in (1, 2, 3))
    await send(kafka, [before])
    offset = await send_one(kafka, refused)
    await send(kafka, [after])
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, EFFECTS, shop) == [(-1,), (-2,), (-3,)]
    await refuse(kafka, refused, offset, "day_closed")
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, EFFECTS, shop) == [(-1,), (-3,)]
    assert rows(fresh_postgres, SALES, shop) == [(1, 100), (3, 300)]
    assert rows(fresh_postgres, LINES, shop) == [(1,), (3,)]
    assert rows(fresh_postgres, WINDOW, shop) == [(3, [[2, 2]], [])], "its number is missing again"
    assert sink.metric("tillstream_sink_taken_back_total") == 1


async def test_a_sale_that_is_sent_back_after_a_refusal_counts(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    sale = Till(shop, f"{shop}-t1").sale(line(1, "milk", 2))
    offset = await send_one(kafka, sale)
    await refuse(kafka, sale, offset, "out_of_range")
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, EFFECTS, shop) == []
    assert rows(fresh_postgres, WINDOW, shop) == [(1, [], [[1, 1]])]
    await send(kafka, [sale])
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, EFFECTS, shop) == [(-2,)]
    await refuse(kafka, sale, offset, "out_of_range")
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, EFFECTS, shop) == [(-2,)], "a rebuild's letter took the second away"


async def test_what_was_taken_for_a_duplicate_of_a_refused_sale_counts_after_all(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    till = Till(shop, f"{shop}-t1")
    first = till.sale(line(1, "milk", 2))
    offset = await send_one(kafka, first)
    till.sequence = 0
    second = till.sale(line(1, "milk", 5))
    await send(kafka, [second, till.sale(line(1, "milk", 7))])
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, EFFECTS, shop) == [(-2,), (-7,)]
    await refuse(kafka, first, offset, "epoch_closed")
    await until(
        lambda: rows(fresh_postgres, EFFECTS, shop) == [(-5,), (-7,)],
        "the second sale of the number counted in place of the first",
    )


async def test_the_letter_of_a_fork_leaves_the_first_where_it_is(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    till = Till(shop, f"{shop}-t1")
    await send(kafka, [till.sale(line(1, "milk", 2))])
    till.sequence = 0
    fork = till.sale(line(1, "milk", 5))
    offset = await send_one(kafka, fork)
    await refuse(kafka, fork, offset, "fork")
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, EFFECTS, shop) == [(-2,)]
    assert rows(fresh_postgres, WINDOW, shop) == [(1, [], [])]


async def test_a_refused_movement_leaves_the_ledger(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    kept, refused = movement(shop, "milk", 3), movement(shop, "milk", 4)
    await send(kafka, [kept])
    offset = await send_one(kafka, refused)
    await written(kafka, fresh_postgres)
    await refuse(kafka, refused, offset, "out_of_range")
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, EFFECTS, shop) == [(3,)]


async def test_a_letter_that_is_read_before_its_input_keeps_it_out(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    till = Till(shop, f"{shop}-t1")
    passed, kept = till.sale(line(1, "milk", 2)), till.sale(line(1, "milk", 3))
    probe = till.event("till_heartbeat")
    offset = await send_one(kafka, probe)
    await written(kafka, fresh_postgres)
    await refuse(kafka, passed, offset + 1, "day_closed")
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, NOTED) == [(offset + 1,)]
    await send(kafka, [passed, kept])
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, EFFECTS, shop) == [(-3,)]
    sink.stop()
    sink.restart()
    await written(kafka, fresh_postgres)
    await until(lambda: rows(fresh_postgres, NOTED) == [], "what was passed over was forgotten")


async def test_all_read_again_from_the_start_comes_to_the_same(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str, tmp_path: Path
) -> None:
    till = Till(shop, f"{shop}-t1")
    for number in range(1, 40):
        sale = till.sale(line(1, "milk", number))
        offset = await send_one(kafka, sale)
        if number % 3 == 0:
            await refuse(kafka, sale, offset, "day_closed")
    await written(kafka, fresh_postgres)
    expected = [(-number,) for number in range(1, 40) if number % 3]
    assert rows(fresh_postgres, EFFECTS, shop) == expected
    sink.stop()
    with_nothing = "UPDATE sink_offsets SET next_offset = 0"
    rows(fresh_postgres, f"{with_nothing} RETURNING 1")
    sink.restart()
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, EFFECTS, shop) == expected


def status(shop: str, till: str, version: int) -> Message:
    """What a worker says of a till."""
    value = {
        "location_id": shop,
        "till_id": till,
        "epoch": 1,
        "last_sequence": version,
        "missing": [],
        "missing_count": 0,
        "older": [],
        "quarantined": 0,
        "duplicates": 0,
        "forks": 0,
        "unlisted": 0,
        "last_seen": "2026-11-21T09:30:00Z",
        "version": version,
    }
    return message("till.status", shop, value, f"{shop}/{till}")


async def test_two_shops_may_both_have_a_till_of_one_name(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    await send(kafka, [status(shop, "1", 1_000_000), status(f"{shop}-b", "1", 5)])
    await written(kafka, fresh_postgres)
    found = (
        "SELECT location_id, last_sequence FROM till_status WHERE location_id LIKE %s ORDER BY 1"
    )
    assert rows(fresh_postgres, found, f"{shop}%") == [(shop, 1_000_000), (f"{shop}-b", 5)]


async def test_a_malformed_derived_record_is_kept_aside_and_stops_nobody(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    topic, key, value, partition = level(shop, "milk", 7, version=3)
    bad = [
        (topic, key, b"{", partition),
        (topic, key, b"\x00" * 20_000, partition),
        (topic, f"{shop}/bread", value, partition),
        (topic, "nonsense", None, partition),
        message(topic, shop, json.loads(value or b"") | {"on_hand": 2**62}, key),
    ]
    await send(kafka, [*bad, level(shop, "oats", 1, version=1)])
    await send(kafka, [*bad, (topic, key, value, partition)])
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, ON_HAND, shop) == [("milk", 7, 3), ("oats", 1, 1)]
    kept = rows(fresh_postgres, "SELECT length(value), error FROM sink_malformed ORDER BY entry_id")
    assert [length for length, _ in kept[:2]] == [1, 8192], "a long value was kept whole"
    assert len(kept) == 10 and all(error.startswith(f"{topic}-{partition}-") for _, error in kept)
    assert sink.metric("tillstream_sink_malformed_total") == 10
    assert sink.log.count("derived_record_malformed") == 1, "the log is told of each"


async def test_a_tombstone_removes_the_row_and_what_follows_counts_whatever_its_version(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    topic, key, _, partition = level(shop, "milk", 7, version=30)
    gone: Message = (topic, key, None, partition)
    await send(kafka, [level(shop, "milk", 7, 30), level(shop, "oats", 1, 1)])
    await written(kafka, fresh_postgres)
    await send(kafka, [gone])
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, ON_HAND, shop) == [("oats", 1, 1)]
    await send(kafka, [level(shop, "milk", 9, 50), gone, level(shop, "milk", 2, 4)])
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, ON_HAND, shop) == [("milk", 2, 4), ("oats", 1, 1)]


async def test_a_tombstone_of_a_locations_day_leaves_that_of_its_tills(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    row = {name: 0 for name in ("receipts", "returns", "units", "weight_grams", "returned_units")}
    row |= {"returned_weight_grams": 0, "gross_minor": 0, "discount_minor": 0, "tax_minor": 0}
    row |= {"refund_minor": 0, "net_sales_minor": 0, "open_carts": 0, "discrepancies": 0}
    when = {"business_date": "2026-11-21", "as_of": "2026-11-21T09:30:00Z", "version": 1}
    keys = {None: f"{shop}/2026-11-21", "1": f"{shop}/1/2026-11-21"}
    days = [
        message(
            "checkout.totals",
            shop,
            {"location_id": shop, "till_id": till, "tenders": {}, **row, **when},
            key,
        )
        for till, key in keys.items()
    ]
    found = "SELECT till_id FROM checkout_totals WHERE location_id = %s ORDER BY 1"
    await send(kafka, days)
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, found, shop) == [("1",), (None,)]
    await send(kafka, [message("checkout.totals", shop, None, keys[None])])
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, found, shop) == [("1",)]


async def test_sales_in_a_row_share_transactions_and_one_after_a_quiet_while_does_not_wait(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    till = Till(shop, f"{shop}-t1")
    await send(kafka, [till.sale(line(1, "milk", 1))])
    await written(kafka, fresh_postgres)
    name = "tillstream_sink_batch_rows_count"
    before = sink.metric(name)
    for _ in range(100):
        await send(kafka, [till.sale(line(1, "milk", 1))])
        await asyncio.sleep(0.02)
    await written(kafka, fresh_postgres)
    assert sink.metric(name) - before < 30, "each sale was written by itself"
