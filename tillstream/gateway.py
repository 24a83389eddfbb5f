"""The gateway's process: settings in, tills' events passed on, until it is asked to stop."""

from pathlib import Path

import structlog
import uvloop

from edge.gateway import gateway as whole
from edge.gateway import server
from edge.gateway.errors import GatewayUnusable
from edge.gateway.gateway import Gateway, TillDoor
from edge.gateway.kafka import KafkaTopic
from edge.gateway.metrics import gateway_metrics
from identity import files
from identity.errors import IdentityError
from identity.names import StoreName, name_of
from tillstream import gateway_catalog, gateway_feeds, gateway_office, gateway_relay
from tillstream.gateway_catalog import StoreCatalogParts
from tillstream.process import measured, stop_asked
from tillstream.settings import Settings, SettingsError


def run(settings: Settings) -> None:
    """Take events and pass them on until SIGTERM or SIGINT; what is under way is answered.

    Raises `SettingsError`, `IdentityError`, and `GatewayUnusable` where the file cannot be used or
    is lost.
    """
    certificate, key, authorities = settings.files(
        "gateway", "gateway_cert", "gateway_key", "gateway_ca"
    )
    location_id = _location(certificate)
    settings = settings.as_store(certificate, key)
    topic = KafkaTopic(settings.kafka_access(), settings.gateway_topic, location_id)
    folder = settings.home / "gateway" / location_id
    with (
        measured(settings, "gateway", location_id) as registry,
        whole.opened(location_id, folder, topic, gateway_metrics(registry)) as gateway,
        gateway_catalog.opened(gateway, folder, registry, settings) as catalog,
    ):
        door = _door(settings, certificate, key, authorities)
        try:
            uvloop.run(_serve(gateway, catalog, door, settings))
        except OSError as error:
            raise GatewayUnusable(f"it cannot be served: {error}") from error


async def _serve(
    gateway: Gateway, catalog: StoreCatalogParts, door: TillDoor, settings: Settings
) -> None:
    log, stopping = structlog.get_logger("tillstream.gateway"), stop_asked()
    ears = gateway_feeds.ears_of(gateway, settings)
    await gateway.run(
        door,
        stopping,
        lambda address: log.info("gateway_serves", address=address, topic=settings.gateway_topic),
        catalog.calls(),
        (
            *gateway_feeds.parts(gateway, ears, settings, catalog.centre_is_heard),
            *gateway_relay.parts(gateway, settings),
            *gateway_office.parts(gateway, catalog.offers, settings),
            *catalog.parts(settings, stopping, ears),
        ),
    )


def _location(certificate: Path) -> str:
    name = name_of(files.read_certificates(certificate)[0])
    if not isinstance(name, StoreName):
        raise IdentityError(f"{certificate} is of {name}, and no store's")
    return name.location_id


def _door(settings: Settings, certificate: Path, key: Path, authorities: Path) -> TillDoor:
    try:
        context = server.tls(certificate, key, authorities, ())
    except OSError as error:
        raise SettingsError(f"the gateway has no identity in {certificate}: {error}") from error
    return TillDoor(settings.host, settings.gateway_port, context)
