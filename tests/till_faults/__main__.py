"""Run one seed, or many: `python -m tests.till_faults --seed 1`, or `--seeds 10 --first 1`."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from tests.acceptance.outside.stack import ROOT, say
from tests.faults.journal import Row, is_right, run_apart, run_seeds, table

from .schedule import FAULTS_MIN, KINDS, draw
from .session import TillReport, TillSession

JOURNAL = ROOT / ".tillstream" / "till-faults.jsonl"
MODULE = "tests.till_faults"


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="till-faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--tills", type=int, default=3)
    parser.add_argument("--faults", type=int, default=FAULTS_MIN, help="at least so many")
    parser.add_argument(
        "--kinds", nargs="+", choices=KINDS, default=KINDS, metavar="KIND", help=", ".join(KINDS)
    )
    parser.add_argument("--seeds", type=int, help="so many one after another, from --first on")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--journal", type=Path, default=JOURNAL, help="its seeds are not run again")
    parser.add_argument("--keep", type=Path, help="copy the logs here where something is wrong")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Suffer and judge; the last line is one JSON object, the exit status 0 where all is right."""
    options = _options(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    if options.seeds is not None:
        return _many(options)
    faults = draw(options.seed, options.minutes, options.tills, options.kinds, options.faults)
    say(f"seed {options.seed}: {', '.join(fault.kind for fault in faults)}")
    home = Path(tempfile.mkdtemp(prefix="till-faults-"))
    try:
        session = TillSession(options.seed, options.minutes, options.tills, faults, home)
        return _tell(session, home, options.keep)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _many(options: argparse.Namespace) -> int:
    seeds = range(options.first, options.first + options.seeds)
    keep = options.keep or options.journal.with_suffix(".logs")

    def run(seed: int, minutes: float) -> Row | None:
        return run_apart(seed, minutes, ("--keep", str(keep / str(seed))), module=MODULE)

    rows = run_seeds(seeds, options.minutes, options.journal, run)
    say(f"{len(rows)} of {len(seeds)} seeds, {options.minutes:g} minutes each\n\n{table(rows)}")
    sums = {name: sum(row[name] for row in rows) for name in ("sales", "lost", "doubled", "wrong")}
    say(json.dumps({"seeds": len(rows), **sums}))
    return 0 if len(rows) == len(seeds) and all(map(is_right, rows)) else 1


def _end(number: int, _frame: FrameType | None) -> None:
    """Take everything down on the way out."""
    sys.exit(128 + number)


def _tell(session: TillSession, home: Path, keep: Path | None) -> int:
    right = False
    try:
        report: TillReport = session.run()
        right = not report.verdict.findings.counts
        report.verdict.findings.show()
        say(json.dumps(report.as_json()))
    finally:
        if keep is not None and not right:
            sockets = shutil.ignore_patterns("*.sock")
            for name in ("logs", "tills"):
                shutil.copytree(home / name, keep / name, dirs_exist_ok=True, ignore=sockets)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
