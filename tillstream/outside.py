"""The user's own servers, for a local stack that runs on them."""

# pyright: reportMissingTypeStubs=false

from collections.abc import Callable
from dataclasses import replace

from kafka.errors import KafkaError

from clients import java_kafka, librdkafka
from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from local.outside import Outside, OutsideKafka
from local.servers import external
from operations.kafka.admin import admin
from operations.status import connect
from tillstream.settings import Settings


def outside(settings: Settings) -> Outside:
    """Those that the environment names.

    Raises `SettingsError` where it does not say how a link is secured.
    """
    named = external()
    return Outside(
        _kafka(settings.kafka_access()) if "kafka" in named else None,
        _connect(settings.connect_access()) if "connect" in named else None,
    )


def _connect(access: ConnectAccess) -> Callable[[], bool]:
    return lambda: connect.look(access).answers


def _kafka(access: KafkaAccess) -> OutsideKafka:
    return OutsideKafka(
        answers=lambda: _answers(access),
        client=lambda: _client(access),
        librdkafka=lambda: librdkafka.properties(replace(access, login=None)),
        properties=lambda: java_kafka.properties(access),
    )


def _answers(access: KafkaAccess) -> bool:
    try:
        with admin(access) as client:
            client.list_topics()
    except (KafkaError, OSError):
        return False
    return True


def _client(access: KafkaAccess) -> dict[str, str]:
    """For kafka-python, without a password: it would end in logs."""
    told = {"security_protocol": access.protocol}
    if access.tls is not None:
        told |= access.tls.named("ssl_cafile", "ssl_certfile", "ssl_keyfile")
    return told
