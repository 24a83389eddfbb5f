"""From where a request came, as far as it can be known. Pure."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SITE_BITS = 64
"""Of an IPv6 address, what is of one site: a line at home has 2^64 addresses to choose from."""


def forwarded(lines: Sequence[str]) -> str:
    """The visitor's address by ``X-Forwarded-For``; empty where it tells none.

    The nearest proxy adds its own word at the end, some in a line of its own. All that stands
    before it may be a lie.
    """
    last = lines[-1].rpartition(",")[2].strip() if lines else ""
    found = _address(last) or _address(_host(last))
    return str(found) if found else ""


def source_of(address: str) -> str:
    """Whom to count an attempt from ``address`` against: that address, or its site in IPv6."""
    found = _address(address)
    if not isinstance(found, ipaddress.IPv6Address):
        return address
    return str(ipaddress.ip_network((found, SITE_BITS), strict=False))


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _host(text: str) -> str:
    """Without a port, which some proxies add."""
    try:
        return urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return ""
