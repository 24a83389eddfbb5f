"""Recorded baskets on a real broker: what is read back sums up to the file."""

import csv
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.integration.own_broker import tillstream, tillstream_json
from tests.integration.till_topic import TillTopic
from tillstream.settings import HOME
from topics.wire import (
    AnyWireEvent,
    WireCartCompleted,
)

HEADER = [
    "transaction_timestamp", "store_id", "basket_id", "household_id", "product_id", "quantity",
    "sales_value", "retail_disc", "coupon_disc",
]  # fmt: skip


@pytest.fixture
def topic(kafka: str) -> Generator[TillTopic]:
    with closing(TillTopic(kafka)) as topic:
        yield topic


def write_baskets(path: Path, baskets: int) -> None:
    """Baskets as they are recorded: some lines of nothing, some of thousands, some discounts."""
    rng = random.Random(4)
    with gzip.open(path, "wt", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADER)
        for number in range(baskets):
            day, second = divmod(number * 97, 86_400)
            clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
            basket = [f"2017-01-{day + 1:02} {clock}", rng.choice([321, 424, 427]), 31_000 + number]
            for _ in range(rng.randint(1, 5)):
                quantity = rng.choice([0, 1, 1, 1, 2, 3, 12_670])
                amount, off, coupon = (rng.randint(0, 900) / Decimal(100) for _ in range(3))
                table.writerow([
                    *basket, rng.randint(1, 90), rng.randint(800_000, 800_040), quantity, amount,
                    off * rng.randint(0, 1), coupon * (rng.random() < 0.1),
                ])  # fmt: skip


def minor(text: str) -> int:
    return round(Decimal(text) * 100)


def sums_of_file(path: Path) -> dict[str, Any]:
    """The file's own sums, read without any of the replay's code."""
    units: Counter[tuple[str, str]] = Counter()
    sales: Counter[tuple[str, str]] = Counter()
    gross, off, coupons, baskets = 0, 0, 0, set[str]()
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            units[row["store_id"], row["product_id"]] += int(row["quantity"])
            sales[row["store_id"], row["transaction_timestamp"][:10]] += minor(row["sales_value"])
            gross += minor(row["sales_value"]) + minor(row["retail_disc"])
            off -= minor(row["retail_disc"])
            coupons += minor(row["coupon_disc"])
            baskets.add(row["basket_id"])
    return {
        "units": +units,
        "sales": +sales,
        "gross": gross,
        "discounts": off,
        "coupons": coupons,
        "receipts": len(baskets),
    }


def sums_of_events(events: list[AnyWireEvent]) -> dict[str, Any]:
    """The same sums of the sales that arrived."""
    sold = [event for event in events if isinstance(event, WireCartCompleted)]
    units: Counter[tuple[str, str]] = Counter()
    sales: Counter[tuple[str, str]] = Counter()
    for sale in sold:
        sales[sale.location_id, sale.business_date.isoformat()] += sale.total_minor
        for line in sale.lines:
            units[sale.location_id, line.sku] += line.quantity
    tenders = [tender for sale in sold for tender in sale.tenders]
    return {
        "units": +units,
        "sales": +sales,
        "gross": sum(line.amount_minor for sale in sold for line in sale.lines),
        "discounts": sum(d.amount_minor for sale in sold for d in sale.discounts),
        "coupons": sum(t.amount_minor for t in tenders if t.kind == "voucher"),
        "receipts": len({sale.receipt_no for sale in sold}),
    }


def test_what_arrives_sums_up_to_the_file(topic: TillTopic, tmp_path: Path) -> None:
    path = tmp_path / "baskets.csv.gz"
    write_baskets(path, baskets=4000)

    status, told = tillstream_json(topic.bootstrap, "replay", str(path))
    events = topic.events()

    assert status == 0
    assert told["events"] == told["baskets"] == len(events) == 4000
    assert sums_of_events(events) == sums_of_file(path)
    for event in events:
        assert isinstance(event, WireCartCompleted)
        gross = sum(line.amount_minor for line in event.lines)
        off = sum(discount.amount_minor for discount in event.discounts)
        assert gross + off == event.total_minor == sum(t.amount_minor for t in event.tenders)


