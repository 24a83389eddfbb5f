"""The process of a store that guards and watches its mirrors: settings in, until it is asked to
stop."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from clients.kafka import KafkaAccess
from clients.tls import Tls
from connectors.connect.errors import ConnectorError
from connectors.mirrormaker import keeper
from connectors.mirrormaker.definition import StoreLink, directions
from connectors.mirrormaker.errors import ClusterAway
from connectors.mirrormaker.guard import guard
from connectors.mirrormaker.metrics import MirrorMetrics, mirror_metrics
from connectors.mirrormaker.noted import NotedPositions
from connectors.mirrormaker.tending import TendedMirror
from connectors.mirrormaker.watch import LOOK_SECONDS, MirrorWatch
from identity import files
from identity.errors import IdentityError
from identity.names import StoreName, name_of
from tillstream.process import measured, stop_asked
from tillstream.settings import Settings

SERVICE = "mirrors"


def link_of(settings: Settings) -> StoreLink:
    """Both clusters as Connect reaches them. Raises `SettingsError`, `IdentityError` and
    `AccessError`."""
    ca, certificate, key = settings.files(
        "watch of mirrors", "centre_kafka_ca", "centre_kafka_cert", "centre_kafka_key"
    )
    centre = KafkaAccess(settings.require("centre_kafka"), Tls(ca, certificate, key))
    return StoreLink(_location(certificate), _as_connect(settings), centre)


def _as_connect(settings: Settings) -> KafkaAccess:
    ours = settings.kafka_access()
    if ours.tls is None:
        return ours
    certificate, key = settings.files("watch of mirrors", "mirror_cert", "mirror_key")
    return KafkaAccess(ours.servers, Tls(ours.tls.authorities, certificate, key))


def _location(certificate: Path) -> str:
    name = name_of(files.read_certificates(certificate)[0])
    if not isinstance(name, StoreName):
        raise IdentityError(f"{certificate} is of {name}, and no store's")
    return name.location_id


def run(settings: Settings) -> None:
    """Guard the positions once, then watch both mirrors until SIGTERM or SIGINT.

    It has guarded before it says that it watches: whoever starts a store lets its gateway and its
    Connect begin after that. Ends the process with status 1 and one line where the store's Kafka is
    away, or the link cannot be mirrored.
    """
    settings = settings.as_service(SERVICE)
    link = link_of(settings)
    with measured(settings, SERVICE, link.location_id) as registry:
        metrics = mirror_metrics(registry)
        try:
            _guard(settings, link, metrics)
            watches = _watches(settings, link, metrics)
        except (ClusterAway, ConnectorError) as fault:
            sys.exit(f"tillstream: the mirrors are not watched: {fault}")
        asyncio.run(_until_stopped(watches))


def _guard(settings: Settings, link: StoreLink, metrics: MirrorMetrics) -> None:
    log = structlog.get_logger("tillstream.mirrors")
    for finding in guard(settings.kafka_access(), link.location_id):
        told = log.error if finding.verdict in ("set back", "purged") else log.info
        told("mirror_guarded", found=finding.in_words())
        # A count that begins with its first time rises from nothing, which is no increase.
        set_back = metrics.set_back.labels(finding.topic)
        if finding.verdict == "set back":
            set_back.inc()
    log.info("mirrors_guarded", location_id=link.location_id)


async def _until_stopped(watches: Sequence[MirrorWatch]) -> None:
    stopping = stop_asked()
    async with asyncio.TaskGroup() as work:
        for watch in watches:
            work.create_task(_watch(watch, stopping))


def _watches(settings: Settings, link: StoreLink, metrics: MirrorMetrics) -> list[MirrorWatch]:
    own = settings.kafka_access()
    seen = StoreLink(link.location_id, own, link.centre)
    files_of = _identities(link)
    return [
        MirrorWatch(direction, TendedMirror(kept, files_of, metrics), NotedPositions(own), metrics)
        for direction, kept in zip(
            directions(seen), keeper.kept(settings.connect_access(), link), strict=True
        )
    ]


def _identities(link: StoreLink) -> tuple[Path, ...]:
    named = (each.tls for each in (link.store, link.centre) if each.tls is not None)
    return tuple(file for tls in named for file in (tls.certificate, tls.key) if file is not None)


async def _watch(watch: MirrorWatch, stopping: asyncio.Event) -> None:
    try:
        while not stopping.is_set():
            await asyncio.to_thread(watch.look)
            try:
                await asyncio.wait_for(stopping.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue
    finally:
        watch.close()
