"""Keeps both mirrors to their definitions."""

from collections.abc import Mapping

from clients.connect import ConnectAccess
from connectors.connect.finding import ConnectorFinding
from connectors.connect.keeping import WAIT_SECONDS as WAIT_SECONDS
from connectors.connect.keeping import Change, KeptConnector
from connectors.mirrormaker.definition import StoreLink, definitions


def kept(access: ConnectAccess, link: StoreLink) -> tuple[KeptConnector, ...]:
    """Both, up first; raises `ConnectorError` where the link cannot be mirrored."""
    return tuple(KeptConnector(access, *each) for each in definitions(link).items())


def apply(
    access: ConnectAccess, link: StoreLink, wait_seconds: float = WAIT_SECONDS
) -> Mapping[str, Change]:
    """Bring both to their definitions and wait until they run; raises `ConnectorError`.

    Both are told before one is waited for: what goes up must not wait for what comes down.
    """
    mirrors = kept(access, link)
    changes: dict[str, Change] = {mirror.name: mirror.tell() for mirror in mirrors}
    for mirror in mirrors:
        mirror.wait_until_running(wait_seconds)
    return changes


def check(access: ConnectAccess, link: StoreLink) -> tuple[ConnectorFinding, ...]:
    """Compare Connect with both definitions; changes nothing."""
    return tuple(mirror.check() for mirror in kept(access, link))
