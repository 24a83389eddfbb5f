"""The ports on which a stack's processes listen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass(frozen=True, order=True)
class Door:
    """One port, and the process behind it."""

    port: int
    host: str
    process: str

    def __str__(self) -> str:
        return f"{self.process} at {self.host}:{self.port}"


def doors(processes: Iterable[dict[str, Any]]) -> list[Door]:
    """All of them, also those that children of the processes have opened."""
    found = {door for each in processes if each.get("pid") for door in _of(each)}
    return sorted(found)


def _of(process: dict[str, Any]) -> Iterable[Door]:
    parent = psutil.Process(process["pid"])
    for one in (parent, *parent.children(recursive=True)):
        for connection in one.net_connections("inet"):
            if connection.status == psutil.CONN_LISTEN:
                host, port = connection.laddr
                # A socket for both families shows the older address within a newer one.
                yield Door(port, host.removeprefix("::ffff:"), process["name"])
