"""Run one seed, or many: `python -m tests.store_faults --seed 1`, or `--seeds 10 --first 1`."""

from __future__ import annotations

import json
import sys

from tests.acceptance.outside.stack import say
from tests.faults.command import heed_signals, many, options_parser, seed_folder, tell
from tests.till_faults.schedule import draw

from .kinds import FAULTS_MIN, KINDS
from .session import StoreSession

MODULE = "tests.store_faults"
MINUTES = 2.0
SUMMED = ("sales", "booked", "lost", "doubled", "wrong")


def main(arguments: list[str] | None = None) -> int:
    """Suffer and judge; the last line is one JSON object, the exit status 0 where all is right."""
    parser = options_parser("store-faults", __doc__, MINUTES, KINDS, FAULTS_MIN)
    parser.add_argument("--tills", type=int, default=2)
    options = parser.parse_args(arguments)
    heed_signals()
    if options.seeds is not None:
        rows, status = many(options, MODULE)
        sums = {name: sum(row[name] for row in rows) for name in SUMMED}
        say(json.dumps({"seeds": len(rows), **sums}))
        return status
    faults = draw(options.seed, options.minutes, options.tills, options.kinds, options.faults)
    say(f"seed {options.seed}: {', '.join(fault.kind for fault in faults)}")
    with seed_folder("store-faults") as home:
        session = StoreSession(options.seed, options.minutes, options.tills, faults, home)
        return tell(session, home, options.keep, ("logs", "stores", "tills"))


if __name__ == "__main__":
    sys.exit(main())
