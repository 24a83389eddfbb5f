"""PostgreSQL's postmaster is killed while a session is busy and does not notice."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from local import child, postgres
from local.ports import choose
from tests import open_postgres

BUSY = "SELECT count(*) FROM generate_series(1, 3000000000)"


def _be_busy(dsn: str, pids: list[int]) -> None:
    with suppress(psycopg.OperationalError), psycopg.connect(dsn) as connection:
        pids.append(connection.info.backend_pid)
        connection.execute(BUSY)


def _killed_under(service: child.Service, dsn: str) -> int:
    """Start the server, make a session busy, kill the postmaster; the session's pid."""
    pids: list[int] = []
    server = child.start(service)
    threading.Thread(target=_be_busy, args=(dsn, pids), daemon=True).start()
    while not pids or psutil.Process(pids[0]).cpu_times().user < 0.2:
        time.sleep(0.05)
    psutil.Process(server.pid).kill()
    while server.exit_code is None:
        time.sleep(0.05)
    return pids[0]


@pytest.mark.timeout(120)
def test_a_killed_server_comes_back_though_a_session_is_busy(services_folder: Path) -> None:
    folder = services_folder / "postgres-killed"
    (port,) = choose(1)
    dsn, log = open_postgres.address(port), services_folder / "logs" / "postgres-killed.log"
    service = open_postgres.service(folder, port, log)
    busy = _killed_under(service, dsn)
    assert psutil.pid_exists(busy), "the session noticed by itself: this test shows nothing"
    second = child.start(service)
    try:
        assert not psutil.pid_exists(busy), "a session without a server holds the data"
        assert postgres.is_ready(dsn)
    finally:
        second.stop()
