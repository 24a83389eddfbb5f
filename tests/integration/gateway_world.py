"""A gateway as a process on a broker of its own, and tills that come to it over real TLS."""

import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import orjson
from kafka import KafkaAdminClient, KafkaConsumer
from kafka.structs import TopicPartition
from prometheus_client import CollectorRegistry

from edge.journal.entries import TillPlace
from edge.journal.journal import Journal
from edge.problems import Refusal
from edge.proxy.metrics import proxy_metrics
from edge.proxy.peer import TillIdentity
from edge.proxy.upstream import Upstream, upstream
from identity.names import StoreName
from local import child, jars, kafka
from local.child import Service
from local.ports import answers_ok, choose
from tests.gateways import HOST, Fleet
from tests.integration.process import HOME, PATIENCE_SECONDS, Process
from tests.thrown_away import thrown_away
from topics.registry import TILL_EVENTS, kafka_configs

LOCATION = "shop-0042"
TOPIC = f"up.{LOCATION}.till-events"
"""A store's own: the gateway asks nobody at the centre."""


class TopicRecord(NamedTuple):
    """A message as the topic has it."""

    key: bytes
    value: bytes
    headers: dict[str, bytes]

    @property
    def event(self) -> dict[str, Any]:
        return orjson.loads(self.value)


class GatewayWorld:
    """The broker, the gateway's process, and the fleet that both are of."""

    def __init__(self, folder: Path) -> None:
        port, controller_port, gateway_port, metrics_port = choose(4)
        self.folder = folder
        self.fleet = Fleet(folder)
        self.kafka = kafka.address(port)
        self._broker_service: Service = thrown_away(
            kafka.service(
                folder / "kafka", port, controller_port, jars.class_path(), folder / "kafka.log"
            )
        )
        self._broker = child.start(self._broker_service)
        self._make_topic()
        self.address = f"https://{HOST}:{gateway_port}"
        self._metrics = f"http://{HOST}:{metrics_port}/metrics"
        store = self.fleet.identity(StoreName(LOCATION))
        self.settings = {
            "home": str(folder / "home"),
            "kafka": self.kafka,
            "kafka_plaintext": "true",
            "gateway_port": str(gateway_port),
            "metrics_port": str(metrics_port),
            "gateway_cert": str(store.certificate),
            "gateway_key": str(store.key),
            "gateway_ca": str(self.fleet.authorities),
            "gateway_topic": TOPIC,
        }
        self.gateway = Process(["-m", "tillstream", "gateway"], folder / "log", self.settings)
        self.wait_live()

    def _make_topic(self) -> None:
        untyped: Any = KafkaAdminClient(bootstrap_servers=self.kafka)
        with closing(untyped) as admin:
            configs = kafka_configs(TILL_EVENTS, 1)
            wanted = {"num_partitions": 1, "replication_factor": 1, "configs": configs}
            admin.create_topics({TOPIC: wanted}, wait_for_metadata=True)

    def wait_live(self) -> None:
        """Until the gateway answers."""
        trusting = ssl.create_default_context(cafile=self.fleet.authorities)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not answers_ok(f"{self.address}/live", trusting):
            assert self.gateway.process.poll() is None, self.gateway.log
            assert time.monotonic() < deadline, self.gateway.log
            time.sleep(0.05)

    def kill_gateway(self) -> None:
        """As a power cut would."""
        self.gateway.kill()

    def restart_gateway(self) -> None:
        self.gateway.restart()
        self.wait_live()

    def second_gateway(self) -> subprocess.CompletedProcess[str]:
        """Another on the same home, which is not to last."""
        given = self.gateway.environment | {
            "TILLSTREAM_GATEWAY_PORT": "0",
            "TILLSTREAM_METRICS_PORT": "0",
        }
        return subprocess.run(
            [sys.executable, "-m", "tillstream", "gateway"],
            cwd=HOME,
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )

    def kill_broker(self) -> None:
        """As a power cut would."""
        os.kill(self._broker.pid, signal.SIGKILL)
        self._broker.stop()

    def start_broker(self) -> None:
        self._broker = child.start(self._broker_service)

    def figure(self, name: str) -> float:
        """One of the gateway's figures."""
        try:
            with urlopen(self._metrics, timeout=10) as answer:
                told = answer.read().decode()
        except URLError:
            return -1
        found = re.search(rf"^tillstream_gateway_{name} (\S+)$", told, re.M)
        assert found, f"{name} is not among the metrics"
        return float(found[1])

    def wait_spooled(self) -> None:
        """Until something waits for the topic."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.figure("spool_bytes") <= 0:
            assert time.monotonic() < deadline, "nothing waits for a topic that is away"
            time.sleep(0.05)

    def wait_drained(self) -> None:
        """Until nothing waits for the topic."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.figure("spool_bytes") or not self.figure("kafka_up"):
            assert time.monotonic() < deadline, "events still wait for the topic"
            time.sleep(0.05)

    def records(self, till_id: str) -> list[TopicRecord]:
        """All that the topic has of a till, in its order."""
        untyped: Any = KafkaConsumer(bootstrap_servers=self.kafka)
        with closing(untyped) as consumer:
            partition = TopicPartition(TOPIC, 0)
            consumer.assign([partition])
            consumer.seek_to_beginning(partition)
            end = consumer.end_offsets([partition])[partition]
            found: list[TopicRecord] = []
            while consumer.position(partition) < end:
                for lot in consumer.poll(timeout_ms=1_000).values():
                    found += [TopicRecord(m.key, m.value, dict(m.headers)) for m in lot]
        return [each for each in found if each.event["till_id"] == till_id]

    def close(self) -> None:
        status = self.gateway.stop()
        self._broker.stop()
        assert status == 0, self.gateway.log


