"""The way of a store's tills to the registration, at its gateway."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import structlog

from edge.gateway.gateway import Gateway, Part
from edge.gateway.relay import MeasuredRelay, Relay
from tillstream.settings import PREFIX, Settings, SettingsError

HTTPS_PORT = 443


def parts(gateway: Gateway, settings: Settings) -> Sequence[Part]:
    """What relays, where the registration's address is named; raises `SettingsError`."""
    if not settings.registration:
        return ()
    relay = Relay(*_place(settings.registration), MeasuredRelay(gateway.metrics))
    log = structlog.get_logger("tillstream.gateway")

    def told(address: str) -> None:
        log.info("registration_relayed", address=address, to=settings.registration)

    return (lambda: relay.serve(settings.host, settings.gateway_registration_port, told),)


def _place(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f"{PREFIX}REGISTRATION: {address!r} is no https://host:port")
    return parts.hostname, parts.port or HTTPS_PORT
