"""`tillstream doctor` and `status`, on real servers that are really broken."""

import asyncio
import json
import shutil
import threading
from collections.abc import Callable, Generator, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer
from kafka import KafkaAdminClient, KafkaProducer

from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.connect.rest import Connect
from connectors.debezium import keeper
from connectors.debezium.definition import NAME, ROLE, SourceDatabase
from local.home import StackHome, write_json
from local.ports import choose
from operations.doctor import cluster, machine
from operations.doctor.finding import Patient
from operations.generations import log
from operations.generations.standing import state_id
from operations.topic_sync.sync import sync
from tests.conftest import connect_settings
from tests.integration.own_broker import delete_topics, own_broker, tillstream, tillstream_json
from tests.integration.process import Process
from tillstream.settings import load_settings
from topics.dead_letters import dead_letter_headers
from topics.registry import ALL, TILL_EVENTS

PARTITIONS = 8

Doctor = Callable[..., dict[str, list[tuple[str, str]]]]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with own_broker(tmp_path_factory.mktemp("broker")) as bootstrap:
        yield bootstrap


@pytest.fixture
def doctor(broker: str, fresh_postgres: str, connect: ConnectAccess, tmp_path: Path) -> Doctor:
    """What is wrong by doctor's word: findings and remedies, by check."""
    sync(KafkaAccess(broker), PARTITIONS, 1)

    def examine(*options: str, **changed: str) -> dict[str, list[tuple[str, str]]]:
        settings = {"home": str(tmp_path), "postgres": fresh_postgres} | connect_settings(connect)
        given = {**settings, **changed}
        status, found = tillstream_json(broker, "doctor", "--only-bad", *options, **given)
        wrong = [each for each in found if each["verdict"] == "bad"]
        assert status == (1 if wrong else 0), f"exit status {status} with {wrong}"
        assert all(each["remedy"] for each in wrong), "a fault without advice"
        told: dict[str, list[tuple[str, str]]] = {}
        for each in wrong:
            told.setdefault(each["check"], []).append((each["finding"], each["remedy"]))
        return told

    return examine


def test_a_misspelt_setting_is_named_with_what_was_meant(doctor: Doctor) -> None:
    ((_, remedy),) = doctor(kafak="somewhere:9092")["settings"]
    assert "TILLSTREAM_KAFAK may mean TILLSTREAM_KAFKA" in remedy


def test_a_value_that_is_none_is_named(doctor: Doctor) -> None:
    ((finding, _),) = doctor(partitions="many")["settings"]
    assert "TILLSTREAM_PARTITIONS" in finding


