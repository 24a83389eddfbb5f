"""Where a webhook may go: to public addresses, and to private networks that a setting names.

Whoever names an endpoint could otherwise have this machine ask its neighbours: a database's
admin page, a cloud's metadata. The address that was judged is the one that is connected to: a
name that is looked up twice may answer differently.
"""

import re
import socket
from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from connectors.webhooks.errors import WebhookRefused

Address = IPv4Address | IPv6Address

_ODD_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
"""How a host ends that old programs take for an address, such as 127.1: no name ends so."""

_NOT_PUBLIC = tuple(ip_network(each) for each in ("192.88.99.0/24", "fec0::/10", "3fff::/20"))
"""Former relays, former site-local addresses, and those of examples, which Python's own list lets
pass."""

_NAT64 = IPv6Network("64:ff9b::/96")

URL_CHARACTERS_MAX = 2_000
"""Longer than any server takes."""


class Reach:
    """The private networks that may be reached, beside everything public."""

    def __init__(self, networks: str = "") -> None:
        """``networks`` in CIDR form with commas between; `WebhookRefused` where one is none."""
        try:
            self._networks = [ip_network(each.strip()) for each in networks.split(",") if each]
        except ValueError as fault:
            raise WebhookRefused(
                f"{fault}: write networks as 10.1.0.0/16, with commas between"
            ) from fault

    def require(self, address: str) -> None:
        """Raise `WebhookRefused` where ``address`` may not be connected to."""
        meant = _meant(ip_address(address.partition("%")[0]))
        if not (_is_public(meant) or self._is_named(meant)):
            raise WebhookRefused(
                f"{address} is no public address; name its network in "
                "TILLSTREAM_WEBHOOK_NETWORKS if webhooks may go there"
            )

    def require_url(self, url: str) -> None:
        """Raise `WebhookRefused` where no message may be sent to ``url``, as far as it shows."""
        host = _host(url)
        if urlsplit(url).scheme == "http" and not self._networks:
            raise WebhookRefused(
                f"{url} is not encrypted: use https. Only where TILLSTREAM_WEBHOOK_NETWORKS "
                "names private networks may it be http"
            )
        # A client does not look up what is an address already.
        if _is_address(host):
            self.require(host)
        elif _ODD_NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
            raise WebhookRefused(f"{host} is a number: write an address as 10.1.2.3")

    def _is_named(self, address: Address) -> bool:
        return any(
            address in network for network in self._networks if network.version == address.version
        )


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as fault:
        raise WebhookRefused(f"{url!r} is no address: {fault}") from fault
    if parts.scheme not in ("http", "https") or not host:
        raise WebhookRefused(f"{url!r} is no address: write it as https://host/path")
    if parts.username is not None or parts.password is not None:
        raise WebhookRefused("leave user and password out of the address: messages are signed")
    if len(url) > URL_CHARACTERS_MAX or not url.isprintable() or " " in url:
        raise WebhookRefused(
            f"an address has at most {URL_CHARACTERS_MAX} characters and no blanks"
        )
    return host


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _meant(address: Address) -> Address:
    """The address behind one that carries another: IPv4 in IPv6, 6to4, NAT64."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: Address) -> bool:
    listed = any(address in each for each in _NOT_PUBLIC if each.version == address.version)
    return address.is_global and not (address.is_multicast or address.is_reserved or listed)


class GuardedResolver(AbstractResolver):
    """Looks names up, and refuses those that lead where no webhook may go."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of ``host``; raises `WebhookRefused` if any may not be reached."""
        found: Sequence[Any] = await self._resolver.resolve(host, port, family)
        for each in found:
            self._reach.require(each["host"])
        return list(found)

    async def close(self) -> None:
        """Nothing is held."""
        await self._resolver.close()
