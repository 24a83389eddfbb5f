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
    till_currency: str = Field(
        "EUR", pattern=r"^[A-Z]{3}$", description="The currency that this till sells in, ISO 4217."
    )
    till_country: str = Field(
        "",
        pattern=r"^([A-Z]{2})?$",
        description="The country whose labels of weighed goods are read, ISO 3166; none without.",
    )
    till_heading: str = Field(
        "",
        description="Lines above a receipt, parted by `|`; the store's name without.",
    )
    till_terminal: str = Field(
        "",
        pattern=r"^(simulated|[^:\s]+:[0-9]{1,5})?$",
        description="The card terminal, host:port, or `simulated` for one that takes no money.",
    )
    till_printer: str = Field(
        "",
        pattern=r"^(/[^\s]+|[^:/\s]+:[0-9]{1,5})?$",
        description="The receipt printer (ESC/POS), as a device such as /dev/usb/lp0 or host:port.",
    )
    till_receipt_font: Path | None = Field(
        None, description="A TrueType font for receipts in PDF, beyond Western Europe's letters."
    )
