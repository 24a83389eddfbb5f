"""How long a fetch may be held: by what came, when, and what waits to be taken."""

import time
from operator import attrgetter
from typing import Any

from clients.quiet_fetches import QUIET_SECONDS, QUIET_WAIT_MS, QuietFetcher

OWN_MS = 20

LONG_AGO = -2 * QUIET_SECONDS


def _fetcher(since: float, **records: object) -> Any:
    """One to which something came ``since`` seconds from now, and that holds ``records``."""
    made: Any = object.__new__(QuietFetcher)
    vars(made).update(_fetch_max_wait_ms=OWN_MS, _records=records)
    made.came_at = time.monotonic() + since
    return made


wait_ms = attrgetter("_fetch_max_wait_ms")


def test_while_something_comes_a_fetch_is_held_as_the_consumer_says() -> None:
    assert wait_ms(_fetcher(0)) == OWN_MS


def test_once_nothing_has_come_for_a_while_it_is_held_for_longer() -> None:
    assert wait_ms(_fetcher(LONG_AGO)) == QUIET_WAIT_MS > OWN_MS


def test_a_partition_whose_records_wait_is_not_kept_waiting_for_the_others() -> None:
    assert wait_ms(_fetcher(LONG_AGO, partition="records")) == OWN_MS