@contextmanager
def gateway_world(folder: Path) -> Generator[GatewayWorld]:
    """The whole for the length of a block; the gateway must end well."""
    world = GatewayWorld(folder)
    try:
        yield world
    finally:
        world.close()


@dataclass
class SellingTill:
    """A till's journal and its way to the gateway."""

    world: GatewayWorld
    identity: TillIdentity
    journal: Journal
    way: Upstream
    acknowledged: int = 0

    @property
    def till_id(self) -> str:
        return self.identity.name.till_id

    @property
    def path(self) -> str:
        return f"/v1/tills/{self.till_id}/events"

    async def post(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and answer."""
        reply = await self.way.ask("POST", self.path, body, {})
        return reply.status, orjson.loads(reply.body)

    async def send_one(self) -> dict[str, Any] | None:
        """Send the next batch once; what the gateway said, None where it said nothing."""
        batch = self.journal.outbox.next_batch(0.0)
        if batch is None:
            return None
        try:
            status, told = await self.post(batch.body)
        except Refusal:  # nobody answers now
            return None
        if status in (429, 503):
            return None
        assert status == 200, told
        self.acknowledged = max(self.acknowledged, told["accepted_to"])
        self.journal.outbox.answered(batch, told["accepted_to"], told["forks"])
        return told

    def assert_all_there(self) -> None:
        """The topic has all that was acknowledged, in order, as the journal wrote it."""
        told: dict[int, bytes] = {}
        for record in self.world.records(self.till_id):
            sequence = record.event["sequence"]
            if sequence in told:
                assert told[sequence] == record.value, f"{sequence} came with two contents"
                continue
            assert sequence == len(told) + 1, f"{sequence} comes behind {len(told)}"
            told[sequence] = record.value
        lost = self.acknowledged - len(told)
        assert lost <= 0, f"{lost} acknowledged events of {self.till_id} are lost"


@asynccontextmanager
async def selling(
    world: GatewayWorld, till_id: str, address: str = ""
) -> AsyncGenerator[SellingTill]:
    """A till of the store that has an identity and sold nothing yet."""
    place = TillPlace(LOCATION, till_id)
    identity = world.fleet.till(*place)
    file = world.folder / f"{till_id}.sqlite"
    way = upstream(address or world.address, identity, proxy_metrics(CollectorRegistry()))
    with closing(Journal(file, place, identity.key)) as journal:
        journal.begin_epoch(1)
        async with way as gateway:
            yield SellingTill(world, identity, journal, gateway)
