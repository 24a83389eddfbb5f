"""`faust -A tillstream.app` does what a Faust user expects: lists what there is, and works."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from agents.retail import TABLES
from tests.integration.own_broker import tillstream
from tests.integration.process import HOME, PATIENCE_SECONDS, Process
from tests.integration.sink_world import PARTITIONS, Till, line
from tests.integration.worker_world import Topics, eventually
from topics.registry import INPUTS

pytestmark = pytest.mark.lonely

FAUST = ["-m", "faust", "-A", "tillstream.app"]
PREFIXES = ("TILLSTREAM_", "F_", "FAUST_")


def _faust(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it with no setting but these, and nothing that it could reach."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(PREFIXES)}
    given = {f"TILLSTREAM_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, *FAUST, *arguments],
        cwd=HOME,
        env={**bare, **given},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


def _listed(what: str) -> list[Any]:
    done = _faust("--json", what)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_agents_are_listed_with_topic_and_help_without_a_stack() -> None:
    agents = _listed("agents")
    assert {each["topic"] for each in agents} == {spec.name for spec in INPUTS}
    assert "@checkout" in {each["name"] for each in agents}
    assert all(each["help"].endswith(".") for each in agents), "an agent does not say what it does"


def test_tables_are_listed_with_help_without_a_stack() -> None:
    told = {each["name"]: each["help"] for each in _listed("tables")}
    assert told == {name: kept.help for name, kept in TABLES.items()}


def test_both_are_tables_for_people_too() -> None:
    said = _faust("agents").stdout + _faust("tables").stdout
    assert "| @movements " in said and "| items " in said


def test_nothing_is_left_where_it_was_asked() -> None:
    before = set(os.listdir(HOME))
    _faust("agents")
    assert set(os.listdir(HOME)) == before


def test_a_worker_without_an_address_ends_with_what_to_do(tmp_path: Path) -> None:
    done = _faust("worker", home=str(tmp_path))
    assert done.returncode == 1
    assert "no address for kafka" in done.stderr and "Traceback" not in done.stderr


@pytest.fixture
def kafka(lonely_kafka_anew: str) -> str:
    arguments = ("topics", "sync")
    status, _, errors = tillstream(lonely_kafka_anew, *arguments, partitions=str(PARTITIONS))
    assert status == 0, errors
    return lonely_kafka_anew


def test_a_worker_sells_as_one_of_tillstream_does(kafka: str, tmp_path: Path) -> None:
    settings = {"home": str(tmp_path), "kafka": kafka, "worker_name": "by-faust"}
    worker = Process([*FAUST, "worker", "-l", "info"], tmp_path / "worker.log", settings)
    try:
        topics, till = Topics(kafka), Till("shop-1", "till-1")
        topics.send([till.sale(line(1, "tea", 2))])
        eventually(
            "the level", lambda: "shop-1/tea" in topics.now("stock.levels"), lambda: worker.log
        )
        assert topics.now("stock.levels")["shop-1/tea"]["on_hand"] == -2
        assert "tillstream_partitions_held" in _metrics(worker)
        assert (tmp_path / "state" / "tillstream" / "by-faust").exists()
    finally:
        status = worker.stop()
    assert status == 0, worker.log[-3000:]


def _metrics(worker: Process) -> str:
    address = re.search(r"http://\S+/metrics", worker.log)
    assert address, worker.log[-3000:]
    with urllib.request.urlopen(address[0]) as answer:
        return answer.read().decode()