def test_servers_that_are_away_are_told_and_nothing_else_breaks(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for patience in (
        "kafka.admin.ANSWER_MS",
        "kafka.reader._ANSWER_MS",
        "topic_sync.sync._ANSWER_MS",
    ):
        monkeypatch.setattr(f"operations.{patience}", 1_000)
    nowhere = "127.0.0.1:1"
    found = doctor(
        kafka=nowhere, postgres=f"postgresql://a@{nowhere}/b", connect=f"http://{nowhere}"
    )
    assert {"kafka", "postgres", "connect"} <= found.keys()


def test_topics_that_are_not_as_they_should_be(doctor: Doctor, broker: str) -> None:
    admin: Any = KafkaAdminClient(bootstrap_servers=broker)
    delete_topics(admin, [TILL_EVENTS.name])
    admin.close()
    assert doctor()["topics"] == [
        (f"{TILL_EVENTS.name} is missing", "run 'tillstream topics sync'")
    ]
    status, _, errors = tillstream(broker, "topics", "sync")
    assert status == 0, errors
    assert "topics" not in doctor()


def test_another_number_of_partitions_is_told_with_its_way_out(doctor: Doctor) -> None:
    found = doctor(partitions="9")["topics"]
    assert len(found) == len(ALL)
    assert all("TILLSTREAM_PARTITIONS=8" in remedy for _, remedy in found)


def test_partitions_without_a_worker(doctor: Doctor) -> None:
    ((finding, remedy),) = doctor()["workers"]
    assert finding == "nobody holds partition 0, 1, 2, 3, 4, 5, 6, 7"
    assert "tillstream worker" in remedy


def test_a_migration_that_is_pending(doctor: Doctor, fresh_postgres: str) -> None:
    with psycopg.connect(fresh_postgres) as connection:
        connection.execute("DELETE FROM schema_migrations WHERE version = '0006'")
    ((finding, remedy),) = doctor()["schema"]
    assert "0006" in finding and "tillstream migrate" in remedy


def test_a_database_that_was_never_migrated(doctor: Doctor, postgres_server: str) -> None:
    ((finding, remedy),) = doctor(postgres=postgres_server)["schema"]
    assert "no tables" in finding and "tillstream migrate" in remedy


def test_a_connector_that_is_missing_stopped_or_altered(
    doctor: Doctor, fresh_postgres: str, connect: ConnectAccess, broker: str
) -> None:
    assert "is MISSING" in doctor()["connector"][0][0]
    assert "no replication slot" in doctor()["slot"][0][0]
    source = SourceDatabase(PostgresAccess(fresh_postgres).as_role(ROLE), PARTITIONS, 1)
    try:
        keeper.apply(connect, source)
        Connect(connect, NAME).stop()
        assert "is STOPPED" in doctor()["connector"][0][0]
        assert "nobody reads" in doctor()["slot"][0][0]
    finally:
        keeper.remove(connect, source)


def test_a_transaction_that_holds_up_an_input(
    doctor: Doctor, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "OPEN_SECONDS_MAX", 0.0)
    producer: Any = KafkaProducer(bootstrap_servers=broker, transactional_id="careless")
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(TILL_EVENTS.name, b"{}", b"shop", partition=3).get(timeout=30)
    ((finding, _),) = doctor()["transactions"]
    producer.abort_transaction()
    producer.close()
    assert "'careless'" in finding and f"{TILL_EVENTS.name}-3" in finding


@pytest.fixture
def stranger(tmp_path: Path) -> Generator[str]:
    """The address of a process that is none of ours."""
    show = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), show) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_process_that_does_not_answer_or_is_another(doctor: Doctor, stranger: str) -> None:
    (port,) = choose(1)
    away, other = f"http://127.0.0.1:{port}/metrics", stranger
    found = [finding for finding, _ in doctor("--metrics", away, "--metrics", other)["processes"]]
    assert f"{away} does not answer" in found[0]
    assert other in found[1]


def test_a_disk_with_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage(tmp_path).free
    monkeypatch.setattr(machine, "FREE_BYTES_MIN", free * 2)
    (found,) = machine.disk(Patient(load_settings(home=tmp_path).installation(), ()))
    assert found.verdict == "bad" and str(tmp_path) in found.finding


def test_a_port_that_somebody_has_taken(tmp_path: Path) -> None:
    (port,) = choose(1)
    write_json(StackHome(tmp_path).ports, {"board": port})
    listener = f"import http.server as h; h.HTTPServer(('127.0.0.1', {port}), None).serve_forever()"
    process = Process(["-c", listener], tmp_path / "log", {})
    try:
        found: list[Any] = []
        while not [each for each in found if each.verdict == "bad"]:
            found = list(machine.ports(Patient(load_settings(home=tmp_path).installation(), ())))
    finally:
        process.kill()
    assert f"port {port}, which board had, is taken" in found[0].finding
    assert f"process {process.process.pid}" in found[0].remedy


def test_status_shows_what_does_not_answer_and_the_rest(
    broker: str, fresh_postgres: str, tmp_path: Path
) -> None:
    sync(KafkaAccess(broker), PARTITIONS, 1)
    away = {"connect": "http://127.0.0.1:1", "home": str(tmp_path)}
    dsn = {"postgres": fresh_postgres}
    code, told = tillstream_json(broker, "status", **away, **dsn)
    assert code == 1
    assert told["kafka"]["fault"] == "" and len(told["kafka"]["partitions"]) == PARTITIONS
    assert told["postgres"]["version"] and told["connect"]["fault"]
    _, text, _ = tillstream(broker, "status", **away, **dsn)
    assert "no answer" in text and "nobody" in text and "Traceback" not in text


