"""Further boards on the stack, beside the one that its supervisor keeps."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import metrics_links
from local.ports import choose
from tests.acceptance.desk.operators import Desk
from tests.told_metrics import identities


class Board:
    """A board that asks people to sign in, at ``page``; its metrics are told at ``address``."""

    def __init__(self, desk: Desk, checkout: Path) -> None:
        self._port, metrics_port = choose(2)
        self._checkout = checkout
        told = metrics_links.settings(identities(desk.stack.home), "board")
        told = {**told, "home": str(desk.stack.home), "metrics_port": str(metrics_port)}
        self._settings = {f"TILLSTREAM_{name.upper()}": value for name, value in told.items()}
        self.address = f"127.0.0.1:{metrics_port}"
        self.page = f"http://127.0.0.1:{self._port}"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        settings = {**self._settings, "PYTHONPATH": str(self._checkout)}
        process = subprocess.Popen(
            [sys.executable, "-m", "tillstream", "board", "--port", str(self._port)],
            cwd=self._checkout,
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stdout.readline(), f"a board ended at once, by {process.wait()}"
        return process

    def crash(self) -> None:
        """End it by force, and start it again at once."""
        self.process.kill()
        self.process.wait()
        self.process = self._start()


@contextmanager
def one_more_board(desk: Desk, checkout: Path) -> Iterator[Board]:
    """A board from ``checkout`` for the length of a block; Prometheus watches it, too."""
    board = Board(desk, checkout)
    try:
        with desk.prometheus.scraping("tillstream-board", board.address):
            yield board
    finally:
        board.process.terminate()
        board.process.wait()
