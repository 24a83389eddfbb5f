"""Goods that two stores take back while they are cut off: found when what they did comes in.

Over a real PostgreSQL by the sink's own statements, in many orders; and once with Kafka and the
sink's process.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clients.postgres import PostgresAccess
from connectors.postgres.access import OPERATOR, SINK
from connectors.postgres.sink.acceptance import TillEpoch
from connectors.postgres.sink.batch import Decoded
from connectors.postgres.sink.refusals import refusals_in
from connectors.postgres.sink.retraction import SinkStanding, retract
from connectors.postgres.sink.store import SinkStore, connected
from edge.disputes.desk import Round, judge, standing
from edge.disputes.judging import GRACE, NOBODYS
from edge.disputes.reading import READ_MAX, read_cases
from following.postgres import connection_to
from following.records import Place
from operations.returns.disputed import disputed
from tests.integration.process import HOME
from tests.integration.sink_world import (
    Message,
    Till,
    execute,
    line,
    make_topics,
    rows,
    send_one,
    sink_process,
    until,
    width,
)
from tests.integration.test_sink_extremes import Record
from topics.dead_letters import dead_letter_headers
from topics.disputed_returns import DisputedReturn
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS
from topics.sequences import Window

PARTITIONS = 8
NUMBER = "1-1-17"
NOW_MS = int(datetime.now(UTC).timestamp() * 1000)
LONG_AGO_MS = NOW_MS - int((GRACE + timedelta(days=1)).total_seconds() * 1000)

STANDING = (
    "SELECT receipt_no, location_id, reason, due_at, beyond, paid_minor, refunded_minor, "
    "sales_count, sales, returns_count, returns FROM disputed_returns ORDER BY 1, 2"
)


def sale(till: Till, *lines: dict[str, Any], number: str = NUMBER) -> Message:
    """A sale under the number."""
    return till.sale(*lines, receipt_no=number, cashier_id=f"seller-{till.location}")


def back(till: Till, *lines: dict[str, Any], number: str = NUMBER, **said: Any) -> Message:
    """Goods of the receipt come back."""
    return till.event(
        "goods_returned",
        return_id=f"{till.till}-R{till.sequence + 1}",
        receipt_no=number,
        lines=list(lines),
        refund_minor=sum(each["amount_minor"] for each in lines),
        restock=True,
        cashier_id=f"taker-{till.location}",
        **said,
    )


class Centre:
    """What the sink and its judge make of messages, without Kafka."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.ends: dict[Place, int] = {}
        self.windows: dict[TillEpoch, Window] = {}

    async def hear(self, *messages: Message, at_ms: int = NOW_MS) -> None:
        """One batch of the sink."""
        async with connected(PostgresAccess(self.dsn)) as store:
            await self._write(store, messages, at_ms)

    async def _write(self, store: SinkStore, messages: Iterable[Message], at_ms: int) -> None:
        was, decoded = dict(self.ends), Decoded()
        for topic, key, value, _ in messages:
            place = (topic, partition_of(key, PARTITIONS))
            offset = self.ends.setdefault(place, 0)
            was.setdefault(place, 0)
            record = Record(topic, offset, value or b"", place[1], timestamp=at_ms)
            decoded.add(topic, [record], PARTITIONS)
            self.ends[place] = offset + 1
        await store.claim(was)
        for till in decoded.tills:
            self.windows.setdefault(till, Window())
        await store.write(decoded.count(self.windows), was, self.ends)

    async def judge(self) -> Round:
        """A round, as the sink's role."""
        access = PostgresAccess(self.dsn.replace("tillstream@", f"{SINK}@"))
        async with connection_to(access, "judge", 30) as connection:
            return await judge(connection)

    def disputed(self, location_id: str | None = None) -> list[DisputedReturn]:
        """What the command lists."""
        access = PostgresAccess(self.dsn.replace("tillstream@", f"{OPERATOR}@"))
        return disputed(access, location_id)


@pytest.fixture
def centre(fresh_postgres: str) -> Centre:
    return Centre(fresh_postgres)


def tills_of(found: DisputedReturn) -> list[tuple[str, str, str]]:
    """Who took the goods back: location, till and employee."""
    return [(each["location_id"], each["till_id"], each["cashier_id"]) for each in found.returns]


