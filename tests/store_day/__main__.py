"""Run the day: `python -m tests.store_day --events 50000`; the last line is one JSON object."""

from __future__ import annotations

import argparse
import json
import sys

from tests.acceptance.outside.stack import say
from tests.faults.command import heed_signals, seed_folder

from .day import StoreDay

EVENTS = 50_000
"""Of a large store's day."""


def main(arguments: list[str] | None = None) -> int:
    """Sell, heal, compare; the exit status is 0 where all is right."""
    parser = argparse.ArgumentParser(prog="store-day", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--tills", type=int, default=10)
    options = parser.parse_args(arguments)
    heed_signals()
    with seed_folder("store-day") as home:
        report = StoreDay(home, options.events, options.tills).run()
    say(json.dumps(report))
    return 0 if not (report["differences"] or report["lost"] or report["doubled"]) else 1


if __name__ == "__main__":
    sys.exit(main())
