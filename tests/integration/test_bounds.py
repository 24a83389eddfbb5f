"""A partition's memory does not grow with the carts that it has seen; `make bounds` tries hours."""

import json
import re
import subprocess
import sys

from benchmarks.bounds import MEMORY_MIB_MAX
from tests.house.checkout import CHECKOUT

RECEIPTS = 40_000


def _measured(receipts: int) -> tuple[float, dict[str, int]]:
    """Peak memory in MiB of a process of its own, and the keys in its state."""
    command = [sys.executable, "-m", "benchmarks.bounds", "--receipts", str(receipts)]
    said = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    found = re.search(r"peak (\d+) MiB.*in the state ({.*})", said.stdout)
    assert found, said.stderr
    return float(found[1]), json.loads(found[2].replace("'", '"'))


def test_a_partition_keeps_receipts_on_disk_and_not_in_memory() -> None:
    few, _ = _measured(RECEIPTS // 4)
    many, keys = _measured(RECEIPTS)
    assert keys["carts"] == 0, "closed carts have values of their own"
    assert keys["closed"] <= RECEIPTS / 8, "a block is written more than once"
    assert many < MEMORY_MIB_MAX
    grown = many - few  # first items and RocksDB's memtable, both bounded
    assert grown < 60, f"{grown} MiB more for {RECEIPTS * 3 // 4} receipts"
