"""Whose key is whose: the certificates that the registration has given out."""

import time
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from clients.postgres import PostgresAccess
from clients.statements import statement
from identity.names import TillName

HOLDERS_MAX = 20_000
"""Certificates that are remembered, some 40 MB. With fewer than there are tills, each lot of
events asks the database."""

UNKNOWN_SECONDS = 30.0
"""How long a certificate counts as unknown before it is asked for again: whoever makes them up
must not keep the database busy."""

CONNECT_SECONDS = 5


class DeviceHolder(NamedTuple):
    """A device."""

    till: TillName
    key: ec.EllipticCurvePublicKey


class DeviceHolders:
    """Knows devices by their certificates' SHA-256 in hex."""

    def __init__(
        self, postgres: PostgresAccess, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._postgres = postgres
        self._clock = clock
        self._known: dict[str, DeviceHolder] = {}
        self._unknown: dict[str, float] = {}

    async def of(self, key_ids: Collection[str]) -> Mapping[str, DeviceHolder]:
        """Those of them that the registration knows; raises `psycopg.OperationalError`."""
        now = self._clock()
        lacking = [
            each
            for each in key_ids
            if each not in self._known and self._unknown.get(each, now) <= now
        ]
        if lacking:
            self._learn(await self._asked(lacking), lacking, now)
        return {each: self._known[each] for each in key_ids if each in self._known}

    def _learn(
        self, found: Mapping[str, DeviceHolder], lacking: Collection[str], now: float
    ) -> None:
        for remembered in (self._known, self._unknown):
            if len(remembered) + len(lacking) > HOLDERS_MAX:
                remembered.clear()
        self._known |= found
        self._unknown |= dict.fromkeys(set(lacking) - found.keys(), now + UNKNOWN_SECONDS)

    async def _asked(self, key_ids: Collection[str]) -> dict[str, DeviceHolder]:
        async with await self._postgres.connect_async(
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="tillstream heads",
        ) as connection:
            asked = {"key_ids": [bytes.fromhex(each) for each in key_ids]}
            rows = await connection.execute(statement(__file__, "holders"), asked)
            return dict(map(_holder, await rows.fetchall()))


def _holder(row: tuple[bytes, str, str, str]) -> tuple[str, DeviceHolder]:
    digest, location_id, till_id, certificate = row
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError(f"the registration gave out a key of another kind: {digest.hex()}")
    return digest.hex(), DeviceHolder(TillName(location_id, till_id), key)
