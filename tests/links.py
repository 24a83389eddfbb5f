"""Who a test is at the servers of a running stack, from what `local status --json` says."""

from pathlib import Path
from typing import Any

from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from clients.tls import Tls

Link = dict[str, Any]
"""Keyword arguments of kafka-python, with the servers."""


def link(told: dict[str, Any], service: str = "client") -> Link:
    """As ``service``, whose files lie beside those of the identity for users' programs.

    ``kafka`` is the broker itself, which may do anything: for faults that somebody may cause who
    has more rights than a test should need.
    """
    named = {
        name: str(Path(value).with_name(Path(value).name.replace("client", service)))
        if name in ("ssl_certfile", "ssl_keyfile")
        else value
        for name, value in told["kafka_client"].items()
    }
    return {"bootstrap_servers": told["kafka"], **named}


def access(told: dict[str, Any], service: str = "client") -> KafkaAccess:
    """The same for the project's own clients."""
    own = link(told, service)
    certificate, key = Path(own["ssl_certfile"]), Path(own["ssl_keyfile"])
    return KafkaAccess(own["bootstrap_servers"], Tls(Path(own["ssl_cafile"]), certificate, key))


def connect(told: dict[str, Any], service: str = "operator") -> ConnectAccess:
    """How ``service`` comes to the stack's Connect."""
    return ConnectAccess(told["connect"], access(told, service).tls)
