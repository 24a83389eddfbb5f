"""The user's own Kafka, for a local stack that runs on it."""

# pyright: reportMissingTypeStubs=false

from dataclasses import replace

from kafka.errors import KafkaError

from clients import java_kafka, librdkafka
from clients.kafka import KafkaAccess
from local.outside import OutsideKafka
from local.servers import external
from operations.kafka.admin import admin
from tillstream.settings import Settings


def outside_kafka(settings: Settings) -> OutsideKafka | None:
    """How the cluster is reached that the environment names; None where it names none.

    Raises `SettingsError` where it does not say how the link is secured.
    """
    if "kafka" not in external():
        return None
    access = settings.kafka_access()
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
        files = {
            "ssl_cafile": access.tls.authorities,
            "ssl_certfile": access.tls.certificate,
            "ssl_keyfile": access.tls.key,
        }
        told |= {name: str(file) for name, file in files.items() if file is not None}
    return told