@pytest.mark.parametrize("options", [(), ("--full-carts",), ("--tills", "3")])
def test_each_till_counts_without_gaps_and_a_second_replay_is_all_duplicates(
    topic: TillTopic, tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "baskets.csv.gz"
    write_baskets(path, baskets=300)

    tillstream(topic.bootstrap, "replay", str(path), *options)
    first = topic.events()
    tillstream(topic.bootstrap, "replay", str(path), *options)
    both = topic.events()

    numbers: dict[str, set[int]] = {}
    for event in first:
        numbers.setdefault(event.till_id, set()).add(event.sequence)
    for till_id, seen in numbers.items():
        assert seen == set(range(1, len(seen) + 1)), till_id
    assert sum(map(len, numbers.values())) == len(first), "a sequence number was used twice"
    assert len(both) == 2 * len(first)
    assert {event.event_id: event for event in both} == {event.event_id: event for event in first}


def test_a_row_that_cannot_be_read_is_told_with_its_line_and_the_rest_is_sent(
    topic: TillTopic, tmp_path: Path
) -> None:
    path = tmp_path / "spoilt.csv"
    row = "2017-01-01 14:16:13,7,{basket},1,800000,{quantity},1.50,0,0"
    rows = [row.format(basket=number, quantity=1) for number in range(5)]
    rows[2] = row.format(basket=2, quantity="two")
    path.write_text("\n".join([",".join(HEADER), *rows]))

    status, output, errors = tillstream(topic.bootstrap, "replay", str(path), "--json")

    assert status == 1
    assert "spoilt.csv:4: 'two' is not a number" in errors
    assert json.loads(output)["rows_refused"] == 1
    baskets = {e.receipt_no for e in topic.events() if isinstance(e, WireCartCompleted)}
    assert baskets == {"0", "1", "3", "4"}


def test_a_dry_run_reads_everything_and_sends_nothing(topic: TillTopic, tmp_path: Path) -> None:
    path = tmp_path / "baskets.csv.gz"
    write_baskets(path, baskets=50)

    status, told = tillstream_json(topic.bootstrap, "replay", str(path), "--dry-run")

    assert (status, told["events"]) == (0, 50)
    assert topic.events() == []


def test_stores_get_their_prefix_and_columns_their_names(topic: TillTopic, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text(
        "wann,wo,bon,household_id,was,menge,summe\n2026-11-21 09:00:00,7,b,1,a,2,3.10\n"
    )
    names = {"timestamp": "wann", "store": "wo", "basket": "bon", "product": "was"}
    names |= {"quantity": "menge", "amount": "summe"}
    columns = [option for name, at in names.items() for option in ("--column", f"{name}={at}")]

    tillstream(topic.bootstrap, "replay", str(path), "--location-prefix", "laden-", *columns)

    (sale,) = topic.events()
    assert isinstance(sale, WireCartCompleted)
    assert (sale.location_id, sale.till_id, sale.total_minor) == ("laden-7", "laden-7-1", 310)


def test_a_missing_column_is_an_error_of_the_command(topic: TillTopic, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")

    status, _, errors = tillstream(topic.bootstrap, "replay", str(path))

    assert status == 2
    assert "--column" in errors


def test_baskets_come_at_a_multiple_of_their_own_pace(topic: TillTopic, tmp_path: Path) -> None:
    path = tmp_path / "baskets.csv.gz"
    write_baskets(path, baskets=31)  # 97 seconds apart: 2,910 seconds in all

    status, told = tillstream_json(topic.bootstrap, "replay", str(path), "--speed", "970")

    assert (status, told["events"]) == (0, 31)
    assert told["seconds"] >= 3, "the file's own times were not kept to"


def test_an_interrupted_replay_has_sent_what_it_says_and_a_second_one_sends_the_rest(
    topic: TillTopic, tmp_path: Path
) -> None:
    path = tmp_path / "baskets.csv.gz"
    write_baskets(path, baskets=500)
    process = subprocess.Popen(
        [sys.executable, "-m", "tillstream", "replay", str(path), "--speed", "500", "--json"],
        env={**os.environ, "TILLSTREAM_KAFKA": topic.bootstrap}, cwd=HOME, text=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not topic.events() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    told, first = json.loads(output), topic.events()

    assert process.returncode == 130
    assert told["interrupted"]
    assert 0 < told["events"] == len(first) < 500

    tillstream(topic.bootstrap, "replay", str(path))
    assert {e.event_id for e in first} < {e.event_id for e in topic.events()}
    assert len({(e.till_id, e.sequence) for e in topic.events()}) == 500
