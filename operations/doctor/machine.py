"""This machine: its disk, its ports, and whether children end with their parent."""

import ctypes
import json
import shutil
import sys
from collections.abc import Iterator

import psutil

from local import control
from local.child import PR_SET_PDEATHSIG
from local.home import StackHome
from local.ports import is_free
from operations.doctor.finding import Finding, Patient, bad, good
from operations.status.words import size
from operations.upkeep.disks import existing

FREE_SHARE_MIN = 0.1
"""As in the alert rule DiskIsNearlyFull."""

FREE_BYTES_MIN = 1024**3
"""A new Kafka segment and a day's state; a small disk is full while a tenth of it is left."""


def disk(patient: Patient) -> Iterator[Finding]:
    """Room under the home."""
    home = patient.installation.home
    folder = existing(home)
    usage = shutil.disk_usage(folder)
    told = f"{size(usage.free)} of {size(usage.total)} are free under {folder}"
    if usage.free < max(FREE_BYTES_MIN, FREE_SHARE_MIN * usage.total):
        yield bad("disk", told, f"make room there, or move {home} to another disk")
    else:
        yield good("disk", told)


def ports(patient: Patient) -> Iterator[Finding]:
    """Of a local stack that is down: whether somebody has taken a port that it remembers."""
    home = StackHome(patient.installation.home.absolute())
    if not home.ports.exists() or control.status(home).state != "stopped":
        return
    remembered: dict[str, int] = json.loads(home.ports.read_text())
    taken = {name: port for name, port in remembered.items() if not is_free(port)}
    if not taken:
        yield good("ports", f"all {len(remembered)} remembered ports are free")
    for name, port in taken.items():
        remedy = (
            f"end {_listener(port)}, or let the next start choose another port, which it does "
            "by itself: addresses in other programs must then follow"
        )
        yield bad("ports", f"port {port}, which {name} had, is taken", remedy)


def _listener(port: int) -> str:
    for connection in psutil.net_connections("tcp"):
        if connection.laddr and connection.laddr[1] == port and connection.pid:
            return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
    return "the process that listens there"


def death_signal(_: Patient) -> Iterator[Finding]:
    """Whether the kernel ends children whose parent was killed."""
    name = "orphans"
    if sys.platform != "linux":
        remedy = "after a crash of 'tillstream local up', look for processes that it left behind"
        yield bad(name, "this system does not end children with their parent", remedy)
    elif ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, _current_death_signal()) != 0:
        remedy = "allow prctl(PR_SET_PDEATHSIG) in the container's seccomp profile"
        yield bad(name, "the kernel refuses to end children with their parent", remedy)
    else:
        yield good(name, "children end with their parent")


def _current_death_signal() -> int:
    """So that asking changes nothing."""
    held = ctypes.c_int()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG + 1, ctypes.byref(held))
    return held.value


def stack(patient: Patient) -> Iterator[Finding]:
    """The local stack's processes, where there is one."""
    found = control.status(StackHome(patient.installation.home.absolute()))
    if found.record is None:
        return
    if found.state != "running":
        yield bad("local stack", f"it is {found.state}", "start it with 'tillstream local up'")
        return
    for process in found.record.processes:
        log = patient.installation.home / "logs" / f"{process.name}.log"
        if process.state not in ("running", "external"):
            yield bad(
                "local stack", f"{process.name} is {process.state}", f"its log says why: {log}"
            )
        elif process.pid is not None and _is_suspended(process.pid):
            remedy = f"let it go on with 'kill -CONT {process.pid}', or end it with 'kill -9'"
            yield bad("local stack", f"{process.name} is suspended", remedy)
        else:
            yield good("local stack", f"{process.name} runs, restarted {process.restarts} times")


def _is_suspended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_STOPPED
    except psutil.NoSuchProcess:
        return False
