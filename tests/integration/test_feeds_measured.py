"""`make feeds` in its short form: what it measures is there, and is what it says."""

from pathlib import Path

import pytest

from benchmarks.feeds import measured
from benchmarks.feeds_fold import fold

ROWS_EACH = 3
"""Of each product that a store sells: itself, its price, its assortment."""


def test_one_change_in_the_fold_is_a_row_and_a_head_for_each_store() -> None:
    told = fold(stores=50, rows=4)
    assert told["change_records"] == 2 * 50
    assert told["filled_rows"] == 50 * (4 * ROWS_EACH + 1), "and a head"
    assert 300 < told["change_bytes_per_store"] < 2_000


@pytest.mark.lonely
async def test_one_change_reaches_every_store_of_a_broker(tmp_path: Path) -> None:
    told = await measured(tmp_path, stores=20, listing=5, times=2)
    assert told["filled_rows"] == 20 * 5 * ROWS_EACH
    assert 0 < told["change_seconds"]["median"] < 60
    writes = told["writes"]
    assert set(writes["outbox"]) == {"commit", "decode", "write"}
    assert all(writes[each] > 0 for each in writes if each != "outbox")
