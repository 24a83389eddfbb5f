"""Addresses that lead to this machine and to no other."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server on ``host``, a name or an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
