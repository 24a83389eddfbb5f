"""Each library's client comes in by a certificate or a password, as `clients/` tells it to.

Every client of the project is made there, so what is shown here for one of a kind holds for all.
"""

# pyright: reportMissingTypeStubs=false

import subprocess
from collections.abc import Generator
from dataclasses import replace
from os import environ
from pathlib import Path
from typing import Any

import faust
import pytest
from aiokafka import TopicPartition
from confluent_kafka import Producer
from kafka import admin as kafka_admin
from kafka.errors import KafkaError

from clients import async_kafka, blocking_kafka, faust_kafka, java_kafka, librdkafka
from clients.kafka import KafkaAccess, Login, Mechanism
from clients.tls import Tls
from local import jars, java
from tests.certificates import Authority
from tests.integration.door import lets_in
from tests.integration.secured_broker import SECRET, USER, SecuredBroker, secured_broker

KAFKA: Any = kafka_admin  # its types lag behind it
TOPIC = "secured"
SOON_MS = 3_000


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Generator[SecuredBroker]:
    with secured_broker(tmp_path_factory.mktemp("secured")) as broker:
        admin = blocking_kafka.admin(KafkaAccess(broker.plain))
        admin.create_topics([KAFKA.NewTopic(TOPIC, 1, 1)])
        admin.alter_user_scram_credentials(
            [KAFKA.UserScramCredentialUpsertion(USER, "SCRAM-SHA-512", SECRET)]
        )
        admin.close()
        yield broker


def _by_certificate(broker: SecuredBroker) -> KafkaAccess:
    own = broker.identity
    return KafkaAccess(broker.mutual, Tls(own.authority, own.certificate, own.key))


def _by_password(broker: SecuredBroker, mechanism: Mechanism) -> KafkaAccess:
    login = Login(mechanism, USER, SECRET)
    return KafkaAccess(broker.login, Tls(broker.identity.authority), login)


@pytest.fixture(params=["certificate", "PLAIN", "SCRAM-SHA-512"])
def access(broker: SecuredBroker, request: pytest.FixtureRequest) -> KafkaAccess:
    way = request.param
    return _by_certificate(broker) if way == "certificate" else _by_password(broker, way)


async def test_aiokafkas_clients_come_in(access: KafkaAccess) -> None:
    producer = async_kafka.producer(access)
    consumer = async_kafka.consumer(access)
    admin, client = async_kafka.admin(access), async_kafka.client(access)
    for each in (producer, consumer, admin):
        await each.start()
    await client.bootstrap()
    try:
        sent = await producer.send_and_wait(TOPIC, b"by aiokafka")
        ends = await consumer.end_offsets([TopicPartition(TOPIC, 0)])
        assert list(ends.values()) == [sent.offset + 1]
        assert TOPIC in await admin.list_topics()
        assert client.cluster.brokers()
    finally:
        for each in (producer, consumer):
            await each.stop()
        await admin.close()
        await client.close()


def test_kafka_pythons_clients_come_in(access: KafkaAccess) -> None:
    producer, consumer = blocking_kafka.producer(access), blocking_kafka.consumer(access)
    admin = blocking_kafka.admin(access)
    try:
        assert producer.send(TOPIC, b"by kafka-python").get(timeout=60).offset >= 0
        assert consumer.partitions_for_topic(TOPIC) == {0}
        assert TOPIC in admin.list_topics()
    finally:
        for each in (producer, consumer, admin):
            each.close()


def test_librdkafkas_clients_come_in(access: KafkaAccess) -> None:
    taken: list[Any] = []
    producer = Producer(librdkafka.properties(access))
    producer.produce(TOPIC, b"by librdkafka", on_delivery=lambda error, _: taken.append(error))
    producer.flush(10)
    assert taken == [None]


def test_javas_clients_come_in(access: KafkaAccess, tmp_path: Path) -> None:
    file = tmp_path / "client.properties"
    file.write_text(java_kafka.file_of(java_kafka.properties(access)))
    arguments = ("--list", "--bootstrap-server", access.servers, "--command-config", str(file))
    program, class_path = "org.apache.kafka.tools.TopicCommand", jars.class_path()
    done = subprocess.run(
        java.command(program, *arguments, footprint=java.Footprint(128), class_path=class_path),
        env={**environ, "CLASSPATH": class_path},
        capture_output=True,
        text=True,
    )
    assert TOPIC in done.stdout.split(), done.stdout + done.stderr


async def test_fausts_own_clients_come_in(access: KafkaAccess) -> None:
    app = faust.App("secured", store="memory://", **faust_kafka.arguments(access))
    producer: Any = app.producer
    await producer.start()
    try:
        sent = await producer.send_and_wait(TOPIC, None, b"by Faust", None, None, None)
        assert sent.offset >= 0
    finally:
        await producer.stop()


async def _is_refused(broker: SecuredBroker, access: KafkaAccess) -> bool:
    """And the broker is not just away."""
    return not await lets_in(access) and await lets_in(_by_certificate(broker))


async def test_who_shows_no_certificate_is_refused(broker: SecuredBroker) -> None:
    access = KafkaAccess(broker.mutual, Tls(broker.identity.authority))
    assert await _is_refused(broker, access)


async def test_cleartext_is_refused(broker: SecuredBroker) -> None:
    assert await _is_refused(broker, KafkaAccess(broker.mutual))


async def test_a_wrong_password_is_refused(broker: SecuredBroker) -> None:
    access = replace(
        _by_password(broker, "SCRAM-SHA-512"), login=Login("SCRAM-SHA-512", USER, "wrong")
    )
    assert await _is_refused(broker, access)


def test_a_broker_of_another_authority_is_not_trusted(
    broker: SecuredBroker, tmp_path: Path
) -> None:
    access = KafkaAccess(broker.login, Tls(Authority(tmp_path).file), Login("PLAIN", USER, SECRET))
    with pytest.raises(KafkaError):
        blocking_kafka.admin(access, bootstrap_timeout_ms=SOON_MS)