def test_status_counts_the_dead_letters_that_wait(
    broker: str, fresh_postgres: str, tmp_path: Path
) -> None:
    sync(KafkaAccess(broker), PARTITIONS, 1)
    topic = f"{TILL_EVENTS.name}.dead-letter"
    producer: Any = KafkaProducer(bootstrap_servers=broker)
    for offset in range(3):
        headers = dead_letter_headers([], "malformed", "e", TILL_EVENTS.name, 0, offset)
        producer.send(topic, b"{", b"shop", headers=headers).get(timeout=30)
    producer.close()
    given = {"postgres": fresh_postgres, "home": str(tmp_path)}
    _, told = tillstream_json(broker, "status", **given)
    assert told["letters"]["fault"] == ""
    assert told["letters"]["waiting"] == {topic: 3}
    assert tillstream(broker, "dead-letters", "retry", "--all", **given)[0] == 0
    _, told = tillstream_json(broker, "status", **given)
    assert json.dumps(told["letters"]["waiting"]) in ("{}", f'{{"{topic}": 0}}')


def test_a_rebuild_that_nobody_goes_on_with_is_told_with_both_ways_out(
    doctor: Doctor, broker: str
) -> None:
    sync(KafkaAccess(broker), PARTITIONS, 1)
    generation = log.begun(KafkaAccess(broker), "broken-off")
    ((finding, remedy),) = doctor(application_id="broken-off")["generation"]
    assert finding == f"generation {generation} was begun, and nobody builds it"
    assert "tillstream rebuild" in remedy and "--abandon" in remedy
    status, _, errors = tillstream(broker, "rebuild", "--abandon", application_id="broken-off")
    assert status == 0, errors
    assert "generation" not in doctor(application_id="broken-off")


async def test_a_worker_that_was_left_on_an_older_generation_is_named(
    doctor: Doctor, broker: str
) -> None:
    before = log.joined(KafkaAccess(broker), "moved-on")
    log.say(KafkaAccess(broker), "moved-on", log.begun(KafkaAccess(broker), "moved-on"), "live")
    group = state_id("moved-on", before)
    worker: Any = AIOKafkaConsumer(
        TILL_EVENTS.name, bootstrap_servers=broker, group_id=group, group_instance_id="worker-7"
    )
    await worker.start()
    try:
        found = await asyncio.to_thread(doctor, application_id="moved-on")
    finally:
        await worker.stop()
    ((finding, _),) = found["generation"]
    assert "worker-7" in finding and group in finding


def test_status_shows_the_generation_and_dead_letters_by_reason(
    broker: str, fresh_postgres: str
) -> None:
    sync(KafkaAccess(broker), PARTITIONS, 1)
    generation = log.joined(KafkaAccess(broker), "shown")
    building = log.begun(KafkaAccess(broker), "shown")
    producer: Any = KafkaProducer(bootstrap_servers=broker)
    headers = dead_letter_headers([], "fork", "x", TILL_EVENTS.name, 0, 77)
    producer.send(f"{TILL_EVENTS.name}.dead-letter", b"x", b"shop", headers=headers).get(timeout=30)
    producer.close()
    given = {"application_id": "shown", "postgres": fresh_postgres}
    _, seen = tillstream_json(broker, "status", "--metrics", "http://127.0.0.1:1", **given)
    assert (seen["kafka"]["generation"], seen["kafka"]["building"]) == (generation, building)
    assert seen["letters"]["reasons"]["fork"] == 1
    _, output, _ = tillstream(broker, "status", "--metrics", "http://127.0.0.1:1", **given)
    assert f"generation {building} is being built" in output
