"""Kafka Connect, distributed mode with one worker: Debezium and MirrorMaker 2 are at hand."""

from collections.abc import Callable, Mapping
from pathlib import Path

from local import java
from local.child import Service
from local.ports import LOOPBACK, answers_ok

PROGRAM = "org.apache.kafka.connect.cli.ConnectDistributed"

HEAP_MB = 512

GROUP = "tillstream-connect"

TOPICS = ("connect.configs", "connect.offsets", "connect.status")
"""In which Connect keeps what it was told, how far it is, and how it goes."""

SESSION_TIMEOUT_MS = 6000
"""Shortest that a broker allows. After a crash the new worker waits for the old one's session
to run out before connectors run again."""

OFFSET_FLUSH_MS = 1000
"""How far a connector goes back after a crash; shorter writes more often than it is worth."""


def address(port: int) -> str:
    """Connect's REST API on ``port``."""
    return f"http://{LOOPBACK}:{port}"


def service(
    folder: Path,
    port: int,
    kafka: Callable[[], Mapping[str, object]],
    class_path: str,
    log: Path,
    secrets: Path | None = None,
) -> Service:
    """A Connect worker whose state is in the cluster that the properties ``kafka`` lead to.

    Definitions of connectors may name files in the folder ``secrets`` in place of what they hold.
    """
    config = folder / "connect.properties"
    return Service(
        name="connect",
        command=java.command(PROGRAM, str(config), heap_mb=HEAP_MB, class_path=class_path),
        log=log,
        ready=lambda: is_ready(address(port)),
        environment={"CLASSPATH": class_path},
        prepare=lambda: java.write_properties(
            config, _properties(port, kafka()) | _provider(secrets)
        ),
        grace_seconds=20,
    )


def is_ready(url: str) -> bool:
    """Whether the worker has joined its group and read its configuration."""
    return answers_ok(f"{url}/health")


def _provider(secrets: Path | None) -> dict[str, object]:
    if secrets is None:
        return {}
    return {
        "config.providers": "directory",
        "config.providers.directory.class": (
            "org.apache.kafka.common.config.provider.DirectoryConfigProvider"
        ),
        # Whoever may define a connector could read every file of ours otherwise.
        "config.providers.directory.param.allowed.paths": secrets,
    }


def _properties(port: int, kafka: Mapping[str, object]) -> dict[str, object]:
    configs, offsets, status = TOPICS
    return {
        # The worker's own link, and those of what connectors write, read and ask.
        **{
            prefix + name: value
            for prefix in ("", "producer.", "consumer.", "admin.")
            for name, value in kafka.items()
        },
        "group.id": GROUP,
        "listeners": address(port),
        "rest.advertised.host.name": LOOPBACK,
        "rest.advertised.port": port,
        "config.storage.topic": configs,
        "config.storage.replication.factor": 1,
        "offset.storage.topic": offsets,
        "offset.storage.replication.factor": 1,
        "offset.storage.partitions": 1,
        "status.storage.topic": status,
        "status.storage.replication.factor": 1,
        "status.storage.partitions": 1,
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": False,
        "offset.flush.interval.ms": OFFSET_FLUSH_MS,
        "session.timeout.ms": SESSION_TIMEOUT_MS,
        "heartbeat.interval.ms": SESSION_TIMEOUT_MS // 3,
        # A lone worker has nobody whose return it should wait for.
        "scheduled.rebalance.max.delay.ms": 0,
        # Every plugin here names itself in its jar; looking through all classes takes seconds.
        "plugin.discovery": "service_load",
    }
