"""The centre's store API on a real database, and stores that ask it over real TLS."""

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
from prometheus_client import CollectorRegistry
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from clients.postgres import PostgresAccess
from connectors.postgres.access import STORE_API
from edge.store_api.metrics import store_api_metrics
from edge.store_api.server import StoreApi, serving
from edge.store_api.visitors import tls
from identity import files
from identity.names import ServiceName, StoreName
from tests.integration.registration_world import Files, Pki, Reply

LINE = (1, "A", 3, "each", 100, 300)


@dataclass(slots=True)
class StoreApiWorld:
    """The store API, and what it stands on."""

    address: str
    pki: Pki
    api: StoreApi
    dsn: str
    stores: dict[str, Files] = field(default_factory=dict[str, Files])

    def store(self, location_id: str) -> Files:
        if location_id not in self.stores:
            self.stores[location_id] = self.pki.certified(StoreName(location_id), server=True)
        return self.stores[location_id]

    async def call(
        self, method: str, path: str, identity: Files | None = None, body: Any = None
    ) -> Reply:
        context = ssl.create_default_context(cafile=self.pki.ca)
        if identity is not None:
            context.load_cert_chain(identity.certificate, identity.key)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, self.address + path, ssl=context, data=data) as answer,
        ):
            return Reply(answer.status, await answer.read(), dict(answer.headers))

    async def get(self, location_id: str, path: str) -> Any:
        """What a store is told."""
        reply = await self.call("GET", path, self.store(location_id))
        assert reply.status == 200, reply.body
        return reply.json

    async def reserve(
        self, asking: str, receipt_no: str, return_id: str, quantity: int, /, **more: Any
    ) -> Reply:
        """A store wants so much of line 1 back."""
        body = {"return_id": return_id, "lines": [{"line_no": 1, "quantity": quantity}], **more}
        path = f"/v1/receipts/{receipt_no}/returns"
        return await self.call("POST", path, self.store(asking), body)

    def execute(self, query: str, *values: Any) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(query, values)  # pyright: ignore[reportArgumentType]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(query, values).fetchall()  # pyright: ignore[reportArgumentType]

    def level(self, location_id: str, sku: str, on_hand: int) -> None:
        """As the sink writes it."""
        self.execute(
            "INSERT INTO stock_levels VALUES (%s, %s, %s, 1, %s, 1, '2026-11-30T08:00:00Z')",
            *(location_id, sku, on_hand, on_hand - 1),
        )

    def receipt(self, location_id: str, receipt_no: str, sequence: int = 1, **columns: Any) -> None:
        """A sale or return as the sink writes it, of one line."""
        line = columns.pop("line", LINE)
        row: dict[str, Any] = {
            "location_id": location_id,
            "till_id": "1",
            "epoch": 1,
            "sequence": sequence,
            "kind": "sale",
            "receipt_no": receipt_no,
            "business_date": "2026-11-30",
            "occurred_at": datetime(2026, 11, 30, 8, tzinfo=UTC) + timedelta(seconds=sequence),
            "currency": "EUR",
            "total_minor": 300,
            "discounts": Jsonb([]),
            "taxes": Jsonb([]),
            "tenders": Jsonb([{"kind": "cash", "amount_minor": 300}]),
            "source_topic": "t",
            "source_partition": 0,
            "source_offset": sequence,
            **columns,
        }
        marks = ", ".join(["%s"] * len(row))
        columns_named = ", ".join(row)
        self.execute(f"INSERT INTO sales ({columns_named}) VALUES ({marks})", *row.values())  # noqa: S608
        place = (row["location_id"], row["till_id"], row["epoch"], row["sequence"])
        self.execute(
            "INSERT INTO sale_lines VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", *place, *line
        )

    def came_back(
        self, location_id: str, receipt_no: str, sequence: int, quantity: int, **columns: Any
    ) -> None:
        """A return that has come to the centre."""
        row = {"kind": "return", "return_id": f"R{sequence}", "total_minor": 0, **columns}
        line = (1, "A", quantity, "each", 100, 100 * quantity)
        self.receipt(location_id, receipt_no, sequence, line=line, **row)


@asynccontextmanager
async def store_api(dsn: str, folder: Path, clock: Any = None) -> AsyncIterator[StoreApiWorld]:
    """One that serves for the length of a block."""
    pki = Pki.new(folder / "pki")
    served = pki.certified(ServiceName("store-api"), server=True)
    trusted = folder / "services.pem"
    files.write_certificates(trusted, pki.services.chain[:1])
    api = StoreApi(
        PostgresAccess(make_conninfo(dsn, user=STORE_API)),
        store_api_metrics(CollectorRegistry()),
        clock or (lambda: datetime.now(UTC)),
    )
    context = tls(served.certificate, served.key, trusted)
    async with serving(api, "127.0.0.1", 0, context) as address:
        yield StoreApiWorld(address, pki, api, dsn)