BOTH = [("shop-a", "3", "taker-shop-a"), ("shop-b", "8", "taker-shop-b")]


@pytest.mark.parametrize("order", ["sab", "sba", "asb", "abs", "bas", "bsa"])
async def test_two_stores_that_took_back_the_same_are_found_in_whatever_order_it_comes(
    centre: Centre, order: str
) -> None:
    said = {
        "s": sale(Till("shop-a", "1"), line(1, "tea", 1)),
        "a": back(Till("shop-a", "3"), line(1, "tea", 1)),
        "b": back(Till("shop-b", "8"), line(1, "tea", 1)),
    }
    for each in order:
        await centre.hear(said[each])
        await centre.judge()
    (found,) = centre.disputed()
    assert (found.receipt_no, found.location_id, found.reason) == (
        NUMBER,
        "shop-a",
        "beyond_purchase",
    )
    assert tills_of(found) == BOTH, "both tills, each with who took the goods"
    assert [each["cashier_id"] for each in found.sales] == ["seller-shop-a"]
    (beyond,) = found.beyond
    assert (beyond["sku"], beyond["bought"], beyond["returned"]) == ("tea", 1, 2)
    assert centre.disputed("shop-b") == [found] and not centre.disputed("shop-c")


async def test_it_is_told_once_and_again_where_a_third_joins_in(centre: Centre) -> None:
    tea = line(1, "tea", 1)
    await centre.hear(sale(Till("shop-a", "1"), tea), back(Till("shop-a", "3"), tea))
    assert (await centre.judge()).told == []
    await centre.hear(back(Till("shop-b", "8"), tea))
    (told,) = (await centre.judge()).told
    assert told.tills == ["shop-a/3", "shop-b/8"]
    assert (await centre.judge()).told == []
    await centre.hear(back(Till("shop-c", "1"), tea))
    (told,) = (await centre.judge()).told
    assert told.tills == ["shop-a/3", "shop-b/8", "shop-c/1"]


async def test_what_a_late_sale_explains_stands_no_longer(centre: Centre) -> None:
    tea = line(1, "tea", 1)
    await centre.hear(
        sale(Till("shop-a", "1"), tea), back(Till("shop-a", "3"), tea, tea | {"line_no": 2})
    )
    assert len((await centre.judge()).told) == 1
    await centre.hear(sale(Till("shop-a", "2"), tea))  # another till used the number as well
    assert (await centre.judge()).explained == [(NUMBER, "shop-a")]
    assert not centre.disputed() and not rows(centre.dsn, STANDING)


async def test_a_receipt_that_nobody_knows_is_told_after_a_week(centre: Centre) -> None:
    lost, fresh = Till("shop-a", "3"), Till("shop-b", "8")
    await centre.hear(back(lost, line(1, "tea", 1), number="lost"), at_ms=LONG_AGO_MS)
    await centre.hear(back(fresh, line(1, "tea", 1), number="fresh"))
    assert [each.receipt_no for each in (await centre.judge()).told] == ["lost"]
    assert [each.receipt_no for each in centre.disputed()] == ["lost"]
    waits = {number: due_at for number, _, _, due_at, *_ in rows(centre.dsn, STANDING)}
    assert waits["fresh"] == datetime.fromtimestamp(NOW_MS / 1000, UTC) + GRACE
    # Time alone makes it due.
    execute(centre.dsn, "UPDATE disputed_returns SET due_at = now() - interval '1 s'")
    assert [each.receipt_no for each in (await centre.judge()).told] == ["fresh"]
    await centre.hear(sale(Till("shop-b", "1"), line(1, "tea", 1), number="fresh"))
    assert (await centre.judge()).explained == [("fresh", NOBODYS)]


async def test_training_and_what_a_worker_refused_dispute_nothing(centre: Centre) -> None:
    tea, till = line(1, "tea", 1), Till("shop-a", "3")
    first, practice = back(till, tea), back(till, tea, training=True)
    refused = back(till, tea)
    await centre.hear(sale(Till("shop-a", "1"), tea), first, practice)
    await centre.judge()
    assert not centre.disputed()
    await centre.hear(refused)
    await centre.judge()
    assert len(centre.disputed()) == 1
    await _take_back(centre, refused)
    await centre.judge()
    assert not centre.disputed()


