"""How much room is left where a worker keeps its state."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from metrics.upkeep import DISK_FREE, DISK_SIZE
from operations.upkeep.families import gauges

STATE = ("state",)
"""Label of the volume that holds this process's own files."""


class OwnDisk(Collector):
    """Free room and size of the disk under ``folder``, which may be made later."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """The disk as it is now."""
        usage = shutil.disk_usage(existing(self._folder))
        yield gauges(DISK_FREE, {STATE: usage.free})
        yield gauges(DISK_SIZE, {STATE: usage.total})


def existing(folder: Path) -> Path:
    """``folder``, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
