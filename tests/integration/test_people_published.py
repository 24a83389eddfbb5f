"""Employees and customers on their way to Kafka, and what lies on the disks of both servers."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.debezium import keeper
from connectors.debezium.definition import ROLE, SourceDatabase
from operations.people import customers, employees
from operations.people.employees import NewEmployee
from operations.people.keeping import keeping, transaction
from operations.topic_sync.sync import sync
from sealing import boxes
from sealing.errors import SealError
from sealing.fields import unseal
from sealing.keys import KeyFile
from tests.integration.test_debezium import PARTITIONS, Message, read_key
from topics.people import Customer, Employee

MARKERS = {
    "name": "Qanna-Marker Zwirbelwind",
    "contact": "qanna.zwirbelwind@marker.example",
    "card": "8213774490017235",
}
CLOCK_STEP_SECONDS = 5.0
"""A disk may note times coarsely, in steps of two seconds at most: more than that."""

EMPLOYEE_CARD = "5561902288123477"
PIN = "90210734"


@pytest.fixture(scope="module")
def since(services_folder: Path) -> float:
    """When no person had been written yet, by the clock of the disk."""
    written = services_folder / "no-person-yet"
    written.touch()
    return written.stat().st_mtime - CLOCK_STEP_SECONDS


@pytest.fixture(scope="module")
def key_file(since: float, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("people") / "key"


@pytest.fixture(scope="module")
def capture(kafka: str, connect: ConnectAccess, postgres: str) -> Iterator[PostgresAccess]:
    """The database with the connector on it."""
    source = SourceDatabase(PostgresAccess(postgres).as_role(ROLE), PARTITIONS, replication=1)
    sync(KafkaAccess(kafka), PARTITIONS, 1, change=True)
    keeper.apply(connect, source)
    yield PostgresAccess(postgres)
    keeper.remove(connect, source)


@pytest.fixture
def read(kafka: str) -> Callable[[str, str, int], list[Message]]:
    return lambda topic, key, count: read_key(kafka, topic, key, count)


@pytest.fixture
def customer_id(capture: PostgresAccess, key_file: Path) -> str:
    with keeping(capture, key_file) as people:
        return customers.add(people, MARKERS, {"marketing": False})


def test_an_employee_arrives_as_contracted(
    capture: PostgresAccess, key_file: Path, read: Callable[[str, str, int], list[Message]]
) -> None:
    new = NewEmployee("e-cdc", EMPLOYEE_CARD, PIN, "cashier", ["L-1", "L-2"], {"refund_minor": 7})
    with keeping(capture, key_file) as people:
        employees.add(people, new)
    (message,) = read("cdc.employees", "e-cdc", 1)
    assert message.raw is not None and message.value is not None
    assert message.value.keys() == Employee.model_fields.keys()
    told = Employee.model_validate_json(message.raw)
    assert (told.locations, told.limits, told.active) == (["L-1", "L-2"], {"refund_minor": 7}, True)


def test_a_customer_arrives_sealed_and_an_erased_one_is_a_tombstone(
    capture: PostgresAccess,
    key_file: Path,
    customer_id: str,
    read: Callable[[str, str, int], list[Message]],
) -> None:
    with capture.connect() as connection:
        row = connection.execute(
            "SELECT wrapped FROM customer_keys WHERE customer_id = %s", (customer_id,)
        ).fetchone()
    assert row is not None
    data_key = KeyFile(key_file).unwrap(row[0], ("customer key", customer_id))
    with transaction(capture) as connection:
        customers.erase(connection, customer_id)
    message, gone = read("cdc.customers", customer_id, 2)
    assert message.raw is not None and message.value is not None
    assert message.value.keys() == Customer.model_fields.keys()
    told = Customer.model_validate_json(message.raw)
    assert unseal(data_key, customer_id, told.sealed) == MARKERS, "the key that is gone now"
    assert told.consents == {"marketing": False}
    assert gone.raw is None, "readers would keep the customer"


def test_no_key_that_is_left_opens_what_the_topic_keeps_of_an_erased_customer(
    capture: PostgresAccess,
    key_file: Path,
    customer_id: str,
    read: Callable[[str, str, int], list[Message]],
) -> None:
    with transaction(capture) as connection:
        customers.erase(connection, customer_id)
    message, _ = read("cdc.customers", customer_id, 2)
    assert message.raw is not None
    sealed = Customer.model_validate_json(message.raw).sealed
    wrapping = KeyFile(key_file)
    keys = [boxes.new_key()]
    with capture.connect() as connection:
        for other, wrapped in connection.execute("SELECT customer_id, wrapped FROM customer_keys"):
            keys.append(wrapping.unwrap(wrapped, ("customer key", other)))
    for key in keys:
        for name in sealed:
            with pytest.raises(SealError):
                unseal(key, customer_id, {name: sealed[name]})


def test_nothing_of_a_person_lies_on_the_disk_of_kafka_or_postgresql(
    capture: PostgresAccess,
    postgres: str,
    key_file: Path,
    customer_id: str,
    services_folder: Path,
    since: float,
    read: Callable[[str, str, int], list[Message]],
) -> None:
    new = NewEmployee("e-disk", EMPLOYEE_CARD + "9", PIN, "cashier", ["L-1"], {})
    with keeping(capture, key_file) as people:
        employees.add(people, new)
        customers.show(people, customer_id)
    read("cdc.customers", customer_id, 1)
    read("cdc.employees", "e-disk", 1)
    with psycopg.connect(postgres, user="postgres", autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    markers = {
        form: marker
        for marker in (*MARKERS.values(), EMPLOYEE_CARD, PIN)
        for form in (marker.encode(), json.dumps(marker).encode(), marker.encode().hex().encode())
    }
    found = _found(services_folder, since, {customer_id.encode(): "the id", **markers})
    assert found.pop("the id", None), "what is looked for cannot be found"
    assert not found, f"in the clear: {found}"


def _found(folder: Path, since: float, markers: dict[bytes, str]) -> dict[str, set[str]]:
    """Where each marker lies in the files of both servers, their logs included.

    Most are gigabytes that other tests left in databases of their own: what was last written
    before there was a person holds none.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in folder.rglob("*"):
        # Kafka makes an index of megabytes of zeros for each segment; it has offsets alone.
        is_index = path.suffix in (".index", ".timeindex")
        if path.is_file() and not is_index and path.stat().st_mtime >= since:
            content = path.read_bytes()
            for marker, name in markers.items():
                if marker in content:
                    found[name].add(str(path.relative_to(folder)))
    return dict(found)
