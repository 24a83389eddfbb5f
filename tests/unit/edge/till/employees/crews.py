"""A till of the tests that knows its store's employees."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from edge.bundle.form import RowKey, canonical_row, sha256_of
from edge.bundle.holding import CatalogHolder
from sealing.cards import card_hash, pin_hash
from tests.gateways import SignedGateway
from tests.unit.edge.bundle.catalogs import product, table, whole
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.tills import Program

KEY = b"s" * 32
PINS = {"anna": "1234", "ben": "2345", "mia": "3456"}
_PIN_HASHES = {name: pin_hash(f"card-{name}", pin) for name, pin in PINS.items()}
"""Made once: each takes some 50 ms."""

LIMITS = {"discount_percent": 10, "refund_minor": 500}


def employee(name: str, role: str = "cashier", **fields: Any) -> tuple[RowKey, bytes]:
    row = {
        "employee_id": name,
        "card_hash": card_hash(KEY, "employee", f"card-{name}"),
        "pin_hash": _PIN_HASHES[name],
        "role": role,
        "limits": {},
    }
    return ("employee", name), canonical_row(row | fields)


CARD_KEY = ("card_key", "store"), canonical_row({"version": 1, "key": KEY.hex()})
ANNA, BEN, MIA = employee("anna", limits=LIMITS), employee("ben"), employee("mia", "manager")


def bundle(version: int, *crew: tuple[RowKey, bytes], key: bool = True) -> bytes:
    rows = (*crew, *((CARD_KEY,) if key else ()), product(price_minor=300), table())
    return whole(*rows, version=version, location_id=TILL.location_id)


def hold(home: Path, content: bytes) -> None:
    """The till's disk has that catalog."""
    CatalogHolder(home / "catalog", TILL.location_id).take_whole(content, sha256_of(content))


def tells(gateway: SignedGateway, content: bytes, age: int | None = 0) -> None:
    """From now on the gateway tells this bundle, and nothing else."""
    headers = {"ETag": f'"{sha256_of(content)}"'} | ({} if age is None else {"Age": str(age)})

    def told() -> web.Response:
        if gateway.took[-1].target.startswith("/v1/bundle"):
            return web.Response(body=content, headers=headers)
        return web.Response(status=503)

    gateway.answer_with = told


async def sign_in(
    program: Program, name: str, pin: str | None = None, what: str = "sign-in", key: str = ""
) -> tuple[int, Mapping[str, Any]]:
    shown = {"card": f"card-{name}", "pin": pin or PINS[name]}
    return await program.ask("POST", f"/employees/{what}", shown, key)


async def seated(program: Program, name: str) -> None:
    status, told = await sign_in(program, name)
    assert status == 200, told


async def approved(program: Program, name: str) -> dict[str, str]:
    """The header of somebody's approval."""
    status, told = await sign_in(program, name, what="approvals")
    assert status == 200, told
    return {"Approval": told["approval"]}


async def events(program: Program) -> list[dict[str, Any]]:
    last = (await program.state())["sequence"]
    return [(await program.get(f"/events/1/{each}"))["event"] for each in range(1, last + 1)]


def texts(home: Path) -> bytes:
    """All that the till's journal has, as bytes."""
    return b"".join(path.read_bytes() for path in sorted(home.glob("journal.sqlite*")))


def now_by(program: Program, home: Path, content: bytes) -> None:
    """The till goes by that catalog from now on."""
    hold(home, content)
    program.premises.catalogs.open(home / "catalog", TILL.location_id)
