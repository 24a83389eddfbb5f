"""The list of revoked certificates (CRL), for tools that read one: made once in some seconds."""

import asyncio
from datetime import datetime, timedelta

from edge.registration.database import RecordStore
from edge.registration.issuing import Issuer
from edge.registration.records import OnBehalf

KEPT = timedelta(seconds=2)
"""Anybody may ask for the list. Made for each request, it would be a way to keep the database busy;
much older, and somebody who revokes a till looks at the list and does not find it."""


class Revocations:
    """Makes the list, and keeps it for a moment."""

    def __init__(self, database: RecordStore, issuer: Issuer) -> None:
        self._database = database
        self._issuer = issuer
        self._turn = asyncio.Lock()
        self._made_at: datetime | None = None
        self._pem = b""

    async def pem(self) -> bytes:
        """The list in PEM; raises `database.Away` or `issuing.NotIssued`."""
        async with self._turn, self._database.records(OnBehalf("nobody")) as records:
            made = self._made_at
            # A clock that was set back must not keep an old list for good.
            if made is None or not made <= records.now < made + KEPT:
                rows = await records.rows("revoked")
                serials = {int(row["serial"]): row["revoked_at"] for row in rows}
                self._pem = await self._issuer.revocations(serials, records.now)
                self._made_at = records.now
            return self._pem
