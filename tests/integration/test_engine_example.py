"""The agent in `engine/README.md` runs as it stands there, by Faust's own worker."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from tests.integration.own_broker import dismiss, shown
from tests.integration.process import HOME, Process
from tests.integration.worker_world import Topics, eventually
from topics.partitioning import partition_of

pytestmark = pytest.mark.lonely

ADDRESS = "localhost:9092"
LINES_MAX = 20
PARTITIONS = 2


def example() -> str:
    """The first program of the page."""
    found = re.search(r"```python\n(.*?)```", (HOME / "engine" / "README.md").read_text(), re.S)
    assert found, "the page shows no program"
    return found[1]


@pytest.fixture
def kafka(lonely_kafka_anew: str) -> str:
    admin = KafkaAdminClient(bootstrap_servers=lonely_kafka_anew)
    admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in ("sales", "stock")])
    shown(admin, ["sales", "stock"])
    admin.close()
    return lonely_kafka_anew


class Example(Process):
    """`faust -A example worker` in the folder that has the program."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        arguments = ["-m", "faust", "-A", "example", "worker", "--without-web", "-l", "info"]
        super().__init__(arguments, folder / "worker.log", {})

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": str(HOME)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )


def test_it_is_short() -> None:
    lines = [line for line in example().splitlines() if line.strip()]
    assert len(lines) <= LINES_MAX, f"{len(lines)} lines are no glance"


def test_it_keeps_stock_and_goes_on_where_it_was_after_a_kill(kafka: str, tmp_path: Path) -> None:
    program = example()
    assert ADDRESS in program
    (tmp_path / "example.py").write_text(program.replace(ADDRESS, kafka))
    topics, worker = Topics(kafka), Example(tmp_path)

    def sell(sku: str, *quantities: int) -> None:
        place = partition_of(sku, PARTITIONS)
        topics.send([("sales", sku, b"%d" % each, place) for each in quantities])

    def left() -> dict[str, int]:
        return {each.key.decode(): int(each.value) for each in topics.messages("stock")}

    try:
        sell("tea", 2, 3)
        sell("milk", 1)
        eventually("the stock", lambda: left() == {"tea": -5, "milk": -1}, lambda: worker.log)
        worker.kill()
        dismiss(kafka, "shop")
        worker.restart()
        sell("tea", 1)
        eventually("the next sale", lambda: left() == {"tea": -6, "milk": -1}, lambda: worker.log)
    finally:
        status = worker.stop()
    assert status == 0, worker.log[-3000:]
    assert not (tmp_path / "shop-data").exists(), "Faust's folder holds nothing of ours"
