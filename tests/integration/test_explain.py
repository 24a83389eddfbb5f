"""Time travel on a real PostgreSQL: the level at a moment, what made it so, and its errors."""

import json
import os
import subprocess
import sys
import uuid
from typing import Any

import pytest

from tests.integration.board_world import catalogue, insert, level, register, store
from tests.integration.process import HOME

SKU = "milk"


class Shop:
    """A location of one test, and a till in it that writes the ledger as the sink does."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.name = f"shop-{uuid.uuid4().hex[:8]}"
        self.offset = 0

    def effect(self, occurred_at: str, quantity: int, **changed: Any) -> None:
        """One line of a receipt, told after all those before it."""
        self.offset += 1
        cause = {"till_id": "t1", "epoch": 1, "sequence": self.offset, "line_no": 1}
        row = {
            "location_id": self.name,
            "sku": SKU,
            "quantity": quantity,
            "reason": "sale",
            "reference": f"r-{self.offset}",
            "occurred_at": occurred_at,
            "source_topic": "till.cart-events",
            "source_partition": 3,
            "source_offset": self.offset,
        }
        insert(self.dsn, "stock_ledger", {**row, **(changed or cause)})

    def delivery(self, occurred_at: str, quantity: int, movement_id: str = "") -> None:
        """A movement."""
        topic = "cdc.stock-movements"
        identity = movement_id or f"m-{uuid.uuid4().hex[:8]}"
        self.effect(
            occurred_at,
            quantity,
            reason="delivery",
            reference="note 7",
            movement_id=identity,
            source_topic=topic,
        )

    def run(self, *options: str, location: str = "", sku: str = SKU) -> tuple[int, str, str]:
        """The command, as its user runs it: status, output, error."""
        done = subprocess.run(
            [sys.executable, "-m", "tillstream", "explain", location or self.name, sku, *options],
            cwd=HOME,
            env={**os.environ, "TILLSTREAM_POSTGRES": self.dsn},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    def explained(self, *options: str) -> dict[str, Any]:
        """What a program reads."""
        status, output, error = self.run(*options, "--json")
        assert status == 0, error
        return json.loads(output)


@pytest.fixture
def shop(postgres: str) -> Shop:
    """A registered shop in Berlin that sells milk."""
    world = Shop(postgres)
    register(postgres, world.name, "Köln Süd")
    return world


@pytest.fixture(autouse=True, scope="module")
def milk(postgres: str) -> None:
    """The product."""
    catalogue(postgres, SKU, "Whole milk 1 l")


def test_the_level_at_a_moment_is_the_sum_of_what_had_happened(shop: Shop) -> None:
    shop.delivery("2026-11-17T08:00:00Z", 50, "m-1")
    shop.effect("2026-11-17T13:05:00Z", -2)
    shop.effect("2026-11-17T13:05:01Z", -3)
    shop.effect("2026-11-18T09:00:00Z", -40)
    store(shop.dsn, [level(shop.name, SKU, 5, 1)])

    # 14:05 in the shop is 13:05 in UTC.
    told = shop.explained("--at", "2026-11-17T14:05")

    assert told["on_hand"] == 48, "a sale at the very moment counts, one after it does not"
    assert [(each["quantity"], each["level"]) for each in told["effects"]] == [(50, 50), (-2, 48)]
    assert told["effects"][0]["movement_id"] == "m-1"
    assert (told["effects"][1]["till_id"], told["effects"][1]["sequence"]) == ("t1", 2)
    assert (told["later_effects"], told["later_quantity"]) == (2, -43)
    assert (told["ledger_now"], told["agrees"]) == (5, True)


def test_what_is_not_listed_is_in_the_opening_level(shop: Shop) -> None:
    shop.delivery("2026-11-17T08:00:00Z", 50)
    for minute in range(10, 40):
        shop.effect(f"2026-11-17T09:{minute}:00Z", -1)
    told = shop.explained("--last", "4")
    assert (told["opening"], told["effects_before"]) == (24, 31)
    assert [each["level"] for each in told["effects"]] == [23, 22, 21, 20]


def test_what_was_told_late_counts_when_it_occurred_and_says_so(shop: Shop) -> None:
    shop.delivery("2026-11-17T08:00:00Z", 50)
    shop.effect("2026-11-17T10:00:00Z", -1)
    shop.effect("2026-11-17T12:00:00Z", -1)
    shop.effect("2026-11-17T10:30:00Z", -5)  # the till was cut off
    told = shop.explained("--at", "2026-11-17T11:00Z")
    assert told["on_hand"] == 44, "a late sale is missing in the past that it belongs to"
    assert [each["late"] for each in told["effects"]] == [False, False, True]


def test_a_level_that_went_apart_from_the_ledger_is_told(shop: Shop) -> None:
    shop.delivery("2026-11-17T08:00:00Z", 50)
    store(shop.dsn, [level(shop.name, SKU, 49, 1)])
    assert shop.explained()["agrees"] is False
    assert "50 by the ledger, but 49 in stock_levels" in shop.run()[1]


def test_people_read_it_on_the_shops_own_clock(shop: Shop) -> None:
    shop.delivery("2026-11-17T08:00:00Z", 50, "m-2")
    shop.effect("2026-11-17T13:05:00Z", -2)
    status, output, _ = shop.run("--at", "2026-11-17 14:05")
    assert status == 0
    for text in (
        "Whole milk 1 l (milk)",
        "at Köln Süd",
        "on hand at 2026-11-17 14:05:00 CET: 48",
        "movement m-2 (note 7)  cdc.stock-movements-3-1",
        "till t1 epoch 1 event 2 line 1 (r-2)  till.cart-events-3-2",
    ):
        assert text in output, f"{text} is missing in:\n{output}"


def test_before_anything_happened_there_was_nothing(shop: Shop) -> None:
    told = shop.explained("--at", "2020-01-01T00:00Z")
    assert (told["on_hand"], told["effects"], told["agrees"]) == (0, [], None)


def test_what_cannot_be_explained_says_why(shop: Shop) -> None:
    for options, asked, cause in (
        ((), {"location": "atlantis"}, "no location has the id atlantis"),
        ((), {"sku": "'; --"}, "no product has the SKU '; --"),
        (("--at", "teatime"), {}, "is no time: write"),
        (("--at", "2999-01-01"), {}, "is in the future"),
    ):
        status, output, error = shop.run(*options, **asked)
        assert (status, output) == (1, ""), f"{cause}: {output}"
        assert cause in error
    away = Shop("postgresql://127.0.0.1:1/none")
    assert away.run()[0] == 2
