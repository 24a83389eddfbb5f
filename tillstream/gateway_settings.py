"""Settings of a store's gateway: who it is, whom it lets in, and where it passes events on."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from topics.registry import TILL_EVENTS


class GatewaySettings(BaseSettings):
    """Of one store. Its location is that of its certificate."""

    gateway_port: int = Field(0, description="Port of a store's gateway; 0 takes a free one.")
    gateway_registration_port: int = Field(
        0,
        description="Port at which tills reach the registration through a store's gateway; 0 takes "
        "a free one.",
    )
    gateway_cert: Path | None = Field(
        None,
        description="The store's certificate, store/<location>, followed by who vouches for it, in "
        "PEM.",
    )
    gateway_key: Path | None = Field(
        None, description="The unencrypted key of that certificate; nobody else may read it."
    )
    gateway_ca: Path | None = Field(
        None,
        description="File in PEM with the authorities that vouch for tills: the one that issues "
        "for devices as well as the root.",
    )
    gateway_topic: str = Field(
        TILL_EVENTS.name,
        description="Topic that takes the store's events: this one at the centre, "
        "up.<location>.till-events in a store's own Kafka.",
    )
