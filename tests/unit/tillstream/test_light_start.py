"""A command loads what it needs: each library that it does not use is a tenth of a second."""

import subprocess
import sys

import pytest

from tillstream.settings import HOME


@pytest.mark.parametrize(
    ("modules", "spared"),
    [
        ("tillstream.settings", "psycopg kafka aiokafka faust aiohttp prometheus_client structlog"),
        ("tillstream.commands.local", "kafka aiokafka faust aiohttp jgo prometheus_client"),
        ("tillstream.commands.migrate", "kafka aiokafka faust aiohttp prometheus_client"),
        ("tillstream.commands.customers", "kafka faust aiohttp prometheus_client structlog"),
        ("tillstream.commands.worker, tillstream.sink", "faust aiohttp rocksdict"),
        ("tillstream.commands.worker, tillstream.webhooks", "kafka faust rocksdict"),
        ("tillstream.commands.worker, tillstream.agents_worker", "psycopg jgo jinja2 babel argon2"),
        ("tillstream.board", "kafka faust rocksdict jgo"),
    ],
)
def test_what_is_not_needed_is_not_loaded(modules: str, spared: str) -> None:
    told = f"import sys, {modules}; print(*({set(spared.split())!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=HOME, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