async def _take_back(centre: Centre, refused: Message) -> None:
    topic, key, value, _ = refused
    place = (topic, partition_of(key, PARTITIONS))
    headers = dead_letter_headers((), "day_closed", "", *place, centre.ends[place] - 1)
    letter = Record(f"{topic}.dead-letter", 0, value or b"", place[1], headers=headers)
    letters = (letter.topic, place[1])
    async with connected(PostgresAccess(centre.dsn)) as store:
        await store.claim({**centre.ends, letters: 0})
        standing = SinkStanding(
            dict.fromkeys(centre.ends, 0), {**centre.ends, letters: 0}, centre.windows
        )
        await retract(store, refusals_in([letter]), {letters: 1}, standing)


async def test_our_tills_say_whose_receipt_it_is_where_stores_share_a_number(
    centre: Centre,
) -> None:
    tea = line(1, "tea", 1)
    for shop in ("shop-a", "shop-b", "shop-c"):
        till = Till(shop, "1")
        await centre.hear(sale(till, tea), back(till, tea, verified="till"))
        await centre.judge()
    assert not centre.disputed(), "each took back what it had sold itself"
    elsewhere = {"verified": "centre", "receipt_location_id": "shop-a"}
    await centre.hear(back(Till("shop-b", "8"), tea, **elsewhere))
    await centre.judge()
    (found,) = centre.disputed()
    assert found.location_id == "shop-a"
    assert [each[:2] for each in tills_of(found)] == [("shop-a", "1"), ("shop-b", "8")]


def _drawn(rng: random.Random) -> list[Message]:
    """Sales and returns of a few numbers at a few shops, with and without saying whose they are."""
    shops = [f"shop-{name}" for name in "abc"]
    tills = {shop: Till(shop, "1") for shop in shops}
    said: list[Message] = []
    for _ in range(40):
        till, number = tills[rng.choice(shops)], f"n-{rng.randrange(4)}"
        goods = [line(no, rng.choice(["tea", "milk"]), rng.randint(1, 2)) for no in (1, 2)]
        if rng.random() < 0.5:
            said.append(sale(till, *goods, number=number))
        else:
            named = rng.choice([{}, {"verified": "till"}, {"receipt_location_id": "shop-b"}])
            said.append(back(till, *goods[: rng.randint(1, 2)], number=number, **named))
    return said


@pytest.mark.parametrize("seed", range(3))
async def test_no_order_of_arrival_and_no_batch_changes_what_stands(
    postgres_server: str, template: str, seed: int
) -> None:
    from tests.conftest import new_database

    rng = random.Random(seed)
    said = _drawn(rng)
    at_once = Centre(new_database(postgres_server, template))
    await at_once.hear(*said)
    await at_once.judge()
    bit_by_bit = Centre(new_database(postgres_server, template))
    rng.shuffle(said)
    for start in range(0, len(said), 7):
        await bit_by_bit.hear(*said[start : start + 7])
        await bit_by_bit.judge()
    expected = rows(at_once.dsn, STANDING)
    assert rows(bit_by_bit.dsn, STANDING) == expected and expected


async def test_two_judges_at_once_write_down_the_newer_state(centre: Centre) -> None:
    tea = line(1, "tea", 1)
    tills = [Till(f"shop-{number}", "1") for number in range(8)]
    await centre.hear(sale(Till("shop-a", "1"), tea))
    for till in tills:
        await asyncio.gather(centre.hear(back(till, tea)), centre.judge(), centre.judge())
    await asyncio.gather(centre.judge(), centre.judge())
    (found,) = centre.disputed()
    assert found.returns_count == len(tills)


async def test_a_number_on_every_return_holds_nobody_up(centre: Centre) -> None:
    till = Till("shop-a", "3")
    many = [back(till, line(1, "tea", 1), number="none") for _ in range(READ_MAX + 200)]
    await centre.hear(*many, at_ms=LONG_AGO_MS)
    assert [each.receipt_no for each in (await centre.judge()).told] == ["none"]
    (found,) = centre.disputed()
    assert found.returns_count == READ_MAX and len(found.returns) == 50
    await centre.hear(back(till, line(1, "tea", 1), number="none"), at_ms=LONG_AGO_MS)
    assert (await centre.judge()).told == [], "it would be told for ever"


