"""A folder for one benchmark, gone afterwards, with all that was started in it."""

import signal
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tillstream.settings import HOME


@contextmanager
def scratch(prefix: str) -> Generator[Path]:
    """An empty folder on the checkout's own disk; one in memory would flatter the stores.

    A request to terminate ends the block as an exception does, so that contenders are stopped.
    """
    signal.signal(signal.SIGTERM, _end)
    home = HOME / ".tillstream"
    home.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=f"{prefix}-") as folder:
        yield Path(folder)


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)
