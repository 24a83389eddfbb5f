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


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _machine_seconds() -> float:
    with Path("/proc/stat").open() as file:
        user, nice, system, _idle, _wait, irq, softirq = map(int, file.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / _TICK
