"""``tillstream devices``: which tills may take part."""

import asyncio
import json
from typing import Annotated, Any

import typer

from clients.registration import RegistrationError
from edge.registration.desk import DEVICES_MAX
from operations.who import who
from tillstream.registration import access_of
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, grouped, mendable, tell

group = grouped("Tills that may take part: register and revoke them, make spare vouchers.")

Location = Annotated[str, typer.Argument(metavar="LOCATION", help="The location's id.")]
Till = Annotated[str, typer.Argument(metavar="TILL", help="The till's id at that location.")]


@group.command()
@mendable(RegistrationError)
def add(location: Location, till: Till, as_json: AsJson = False) -> None:
    """Register a till and print its voucher, once: it is not shown again.

    The till enrols with it within 24 hours. For a till that is replaced, imaged anew or was
    revoked, the same: its epoch is higher, and what was there before ends as it enrols.
    """
    voucher = asyncio.run(access_of(load_settings()).add(location, till, who()))
    _print(voucher, as_json, "24 hours")


@group.command()
@mendable(RegistrationError)
def spare(location: Location, till: Till, as_json: AsJson = False) -> None:
    """Print a voucher for the store's safe, once: for the day on which a till dies while the line
    is down. It is good for 400 days, or until another device enrols as this till.

    Exit status 1 if the till is not registered.
    """
    voucher = asyncio.run(access_of(load_settings()).spare(location, till, who()))
    _print(voucher, as_json, "400 days")


@group.command()
@mendable(RegistrationError)
def revoke(location: Location, till: Till, as_json: AsJson = False) -> None:
    """End a till: it can neither renew nor enrol, and its store is told. Asks nothing.

    Exit status 1 if there is no such till. 'tillstream devices add' registers it anew.
    """
    asyncio.run(access_of(load_settings()).revoke(location, till, who()))
    told = {"location_id": location, "till_id": till, "status": "revoked"}
    tell(as_json, told, f"{location}/{till} is revoked")


@group.command("list")
@mendable(RegistrationError)
def list_devices(
    location: Annotated[str | None, typer.Option(help="Of this location only.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the tills: state, epoch, when the certificate ends, vouchers that are open, alarms."""
    found = asyncio.run(access_of(load_settings()).devices(location))
    tell(as_json, found, map(_line, found))
    if not as_json:
        more = ", the first: name a --location for more" if len(found) >= DEVICES_MAX else ""
        typer.echo(f"{len(found)} devices{more}", err=True)


def _line(device: dict[str, Any]) -> str:
    told = [device["status"], f"epoch {device['epoch']}"]
    if device["certificate_ends"]:
        told.append(f"certificate ends {device['certificate_ends']}")
    if device["vouchers"]:
        told.append("a voucher is open")
    if device["spares"]:
        told.append(f"{device['spares']} spare")
    told += [f"ALARM: {kind.replace('_', ' ')}" for kind in device["alarms"]]
    return f"{device['location_id']}/{device['till_id']}  {', '.join(told)}"


def _print(voucher: dict[str, Any], as_json: bool, life: str) -> None:
    till = f"{voucher['location_id']}/{voucher['till_id']}"
    words = (
        f"{till} may enrol under epoch {voucher['epoch']}, for {life}, with this voucher:\n",
        json.dumps(voucher, indent=2),
        "\nIt is not shown again.",
    )
    tell(as_json, voucher, words)
