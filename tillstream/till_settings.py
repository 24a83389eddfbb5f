"""Settings of a till: who it is, and where its store's gateway stands."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class TillSettings(BaseSettings):
    """Of a till's own machine."""

    till_kind: Literal["counter", "cards_only"] = Field(
        "counter",
        description="Whether the till stands at a counter with a drawer, or takes cards only and "
        "may be carried around.",
    )
    till_gateway: str = Field(
        "", description="Address of the store's gateway as this till reaches it, https://host:port."
    )
    till_cert: Path | None = Field(None, description="The device's certificate, in PEM.")
    till_key: Path | None = Field(
        None, description="The unencrypted key of that certificate; nobody else may read it."
    )
    till_ca: Path | None = Field(
        None, description="File in PEM with the authorities that vouch for the store."
    )
