"""Which process this is, from which sources it runs, and since when."""

import hashlib
import time
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from local.checkout import HOME
from metrics.upkeep import BUILD_INFO, STARTED
from operations.upkeep.families import gauges

SOURCES = (
    "topics",
    "metrics",
    "local",
    "tables",
    "engine",
    "agents",
    "connectors",
    "edge",
    "dashboards",
    "operations",
    "tillstream",
)
"""The packages. Their files make a version, so that two checkouts of one release that differ by
an unfinished edit do not pass for the same."""

_DIGEST_CHARACTERS = 10


class ProcessIdentity(Collector):
    """Name, version and start of this process."""

    def __init__(self, process: str, name: str) -> None:
        """``process`` is its role: worker, sink or board; ``name`` tells equals apart."""
        self._labels = (process, name, version())
        self._started_seconds = time.time()

    def collect(self) -> Iterator[Metric]:
        """Who and since when."""
        yield gauges(BUILD_INFO, {self._labels: 1})
        yield gauges(STARTED, {(): self._started_seconds})


@cache
def version(home: Path = HOME) -> str:
    """Release and a digest of the sources, such as ``0.1.0+5f2c01d3aa``."""
    release = tomllib.loads((home / "pyproject.toml").read_text())["project"]["version"]
    return f"{release}+{_digest(home)}"


def _digest(home: Path) -> str:
    found = hashlib.sha256()
    for package in SOURCES:
        for path in sorted((home / package).rglob("*")):
            if path.suffix in (".py", ".sql"):
                found.update(path.relative_to(home).as_posix().encode() + path.read_bytes())
    return found.hexdigest()[:_DIGEST_CHARACTERS]
