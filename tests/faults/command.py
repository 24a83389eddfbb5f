"""What the fault runs share as commands: their options, a folder for one seed, many seeds."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from tests.acceptance.outside.findings import Findings
from tests.acceptance.outside.stack import ROOT, say

from .journal import Row, is_right, run_apart, run_seeds, table


class Judged(Protocol):
    """What has a verdict with findings."""

    @property
    def findings(self) -> Findings:
        """All that differs."""
        ...


class SeedReport(Protocol):
    """What a run of one seed ends in."""

    @property
    def verdict(self) -> Judged:
        """What was found."""
        ...

    def as_json(self) -> dict[str, Any]:
        """Its last line."""
        ...


class SeedSession(Protocol):
    """One seed's run."""

    def run(self) -> SeedReport:
        """The whole of it."""
        ...


def options_parser(
    name: str, about: str | None, minutes: float, kinds: Sequence[str], least: int
) -> argparse.ArgumentParser:
    """The options of a fault run; its seeds are written down in ``.tillstream/NAME.jsonl``."""
    journal = ROOT / ".tillstream" / f"{name}.jsonl"
    parser = argparse.ArgumentParser(prog=name, description=about)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=minutes)
    parser.add_argument("--faults", type=int, default=least, help="at least so many")
    parser.add_argument(
        "--kinds", nargs="+", choices=kinds, default=kinds, metavar="KIND", help=", ".join(kinds)
    )
    parser.add_argument("--seeds", type=int, help="so many one after another, from --first on")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--journal", type=Path, default=journal, help="its seeds are not run again")
    parser.add_argument("--keep", type=Path, help="copy the logs here where something is wrong")
    return parser


def heed_signals() -> None:
    """Take everything down on the way out, also where a shell had the signals ignored."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


@contextmanager
def seed_folder(name: str) -> Iterator[Path]:
    """A folder for one run, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def tell(session: SeedSession, home: Path, keep: Path | None, folders: Sequence[str]) -> int:
    """Run a seed and say its verdict; its ``folders`` are kept where something is wrong."""
    right = False
    try:
        report = session.run()
        right = not report.verdict.findings.counts
        report.verdict.findings.show()
        say(json.dumps(report.as_json()))
    finally:
        if keep is not None and not right:
            sockets = shutil.ignore_patterns("*.sock")
            for name in folders:
                shutil.copytree(home / name, keep / name, dirs_exist_ok=True, ignore=sockets)
    return 0 if right else 1


def many(options: argparse.Namespace, module: str) -> tuple[list[Row], int]:
    """Run many seeds of ``module``; their rows, and the exit status."""
    seeds = range(options.first, options.first + options.seeds)
    keep = options.keep or options.journal.with_suffix(".logs")

    def run(seed: int, minutes: float) -> Row | None:
        return run_apart(seed, minutes, ("--keep", str(keep / str(seed))), module)

    rows = run_seeds(seeds, options.minutes, options.journal, run)
    say(f"{len(rows)} of {len(seeds)} seeds, {options.minutes:g} minutes each\n\n{table(rows)}")
    return rows, 0 if len(rows) == len(seeds) and all(map(is_right, rows)) else 1
