"""Kafka: one broker that is its own controller (KRaft), on the loopback only.

With identities it speaks TLS alone and knows each of its clients, see `local.kafka_links`. Without,
it takes everybody in cleartext: for tests and measurements that are about something else.
"""

import logging
import os
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from local import java, kafka_links
from local.child import Service, StartError
from local.identities import Identities
from local.ports import LOOPBACK, answers

ROOMY = java.Footprint(512)

SMALL = java.Footprint(128, java.FRUGAL)
"""For a store: its days of a few tens of thousand events need no more."""

INTERNAL_PARTITIONS = 8
"""Of the offsets and transaction topics. Kafka's 50 cost seconds at each start; a single one
would put all groups and all transactions behind one lock."""

MESSAGE_BYTES_MAX = 9 * 1024 * 1024
"""Above the largest topic limit (8 MiB) and its headers; a smaller one would refuse it."""

CLEANER_BUFFER_BYTES = 32 * 1024 * 1024
"""Kafka's 128 MiB is a quarter of the heap here; below a few MiB compaction crawls."""

SMALL_SETTINGS: Mapping[str, object] = {
    "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
    "num.io.threads": 2,
    "num.network.threads": 1,
    "offsets.topic.num.partitions": 1,
    "transaction.state.log.num.partitions": 1,
}
"""Of a broker that is `SMALL`: the fewest threads and files that do."""

PROBE_MS = 2000
"""The supervisor looks after nothing else while it asks; a broker that starts needs some time."""

GRACE_SECONDS = 30
"""A controlled stop closes every log; killed before, the next start reads them all again."""


def address(port: int) -> str:
    """Bootstrap servers of the broker on ``port``."""
    return f"{LOOPBACK}:{port}"


def service(
    folder: Path,
    port: int,
    controller_port: int,
    class_path: str,
    log: Path,
    identities: Identities | None = None,
    others: Mapping[str, object] | None = None,
    footprint: java.Footprint = ROOMY,
) -> Service:
    """The broker with its data in ``folder``; ``others`` are settings that count before ours."""
    config = folder / "server.properties"

    def prepare() -> None:
        listening = _listening(port, controller_port, "SSL" if identities else "PLAINTEXT")
        links = kafka_links.secured(identities) if identities else kafka_links.plain()
        ours = {**_properties(folder), **listening, **links}
        java.write_properties(config, {**ours, **(others or {})})
        if not (folder / "data" / "meta.properties").exists():
            _format(config, class_path)

    main = java.command("kafka.Kafka", str(config), footprint=footprint, class_path=class_path)
    return Service(
        name="kafka",
        command=main,
        log=log,
        ready=lambda: answers(port) and is_ready(address(port), _probe(identities)),
        environment={"CLASSPATH": class_path},
        prepare=prepare,
        grace_seconds=GRACE_SECONDS,
    )


def is_ready(bootstrap: str, link: Mapping[str, Any]) -> bool:
    """Whether the broker answers a metadata request; ``link`` says who asks, and how."""
    try:
        with silent_client(bootstrap, link) as client:
            client.list_topics()
    except (KafkaError, OSError):
        return False
    return True


def _probe(identities: Identities | None) -> Mapping[str, Any]:
    # Any identity will do: it is told of no topic that it may not see.
    return kafka_links.client_arguments(identities, "operator") if identities else {}


@contextmanager
def silent_client(
    bootstrap: str, link: Mapping[str, Any], patience_ms: int = PROBE_MS
) -> Generator[Any]:
    """A client without its own lines on each broker that is not there yet."""
    log = logging.getLogger("kafka")
    before = log.level
    log.setLevel(logging.CRITICAL)
    patience = {"request_timeout_ms": patience_ms, "bootstrap_timeout_ms": patience_ms}
    try:
        with closing(KafkaAdminClient(bootstrap_servers=bootstrap, **patience, **link)) as client:
            yield client
    finally:
        log.setLevel(before)


def cluster_id(random: bytes) -> str:
    """A cluster's id from 16 random bytes, written as Kafka writes its UUIDs.

    The first bit is cleared: one id in 64 would begin with a dash, which Kafka's tools take for
    an option.
    """
    return urlsafe_b64encode(bytes((random[0] & 0x7F,)) + random[1:]).rstrip(b"=").decode()


def _format(config: Path, class_path: str) -> None:
    cluster = cluster_id(uuid.uuid4().bytes)
    words = ("format", "--config", str(config), "--cluster-id", cluster, "--ignore-formatted")
    program = "kafka.tools.StorageTool"
    done = subprocess.run(
        java.command(program, *words, footprint=ROOMY, class_path=class_path),
        env={**os.environ, "CLASSPATH": class_path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise StartError(f"kafka's storage cannot be prepared:\n{done.stdout}{done.stderr}")


def doors(port: int, controller_port: int, more: Sequence[tuple[int, str]]) -> Mapping[str, object]:
    """Settings of a secured broker with further listeners: a port each, and the address by which
    whoever comes in there is told to come again."""
    names = [f"LINK{number}" for number, _ in enumerate(more, 1)]
    ours = _listening(port, controller_port, "SSL")
    listeners = [f"{name}://{address(door)}" for name, (door, _) in zip(names, more, strict=True)]
    told = [f"{name}://{leads}" for name, (_, leads) in zip(names, more, strict=True)]
    secured = ["SSL:SSL", "CONTROLLER:SSL", *(f"{name}:SSL" for name in names)]
    return {
        "listeners": ",".join([str(ours["listeners"]), *listeners]),
        "advertised.listeners": ",".join([str(ours["advertised.listeners"]), *told]),
        "listener.security.protocol.map": ",".join(secured),
    }


def _listening(port: int, controller_port: int, name: str) -> dict[str, object]:
    """Where clients and the controller's peers come in; ``name`` is that of the clients' door."""
    return {
        "controller.quorum.voters": f"1@{address(controller_port)}",
        "listeners": f"{name}://{address(port)},CONTROLLER://{address(controller_port)}",
        "advertised.listeners": f"{name}://{address(port)}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": name,
    }


def _properties(folder: Path) -> dict[str, object]:
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "log.dirs": folder / "data",
        "auto.create.topics.enable": False,
        "default.replication.factor": 1,
        "min.insync.replicas": 1,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": INTERNAL_PARTITIONS,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": INTERNAL_PARTITIONS,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        # One worker is the whole group most of the time: nobody to wait for.
        "group.initial.rebalance.delay.ms": 0,
        "message.max.bytes": MESSAGE_BYTES_MAX,
        # Topics say themselves how long they keep what they hold.
        "log.retention.ms": -1,
        "log.cleaner.dedupe.buffer.size": CLEANER_BUFFER_BYTES,
        "num.network.threads": 2,
        "num.io.threads": 4,
        "background.threads": 2,
    }
