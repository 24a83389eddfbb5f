"""Kafka's classes, loaded and linked once and kept: a broker then starts in half the time.

The Java runtime's wheel comes without an archive of its own classes, so that each start would
read, check and link all of them again.
"""

import fcntl
import tempfile
from dataclasses import replace
from pathlib import Path

from local import child, jars, java, kafka
from local.ports import choose

GRACE_SECONDS = 120
"""Java writes the archive before it ends: some 4 s of CPU, on a machine that may be busy."""


def is_missing(class_path: str) -> bool:
    """Whether nobody has made one for these jars and this Java yet."""
    return not java.archive(class_path).exists()


def make(class_path: str) -> None:
    """Run a broker on no data, and keep what it has loaded; what was kept of other jars goes.

    `StartError` where it does not start. A second one at once waits for the first.
    """
    kept = java.archive(class_path)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with (kept.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_missing(class_path):
            _make(kept, class_path)


def _make(kept: Path, class_path: str) -> None:
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".broker-") as folder:
        fresh = Path(folder) / kept.name
        child.start(_recorded(Path(folder), fresh, class_path)).stop()
        fresh.replace(kept)
    for former in set(kept.parent.glob(f"*{kept.suffix}")) - {kept}:
        former.unlink()


def _recorded(folder: Path, fresh: Path, class_path: str) -> child.Service:
    port, controller_port = choose(2)
    broker = kafka.service(folder / "kafka", port, controller_port, class_path, folder / "log")
    program, *arguments = broker.command
    recorded = [program, f"-XX:AOTCacheOutput={fresh}", *arguments]
    return replace(broker, command=recorded, grace_seconds=GRACE_SECONDS)


if __name__ == "__main__":
    make(jars.class_path())
