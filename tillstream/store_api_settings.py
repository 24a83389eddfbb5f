"""Settings of the centre's store API: where it is, and who it is there."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class StoreApiSettings(BaseSettings):
    """Of the store API itself, and of a store's gateway, which asks it."""

    store_api: str = Field(
        "",
        description="Address of the centre's store API, https://host:port, as a store's gateway "
        "asks it by its own certificate; without it, the gateway knows of other stores what the "
        "centre's Kafka tells.",
    )
    store_api_port: int = Field(0, description="Port of the store API; 0 takes a free one.")
    store_api_ca: Path | None = Field(
        None,
        description="File in PEM with the authorities that vouch for stores; for a gateway, for "
        "services.",
    )
    store_api_cert: Path | None = Field(
        None, description="The store API's own certificate, service/store-api, in PEM."
    )
    store_api_key: Path | None = Field(
        None, description="The unencrypted key of that certificate; nobody else may read it."
    )
