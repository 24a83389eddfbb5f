"""After a rebuild, exactly the rows that only the state before knew are asked for again."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.rebuild.stale import IN_ORDER, NewestTimes, Topic, stale_rows
from operations.rebuild.stale_products import stale_skus
from topics.registry import OUTPUTS
from topics.upkeep import GENERATION_BITS

FLOOR = 1 << GENERATION_BITS
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
OLD, NEW = 5, FLOOR + 5


@dataclass
class Said:
    """A record of a derived topic."""

    key: bytes
    value: bytes | None


def said(key: str, version: int, days_ago: float = 0, **fields: Any) -> Said:
    at = (NOW - timedelta(days=days_ago)).isoformat()
    row = {"location_id": key.partition("/")[0], "version": version, "as_of": at, **fields}
    return Said(key.encode(), json.dumps(row).encode())


def stale(topic: Topic, *records: Said) -> list[str]:
    clocks = NewestTimes({"shop": NOW})
    return list(stale_rows(topic, records, FLOOR, clocks))


def test_all_derived_topics_are_looked_through_and_tills_before_what_they_tell_the_time_of() -> (
    None
):
    assert set(IN_ORDER) == {spec.name for spec in OUTPUTS}
    assert IN_ORDER[0] == "till.status"


def test_a_row_that_the_rebuilt_state_has_said_is_left_alone() -> None:
    assert stale("stock.levels", said("shop/tea", OLD), said("shop/tea", NEW)) == []


def test_a_worker_of_before_that_still_speaks_does_not_make_a_row_stale() -> None:
    assert stale("stock.levels", said("shop/tea", NEW), said("shop/tea", OLD)) == []


@pytest.mark.parametrize("topic", ["stock.levels", "checkout.totals", "till.status"])
def test_a_row_that_only_the_state_before_has_said_is_asked_for(topic: Topic) -> None:
    assert stale(topic, said("shop/tea", OLD)) == ["shop/tea"]


def test_a_row_that_is_gone_stays_gone() -> None:
    assert stale("till.status", said("shop/1", OLD), Said(b"shop/1", None)) == []


def test_a_date_that_has_left_the_state_for_its_age_stays_as_it_was_said() -> None:
    key = "shop/2025-10-01"
    assert stale("checkout.totals", said(key, OLD, days_ago=400)) == []
    assert stale("checkout.totals", said(key, OLD, days_ago=390)) == [key]


def test_where_no_time_is_known_nothing_is_taken_back() -> None:
    records = [said("elsewhere/tea", OLD, as_of=None)]
    assert list(stale_rows("stock.levels", records, FLOOR, NewestTimes())) == []


def test_of_alerts_only_those_that_stand_are_asked_for() -> None:
    raised = said("shop/tea", OLD, state="raised", as_of=None)
    cleared = said("shop/milk", OLD, state="cleared", as_of=None)
    assert stale("restock.alerts", raised, cleared) == ["shop/tea"]


def test_what_is_no_row_or_has_another_rows_key_is_passed_over() -> None:
    junk = [Said(b"shop/x", b"{"), Said(b"shop/y", b"[]"), said("shop/z", OLD, location_id="other")]
    assert stale("stock.levels", *junk) == []


def test_tills_tell_the_clock_by_which_the_age_of_other_rows_is_judged() -> None:
    clocks = NewestTimes()
    seen = said("shop/1", NEW, as_of=None, last_seen=NOW.isoformat())
    assert list(stale_rows("till.status", [seen], FLOOR, clocks)) == []
    old = [said("shop/2025-10-01", OLD, days_ago=400)]
    assert list(stale_rows("checkout.totals", old, FLOOR, clocks)) == []


def test_products_are_asked_for_whose_newest_row_is_of_before_unless_it_is_gone() -> None:
    rows = [
        *(said("anew", OLD), said("anew", NEW), said("anew", OLD)),
        *(said("left", OLD), said("gone", OLD), Said(b"gone", None)),
    ]
    assert list(stale_skus(rows, FLOOR)) == ["left"]
