"""Settings of the registration: where it is, who we are there, and what it issues by."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class RegistrationSettings(BaseSettings):
    """Of the registration itself, and of who asks it."""

    registration: str = Field(
        "", description="Address of the registration as tills reach it, https://host:port."
    )
    registration_port: int = Field(0, description="Port of the registration; 0 takes a free one.")
    registration_ca: Path | None = Field(
        None, description="File in PEM with the authorities that vouch for services and stores."
    )
    registration_cert: Path | None = Field(
        None,
        description="The registration's own certificate, in PEM; for who asks it, theirs.",
    )
    registration_key: Path | None = Field(
        None, description="The unencrypted key of that certificate."
    )
    registration_issuing_cert: Path | None = Field(
        None,
        description="Certificate of the authority that issues for devices, in PEM, followed by "
        "those who vouch for it up to the root.",
    )
    registration_issuing_key: Path | None = Field(
        None, description="The unencrypted key of that authority; nobody else may read it."
    )
    registration_step_ca: str = Field(
        "",
        description="Address of a step-ca that issues for devices in our place, https://…; the "
        "chain of its authority is in the setting above.",
    )
    registration_step_ca_provisioner: str = Field(
        "tillstream", description="The provisioner, of the type JWK, that lets us in there."
    )
    registration_step_ca_key: Path | None = Field(
        None, description="The unencrypted P-256 key of that provisioner."
    )
    gateway: str = Field(
        "",
        description="Address of the stores' gateway that vouchers name; empty without one. Where "
        "each store has its own, location=address, with commas between.",
    )

    registration_relay: str = Field(
        "",
        description="Address at which the stores' gateway relays to the registration, as vouchers "
        "name it, or location=address with commas between. Tills of a store without one are sent "
        "to the registration itself.",
    )

    def gateways(self) -> Mapping[str, str]:
        """Addresses of gateways by location; under "" for every other one."""
        return _by_location(self.gateway)

    def registration_relays(self) -> Mapping[str, str]:
        """Addresses of relays, as `gateways` are."""
        return _by_location(self.registration_relay)


def _by_location(given: str) -> Mapping[str, str]:
    each = (named.strip() for named in given.split(",") if named.strip())
    parted = (named.rpartition("=") for named in each)
    return {location.strip(): address.strip() for location, _, address in parted}
