"""Many seeds one after another, each written down as it ends: a run goes on where it stopped."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.acceptance.outside.stack import ROOT, say

Row = dict[str, Any]
Runner = Callable[[int, float], Row | None]

HEAD = (
    "| seed | events | faults | dead letters | lost | doubled | wrong | slowest recovery | commit |"
)
RULE = "|---:|---:|---:|---:|---:|---:|---:|---:|---|"
END_SECONDS = 120.0
"""How long a seed that is interrupted may take to end what it has started."""


def run_seeds(seeds: Sequence[int], minutes: float, journal: Path, run: Runner) -> list[Row]:
    """Run each seed that the journal does not have yet; the rows of all, as far as they ended."""
    for seed in seeds:
        if any(_is_of(row, seed, minutes) for row in read(journal)):
            say(f"seed {seed} is in {journal}")
            continue
        row = run(seed, minutes)
        if row is None:
            say(f"seed {seed} came to no verdict; it is begun anew next time")
            break
        append(journal, {**row, "minutes": minutes, "commit": commit(), "at": _now()})
    return [row for row in read(journal) if any(_is_of(row, seed, minutes) for seed in seeds)]


def _is_of(row: Row, seed: int, minutes: float) -> bool:
    return (row["seed"], row["minutes"]) == (seed, minutes)


def read(journal: Path) -> list[Row]:
    """Every row; one that was cut off while it was written is none."""
    rows: list[Row] = []
    for text in journal.read_text().splitlines() if journal.exists() else ():
        try:
            rows.append(json.loads(text))
        except ValueError:
            say(f"passed over in {journal}: {text[:80]}")
    return rows


def append(journal: Path, row: Row) -> None:
    """Write a row behind the others, in a line of its own whatever is there."""
    journal.parent.mkdir(parents=True, exist_ok=True)
    is_cut = (
        journal.exists() and not journal.read_bytes().endswith(b"\n") and journal.stat().st_size
    )
    with journal.open("a") as file:
        file.write(("\n" if is_cut else "") + json.dumps(row) + "\n")


def table(rows: Iterable[Row]) -> str:
    """The rows as a table for a document."""
    lines = [HEAD, RULE]
    for row in sorted(rows, key=lambda row: row["seed"]):
        figures = (row["seed"], row["events"], row["faults"]["total"], row["dead_letters"])
        verdict = (row["lost"], row["doubled"], row["wrong"])
        times = (f"{row['slowest_recovery_seconds']:.1f} s", row["commit"])
        lines.append("| " + " | ".join(map(_text, (*figures, *verdict, *times))) + " |")
    return "\n".join(lines)


def _text(figure: Any) -> str:
    return f"{figure:,}" if isinstance(figure, int) else str(figure)


def is_right(row: Row) -> bool:
    """Whether nothing was lost, doubled or wrong."""
    return not (row["lost"] or row["doubled"] or row["wrong"])


def commit() -> str:
    """What is checked out, with a mark where the checkout differs from it."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=7", "--match="]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown"


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def run_apart(seed: int, minutes: float, more: Sequence[str], module: str) -> Row | None:
    """Run a seed of ``module`` in a process of its own; its last line, None where it ended without
    a verdict."""
    command = [sys.executable, "-m", module, "--seed", str(seed), "--minutes", str(minutes)]
    process = subprocess.Popen([*command, *more], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    last = ""
    try:
        for text in process.stdout or ():
            last = text
            say(text.rstrip())
        process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(END_SECONDS)
    try:
        row: Row = json.loads(last)
    except ValueError:
        return None
    return row if process.returncode in (0, 1) else None
