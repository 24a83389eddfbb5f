"""Asks the registration for a location's signed list of devices, once it has a newer one.

The list is signed anew for whoever asks, so it is asked for only where its number has grown.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from clients.registration import RegistrationError
from connectors.feeds.rows import DownRow, UntellableRow
from following.outage import Outage
from topics.down import canonical

LOOK_SECONDS = 1.0
"""How late a revocation sets out."""


class GivesLists(Protocol):
    """The registration, as `clients.registration.RegistrationAccess` asks it."""

    async def device_list(self, location_id: str) -> Mapping[str, Any]:
        """A location's signed list; raises `RegistrationError`."""
        ...


class ToldLists(Protocol):
    """Who knows the lists that stores were told."""

    def behind(self) -> Iterable[tuple[str, int]]:
        """Locations with a feed whose list has a higher number than the one that they were told,
        and that number."""
        ...

    def hear_list(self, location_id: str, number: int, signed: DownRow) -> None:
        """Take a newer list."""
        ...


def list_of(location_id: str, signed: Mapping[str, Any]) -> tuple[int, DownRow]:
    """Number and row of a signed list; raises `UntellableRow`."""
    number = signed.get("number")
    if signed.get("location_id") != location_id or not isinstance(number, int):
        raise UntellableRow("no list of this location's devices")
    return number, DownRow(canonical(signed))


class AskedLists:
    """Asks for ever, one list at a time. ``told`` is who knows them now."""

    def __init__(self, access: GivesLists, told: Callable[[], ToldLists], outage: Outage) -> None:
        self._access = access
        self._told = told
        self._outage = outage

    async def run(self, stopping: asyncio.Event) -> None:
        """Until it is asked to stop; wait while the registration is away."""
        while not stopping.is_set():
            for location_id, number in list(self._told().behind()):
                try:
                    await self._ask(location_id, number)
                except (RegistrationError, UntellableRow) as fault:
                    await self._outage.wait(fault, stopping)
                else:
                    self._outage.note_answer()
                if stopping.is_set():
                    return
            await asyncio.sleep(LOOK_SECONDS)

    async def _ask(self, location_id: str, at_least: int) -> None:
        signed = await self._access.device_list(location_id)
        number, row = list_of(location_id, signed)
        if number < at_least:
            raise UntellableRow(
                f"the registration's list of {location_id} is number {number}, and the database "
                f"has told of number {at_least}"
            )
        self._told().hear_list(location_id, number, row)
