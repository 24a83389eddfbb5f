"""Settings of a store's mirrors: the way to the centre's Kafka, and Connect's own way to the
store's."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class MirrorSettings(BaseSettings):
    """Of a store with a Kafka of its own, which the settings of Kafka lead to."""

    centre_kafka: str = Field(
        "",
        description="Bootstrap servers of the centre's Kafka, host:port[,host:port], as a store "
        "reaches them.",
    )
    centre_kafka_ca: Path | None = Field(
        None, description="Authorities that vouch for the centre's brokers, in PEM."
    )
    centre_kafka_cert: Path | None = Field(
        None,
        description="The store's certificate from the fleet's authority, store/<location>, with "
        "who vouches for it, in PEM. Whose mirrors they are follows from it.",
    )
    centre_kafka_key: Path | None = Field(
        None, description="The unencrypted key of that certificate, PKCS #8."
    )
    mirror_cert: Path | None = Field(
        None,
        description="Connect's certificate for the store's own Kafka, in PEM. Connect reads it and "
        "the files above by its DirectoryConfigProvider, under the name 'directory'.",
    )
    mirror_key: Path | None = Field(None, description="The unencrypted key of that certificate.")
