"""Kafka Connect, distributed mode with one worker: Debezium and MirrorMaker 2 are at hand.

Whoever reaches its REST API decides what is read from the database and written to Kafka, so it
answers a few visitors alone: over TLS, each by the very certificate that it has now. Its server
reads no PEM; its stores are made at each start, as is their password.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from identity import files
from local import java
from local.child import Service
from local.identities import Identities
from local.ports import LOOPBACK, answers_ok

PROGRAM = "org.apache.kafka.connect.cli.ConnectDistributed"

PROBED_BY = "operator"
"""Whose certificate the supervisor shows when it asks whether Connect is ready."""

VISITORS = ("operator", "sink", "connect")
"""Operators define connectors, the sink looks how they do, and one Connect passes on to another
what that one must do. Its API knows no smaller rights: whoever is answered may do all of it."""

MIRRORS_VISITORS = ("operator", "mirrors", "connect")
"""In a store: who watches its mirrors keeps them to their definitions."""

ROOMY = java.Footprint(512)

MIRRORS = java.Footprint(192, java.FRUGAL)
"""For both mirrors of a store: with 128 MB it starts, and a day that drains fills it."""

OFFSETS_SEGMENT_BYTES = 16 * 1024 * 1024
"""Of the topic of positions, which takes a note a second from each connector. The newest segment is
never compacted: by Kafka's 1 GiB, Connect would read all of that at each start."""

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
    return f"https://{LOOPBACK}:{port}"


def service(
    folder: Path,
    port: int,
    kafka: Callable[[], Mapping[str, object]],
    class_path: str,
    log: Path,
    identities: Identities,
    named: Sequence[Path] = (),
    footprint: java.Footprint = ROOMY,
    visitors: Sequence[str] = VISITORS,
) -> Service:
    """A Connect worker whose state is in the cluster that the properties ``kafka`` lead to.

    Definitions of connectors may name files in the folders ``named`` in place of what they hold.
    ``visitors`` are the services that the API answers. A store's, which runs mirrors alone, does
    with `MIRRORS` and `MIRRORS_VISITORS`.
    """
    config = folder / "connect.properties"

    def prepare() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        links = _links(folder, identities, visitors)
        told = _properties(port, kafka()) | _provider(named) | links
        java.write_properties(config, told)

    return Service(
        name="connect",
        command=java.command(PROGRAM, str(config), footprint=footprint, class_path=class_path),
        log=log,
        ready=lambda: is_ready(address(port), identities),
        environment={"CLASSPATH": class_path},
        prepare=prepare,
        grace_seconds=20,
    )


def is_ready(url: str, identities: Identities) -> bool:
    """Whether the worker has joined its group and read its configuration."""
    return answers_ok(f"{url}/health", identities.context(PROBED_BY))


def settings(identities: Identities, service: str) -> dict[str, str]:
    """The settings by which a process comes to this Connect as ``service``."""
    told = {
        "ca": identities.authorities,
        "cert": identities.certificate(service),
        "key": identities.key(service),
    }
    return {f"connect_{name}": str(path.absolute()) for name, path in told.items()}


def _links(folder: Path, identities: Identities, visitors: Sequence[str]) -> dict[str, object]:
    """How the API is reached; the stores are written anew."""
    password = secrets.token_hex(16)
    own, trusted = folder / "own.p12", folder / "trusted.p12"
    key = files.read_key(identities.key("connect"))
    chain = files.read_certificates(identities.certificate("connect"))
    files.write(own, files.key_store(key, chain, password))
    known = [files.read_certificates(identities.certificate(each))[0] for each in visitors]
    files.write(trusted, files.trust_store(known, password))
    told: dict[str, object] = {
        "client.auth": "required",
        "enabled.protocols": "TLSv1.3",
        "keystore.type": "PKCS12",
        "keystore.location": own,
        "keystore.password": password,
        "key.password": password,
        "truststore.type": "PKCS12",
        "truststore.location": trusted,
        "truststore.password": password,
    }
    return {f"listeners.https.ssl.{name}": value for name, value in told.items()}


def _provider(named: Sequence[Path]) -> dict[str, object]:
    if not named:
        return {}
    return {
        "config.providers": "directory",
        "config.providers.directory.class": (
            "org.apache.kafka.common.config.provider.DirectoryConfigProvider"
        ),
        # Whoever may define a connector could read every file of ours otherwise.
        "config.providers.directory.param.allowed.paths": ",".join(map(str, named)),
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
        "rest.advertised.listener": "https",
        "rest.advertised.host.name": LOOPBACK,
        "rest.advertised.port": port,
        "config.storage.topic": configs,
        "config.storage.replication.factor": 1,
        "offset.storage.topic": offsets,
        "offset.storage.replication.factor": 1,
        "offset.storage.partitions": 1,
        "offset.storage.segment.bytes": OFFSETS_SEGMENT_BYTES,
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
