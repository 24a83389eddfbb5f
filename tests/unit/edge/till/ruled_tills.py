"""A till of the tests that sells by the tables which come along."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

import edge.rules
from edge.bundle.form import RowKey, canonical_row, sha256_of
from edge.bundle.holding import CatalogHolder
from edge.bundle.rows import BundledTable
from edge.rules.files import read_files
from tests.unit.edge.bundle.catalogs import product, whole
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.tills import Program, running

DATA = Path(edge.rules.__file__).parent / "data"
BEGUN = datetime(2020, 1, 1, tzinfo=UTC)

GOODS = (
    product("tea"),
    product("wine", category="alcohol", price_minor=700),
    product("cigars", category="tobacco", price_minor=900),
    product("watch", category="watches", price_minor=3_500),
    product("orange", category="produce", unit="gram", price_minor=152),
)


def table_of(name: str, version: int = 1, **fields: Any) -> BundledTable:
    """One that comes along, begun."""
    table = read_files(DATA / f"{name}.csv").table
    return msgspec.structs.replace(table, version=version, valid_from=BEGUN, **fields)


ALL = tuple(table_of(path.stem) for path in sorted(DATA.glob("*.csv")) if ".tests" not in path.name)


def packed(table: BundledTable) -> tuple[RowKey, bytes]:
    row = canonical_row(msgspec.to_builtins(table))
    return ("rule_table", f"{table.table_name}/{table.version}"), row


def catalog(tables: Sequence[BundledTable] = ALL, version: int = 1, goods: Any = GOODS) -> bytes:
    """A bundle of these goods and tables."""
    rows = (*goods, *map(packed, tables))
    return whole(*rows, version=version, location_id=TILL.location_id)


def put(home: Path, content: bytes) -> None:
    """The till's disk has this bundle from now on."""
    CatalogHolder(home / "catalog", TILL.location_id).take_whole(content, sha256_of(content))


@asynccontextmanager
async def ruled(home: Path, content: bytes | None = None) -> AsyncGenerator[Program]:
    """A till that sells by a bundle; without one by what its disk has."""
    if content is not None:
        put(home, content)
    async with running(home) as program:
        await program.open_day()
        yield program


async def scan(program: Program, cart_id: str, sku: str, **fields: Any) -> Any:
    """What is told of the cart then."""
    return await program.post(f"/carts/{cart_id}/lines", {"sku": sku} | fields)


async def cart_of(program: Program, *skus: str, **fields: Any) -> str:
    """A cart with one of each."""
    cart_id = (await program.post("/carts", {"cashier_id": "7"} | fields))["cart_id"]
    for sku in skus:
        await scan(program, cart_id, sku)
    return cart_id


async def settle(
    program: Program, cart_id: str, rule: str, line_no: int | None, outcome: str = "confirmed"
) -> Any:
    """What is told of an answer."""
    body = {"rule": rule, "line_no": line_no, "outcome": outcome}
    return await program.post(f"/carts/{cart_id}/checks", body)


async def last_event(program: Program) -> Any:
    """The newest of the journal."""
    state = await program.state()
    return (await program.get(f"/events/{state['epoch']}/{state['sequence']}"))["event"]
