"""All that one registration works with, made once, and handed to whoever answers a request."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from clients.postgres import PostgresAccess
from edge.pooled import Away
from edge.registration.cases import Cases
from edge.registration.database import RecordStore
from edge.registration.desk import Desk, Places
from edge.registration.device_list import DeviceLists
from edge.registration.enrolment import Enrolment
from edge.registration.issuing import Issuer
from edge.registration.limits import WrongTokens
from edge.registration.metrics import RegistrationMetrics
from edge.registration.quiet import Quiet
from edge.registration.records import OnBehalf
from edge.registration.revocations import Revocations
from edge.signed_list import ListSigner

STANDING_SECONDS = 10.0
"""How often the figures of all devices are counted."""


@dataclass(slots=True)
class Office:
    """One registration."""

    postgres: PostgresAccess
    issuer: Issuer
    signer: ListSigner
    places: Places
    metrics: RegistrationMetrics
    clock: Callable[[], datetime]
    wrong_tokens: WrongTokens = field(default_factory=WrongTokens)
    database: RecordStore = field(init=False)
    enrolment: Enrolment = field(init=False)
    desk: Desk = field(init=False)
    lists: DeviceLists = field(init=False)
    revocations: Revocations = field(init=False)

    def __post_init__(self) -> None:
        """Join the parts."""
        self.database = RecordStore(self.postgres, self.clock)
        self.enrolment = Enrolment(Cases(self.database, Quiet()), self.issuer)
        self.desk = Desk(self.database, self.places)
        self.lists = DeviceLists(self.database, self.signer)
        self.revocations = Revocations(self.database, self.issuer)

    async def watch(self) -> None:
        """Count the devices for `/metrics` until cancelled."""
        while True:
            with suppress(Away):
                await self._count()
            await asyncio.sleep(STANDING_SECONDS)

    async def _count(self) -> None:
        # Until it has answered, it does not.
        try:
            async with self.database.records(OnBehalf("nobody")) as records:
                (standing,) = await records.rows("standing")
        except Away:
            self.metrics.database_up.set(0)
            raise
        self.metrics.show(standing)


OFFICE = web.AppKey("office", Office)
