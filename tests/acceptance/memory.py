"""How much memory a store's own processes take, as its machine would count it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

UNMEASURED = ("till-", "line@")
"""On machines of their own, or nothing that a real store has."""


def pss_mib_of_store(home: Path, location_id: str) -> dict[str, float]:
    """Proportional set size in MiB by process, of the stack in ``home``; children count with who
    started them."""
    noted = json.loads((home / "stack.json").read_text())["processes"]
    return {
        each["name"]: sum(map(_pss_mib, (each["pid"], *_children(each["pid"]))))
        for each in noted
        if each["name"].endswith(f"@{location_id}")
        and each["pid"]
        and not each["name"].startswith(UNMEASURED)
    }


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout
    return [int(each) for each in listed.split()]


def _pss_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except FileNotFoundError:  # it has ended since
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
