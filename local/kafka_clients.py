"""What programs of the user are told of the stack's Kafka, in the words of each library."""

from pathlib import Path

from local import java, kafka_links
from local.identities import Identities
from local.outside import OutsideKafka

CLIENT = "client"
"""The identity for programs of the user: it may write the inputs and read everything."""


def told(
    kafka: str, identities: Identities, outside: OutsideKafka | None
) -> dict[str, str | dict[str, str]]:
    """The addresses' part about Kafka's clients; writes the file for Java's."""
    file = identities.folder / f"{CLIENT}.properties"
    if outside is None:
        java.write_properties(file, kafka_links.java_client(kafka, identities, CLIENT))
        client = kafka_links.client_files(identities, CLIENT)
        properties = kafka_links.librdkafka(kafka, identities, CLIENT)
    else:
        java.write_properties(file, outside.properties())
        client, properties = dict(outside.client()), dict(outside.librdkafka())
    return {
        "kafka_client": client,
        "kafka_properties": properties,
        "kafka_java": _path(file),
        "ca_file": _path(identities.authorities),
    }


def settings(identities: Identities, service: str) -> dict[str, str]:
    """The settings by which a process comes to the stack's own Kafka as ``service``."""
    return {
        "kafka_ca": _path(identities.authorities),
        "kafka_cert": _path(identities.certificate(service)),
        "kafka_key": _path(identities.key(service)),
    }


def _path(file: Path) -> str:
    return str(file.absolute())
