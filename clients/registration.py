"""How the registration is reached by who looks after devices, and what it is asked."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import aiohttp

from clients.errors import AccessError
from clients.tls import Tls

ANSWER_SECONDS_MAX = 20.0
"""A little above what the registration itself waits for its database."""


class RegistrationError(Exception):
    """The registration did not do what it was asked; the text says why."""


@dataclass(frozen=True, slots=True)
class RegistrationAccess:
    """The registration at ``url``, https://…, where the certificate in ``tls`` says who we are."""

    url: str
    tls: Tls

    def __post_init__(self) -> None:
        """Raises `AccessError` where the address is none, or nothing says who we are."""
        if not self.url.startswith("https://"):
            raise AccessError(f"{self.url} is no address of a registration: write https://…")
        if self.tls.certificate is None:
            raise AccessError("the registration asks who we are: name a certificate and its key")

    async def devices(self, location_id: str | None = None) -> list[dict[str, Any]]:
        """Every device, or those of one location; raises `RegistrationError`, as all of these."""
        query = {"location": location_id} if location_id else {}
        return (await self._ask("GET", "/v1/devices", query=query))["devices"]

    async def add(self, location_id: str, till_id: str, by: str) -> dict[str, Any]:
        """Register a till for somebody; its voucher, which is told this once."""
        told = {"location_id": location_id, "till_id": till_id, "by": by}
        return await self._ask("POST", "/v1/devices", told)

    async def spare(self, location_id: str, till_id: str, by: str) -> dict[str, Any]:
        """A voucher for the store's safe."""
        return await self._ask("POST", _path(location_id, till_id, "spare"), {"by": by})

    async def revoke(self, location_id: str, till_id: str, by: str) -> None:
        """End a till with all that it holds."""
        await self._ask("POST", _path(location_id, till_id, "revoke"), {"by": by})

    async def device_list(self, location_id: str) -> dict[str, Any]:
        """A location's signed list."""
        return await self._ask("GET", f"/v1/locations/{quote(location_id, safe='')}/device-list")

    async def _ask(
        self, method: str, path: str, told: Any = None, query: dict[str, str] | None = None
    ) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS_MAX)
        connector = aiohttp.TCPConnector(ssl=self.tls.context())
        address = self.url.rstrip("/") + path
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout) as http,
                http.request(method, address, json=told, params=query) as answer,
            ):
                return _read(answer.status, await answer.read())
        except (aiohttp.ClientError, OSError) as error:
            raise RegistrationError(
                f"the registration at {self.url} does not answer: {error or type(error).__name__}"
            ) from error


def _path(location_id: str, till_id: str, what: str) -> str:
    return f"/v1/devices/{quote(location_id, safe='')}/{quote(till_id, safe='')}/{what}"


def _read(status: int, body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError as error:
        raise RegistrationError(f"the registration answered {status}, and no JSON") from error
    if status >= HTTPStatus.BAD_REQUEST:
        raise RegistrationError(str(told.get("detail") or f"the registration answered {status}"))
    return told
