"""What processes have used of the machine, as the kernel counts it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds so far of a worker, the broker and the whole machine, at a time since 1970."""

    at: float
    worker: float
    broker: float
    machine: float


def usage(worker: int, broker: int) -> Usage:
    """As of now, by process id."""
    return Usage(time.time(), _cpu_seconds(worker), _cpu_seconds(broker), _machine_seconds())


def peak_mib(pid: int) -> float:
    """The most memory that the process has held at once."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def family_mib(pid: int) -> float:
    """What the process and all that it has started hold by themselves, where a page that n of them
    share counts as one in n (PSS)."""
    parents = {each: _parent(each) for each in _pids()}
    family, found = {pid}, True
    while found:
        found = {each for each, parent in parents.items() if parent in family} - family
        family |= found
    return sum(_shared_out_mib(each) for each in family)


def _pids() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _parent(pid: int) -> int:
    try:
        return int(_stat(pid)[1])
    except OSError:  # it has ended meanwhile
        return 0


def _shared_out_mib(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return (
        next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")) / 1024
    )


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu_seconds(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICK


def _machine_seconds() -> float:
    with Path("/proc/stat").open() as file:
        user, nice, system, _idle, _wait, irq, softirq = map(int, file.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / _TICK
