"""An expired piece and a recalled lot are stopped with a reason."""

from datetime import date, timedelta

import pytest

from edge.till.scanning.items import ScannedItem
from edge.till.scanning.stopping import Stopped, WhyStopped, stop_of

LAST_DAY = date(2026, 11, 30)
PIECE = ScannedItem("04006381333931", is_gtin=True, lot="L", expires_on=LAST_DAY)


@pytest.mark.parametrize(("days", "is_stopped"), [(-1, False), (0, False), (1, True)])
def test_a_piece_is_sold_to_the_end_of_its_last_day(days: int, is_stopped: bool) -> None:
    found = stop_of(PIECE, LAST_DAY + timedelta(days=days), None)
    assert found == (Stopped(WhyStopped.EXPIRED, "2026-11-30") if is_stopped else None)


def test_a_recall_is_named_before_the_date() -> None:
    late = LAST_DAY + timedelta(days=1)
    assert stop_of(PIECE, late, "glass") == Stopped(WhyStopped.RECALLED, "glass")


def test_a_piece_without_a_date_is_sold() -> None:
    assert stop_of(ScannedItem("4011"), LAST_DAY, None) is None
