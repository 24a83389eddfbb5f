"""Run seeds: `python -m tests.simulation --seeds 10000 --processes 2`."""

from __future__ import annotations

import argparse
import json
import sys
import time

from tests.acceptance.outside.stack import say

from .many import Sum, run_seeds
from .run import run, virtual
from .scenario import draw
from .shrink import as_test, shrink

TOLD = 10
"""Failing seeds that are told in the last line."""


def _tell(seed: int) -> None:
    """A failing seed: what differs, and the smallest test that shows it."""
    with virtual():
        say(f"seed {seed}: {draw(seed)}")
        run(draw(seed)).findings.show()
        smallest = shrink(draw(seed))
        wrong = run(smallest).wrong()
    say("\nThe same in small, to paste into tests/simulation/test_found.py:\n")
    say(as_test(f"seed_{seed}", smallest, sorted(wrong)))


def main(arguments: list[str] | None = None) -> int:
    """The last line is one JSON object, the exit status 0 where all is right."""
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    began = time.monotonic()
    total = run_seeds(options.first, options.seeds, options.processes)
    seconds = time.monotonic() - began
    if total.wrong:
        _tell(min(total.wrong))
    say(json.dumps(_summary(total, options.first, seconds)))
    return 1 if total.wrong else 0


def _summary(total: Sum, first: int, seconds: float) -> dict[str, object]:
    summary = {"first": first, **vars(total), "seconds": round(seconds, 1)}
    summary["virtual_seconds"] = round(total.virtual_seconds)
    summary["seeds_per_minute"] = round(total.seeds / seconds * 60)
    summary["wrong_seeds"], summary["wrong"] = sorted(total.wrong)[:TOLD], len(total.wrong)
    return summary


if __name__ == "__main__":
    sys.exit(main())
