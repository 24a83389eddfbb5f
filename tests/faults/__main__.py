"""Run one seed, or many: `python -m tests.faults --seed 1`, or `--seeds 20 --first 1`."""

from __future__ import annotations

import sys

from tests.acceptance.outside.stack import say

from .command import heed_signals, many, options_parser, seed_folder, tell
from .schedule import FAULTS_MIN, KINDS, draw
from .session import Session

MODULE = "tests.faults"
MINUTES = 4.0


def main(arguments: list[str] | None = None) -> int:
    """Suffer and judge; the last line is one JSON object, the exit status 0 where all is right."""
    parser = options_parser("faults", __doc__, MINUTES, KINDS, FAULTS_MIN)
    options = parser.parse_args(arguments)
    heed_signals()
    if options.seeds is not None:
        _, status = many(options, MODULE)
        return status
    faults = draw(options.seed, options.minutes, options.kinds, options.faults)
    say(f"seed {options.seed}: {', '.join(fault.kind for fault in faults)}")
    with seed_folder("tillstream-faults") as home:
        session = Session(options.seed, options.minutes, faults, home)
        return tell(session, home, options.keep, ("logs",))


if __name__ == "__main__":
    sys.exit(main())