async def test_odd_times_stop_no_judge(centre: Centre) -> None:
    till = Till("shop-a", "3")
    for number, at in enumerate(("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")):
        till.said.clear()
        event = till.event(
            "goods_returned",
            return_id="x",
            receipt_no=f"odd-{number}",
            lines=[],
            refund_minor=1,
            restock=False,
            occurred_at=at,
        )
        await centre.hear(event, at_ms=LONG_AGO_MS if number else 2**62)
    execute(centre.dsn, "UPDATE sales SET received_at = NULL")
    told = (await centre.judge()).told
    assert [each.receipt_no for each in told] == ["odd-0"], "the other is due in the year 9000"


async def test_receipts_of_other_stores_are_found_by_their_number(centre: Centre) -> None:
    tea = line(1, "tea", 2)
    await centre.hear(sale(Till("shop-a", "1"), tea), sale(Till("shop-b", "1"), tea))
    await centre.hear(back(Till("shop-a", "1", sequence=5), tea, verified="till"))
    async with connection_to(PostgresAccess(centre.dsn), "reader", 30) as connection:
        cases = await read_cases(connection, [(NUMBER, "shop-a"), (NUMBER, ""), ("none", "")])
    of_a, of_all, of_none = cases.values()
    assert [each.location_id for each in of_a.sales] == ["shop-a"] and len(of_a.returns) == 1
    assert [each.location_id for each in of_all.sales] == ["shop-a", "shop-b"]
    assert not of_none.sales and not of_none.returns


async def test_a_copy_that_is_filled_anew_has_the_same(
    centre: Centre, postgres_server: str, template: str
) -> None:
    from tests.conftest import new_database

    tea = line(1, "tea", 1)
    said = [
        sale(Till("shop-a", "1"), tea),
        *(back(Till(s, "1"), tea) for s in ("shop-b", "shop-c")),
    ]
    for each in said:
        await centre.hear(each)
        await centre.judge()
    anew = Centre(new_database(postgres_server, template))
    await anew.hear(*said)
    await anew.judge()
    assert rows(anew.dsn, STANDING) == rows(centre.dsn, STANDING) != []
    async with connection_to(PostgresAccess(anew.dsn), "reader", 30) as connection:
        assert await standing(connection) == {"beyond_purchase": 1}


FOUND = 'tillstream_sink_returns_disputed_total{reason="beyond_purchase"}'
STANDS = 'tillstream_sink_disputed_returns{reason="beyond_purchase"}'


async def test_the_sinks_process_tells_of_both_tills(
    kafka: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    await make_topics(kafka)
    partitions = await width(kafka, TILL_EVENTS.name)
    other, tea = f"{shop}-b", line(1, "tea", 1)

    async def say(said: Message) -> None:
        topic, key, value, _ = said
        await send_one(kafka, (topic, key, value, partition_of(key, partitions)))

    with sink_process(kafka, fresh_postgres, tmp_path) as sink:
        await until(lambda: "metrics=" in sink.log, "a sink that has started")
        await say(back(Till(shop, "3"), tea))
        await say(back(Till(other, "8"), tea))
        await say(sale(Till(shop, "1"), tea))
        await until(lambda: sink.metric(FOUND) == 1, "the dispute")
        assert f"{shop}/3" in sink.log and f"{other}/8" in sink.log
        status, told = _command(kafka, fresh_postgres, tmp_path)
        (found,) = json.loads(told)
        assert status == 1 and found["receipt_no"] == NUMBER
        assert [each["location_id"] for each in found["returns"]] == [shop, other]
        await say(sale(Till(shop, "2"), tea))
        await until(lambda: "return_explained" in sink.log, "the late sale that explains it")
        assert _command(kafka, fresh_postgres, tmp_path) == (0, "[]\n")
        await until(lambda: sink.metric(STANDS) == 0, "a count without it")
        assert sink.running


def _command(kafka: str, postgres: str, home: Path) -> tuple[int, str]:
    settings = {"HOME": str(home), "KAFKA": kafka, "POSTGRES": postgres}
    environment = {
        **os.environ,
        **{f"TILLSTREAM_{name}": value for name, value in settings.items()},
    }
    command: Sequence[str] = [sys.executable, "-m", "tillstream", "returns", "disputed", "--json"]
    done = subprocess.run(command, cwd=HOME, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout
