"""A till and the real registration: it comes in, stays in after months in the dark, and is out."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from edge.till.clock import TillClock
from tests.integration.registration_world import Till, World, registration
from tests.unit.edge.till.tills import Program, running

DARK = timedelta(days=120)


@pytest.fixture
async def world(postgres: str, tmp_path: Path) -> AsyncIterator[World]:
    async with registration(postgres, tmp_path) as opened:
        yield opened


async def voucher(world: World, till: Till) -> dict[str, Any]:
    """What an operator was given, with this test's own addresses."""
    root = world.pki.devices.chain[-1].public_bytes(Encoding.DER)
    places = {"registration": world.address, "gateway": "https://127.0.0.1:1"}
    told = await world.voucher(till)
    return told | places | {"ca_sha256": hashlib.sha256(root).hexdigest()}


async def until(program: Program, is_so: Callable[[Any], bool], what: str) -> Any:
    state: Any = None
    for _ in range(1_000):
        state = await program.state()
        if is_so(state):
            return state
        await asyncio.sleep(0.02)
    raise AssertionError(f"{what}: {state}")


async def come_in(program: Program, told: dict[str, Any]) -> Any:
    """Give a till its voucher, and wait until it is in."""
    status, answer = await program.ask("POST", "/voucher", told)
    assert status == 200, answer
    return await until(
        program, lambda state: state.get("epoch") == told["epoch"], "the till never came in"
    )


def in_the_dark() -> TillClock:
    """The clock of a till that was away for so long."""
    return TillClock(lambda: time.time() + DARK.total_seconds())


async def test_a_till_comes_in_sells_and_is_replaced_by_itself(
    world: World, shop: str, tmp_path: Path
) -> None:
    till = world.till(shop)
    async with running(tmp_path / "till") as program:
        first = await come_in(program, await voucher(world, till))
        assert first["till"] == {"location_id": shop, "till_id": "1"}
        await program.open_day()
        assert (await program.sell())["receipt_no"] == "1-1-1"
        await come_in(program, await voucher(world, till))
        assert (await program.sell())["receipt_no"] == "1-2-1"
    assert world.rows("SELECT status, epoch FROM devices WHERE location_id = %s", shop) == [
        ("active", 2)
    ]


async def test_after_months_in_the_dark_it_renews_alone(
    world: World, shop: str, tmp_path: Path
) -> None:
    async with running(tmp_path / "till") as program:
        before = await come_in(program, await voucher(world, world.till(shop)) | {"gateway": ""})
    world.clock.ahead = DARK
    await without_gateway(tmp_path / "till")
    async with running(tmp_path / "till", in_the_dark()) as program:
        await until(
            program,
            lambda state: state["certificate"]["ends"] > before["certificate"]["ends"],
            "it did not renew",
        )


async def without_gateway(home: Path) -> None:
    """As if its store had none: then nobody has to let the new certificate in."""
    for path in (home / "identity").glob("*/device.json"):
        path.write_text(path.read_text().replace("https://gateway.example", ""))


async def test_a_revoked_till_renews_nothing_and_says_so(
    world: World, shop: str, tmp_path: Path
) -> None:
    till = world.till(shop)
    async with running(tmp_path / "till") as program:
        await come_in(program, await voucher(world, till))
    await world.revoke(till)
    world.clock.ahead = DARK
    async with running(tmp_path / "till", in_the_dark()) as program:
        state = await until(
            program, lambda state: state["enrolment"]["why"] != "", "it was renewed"
        )
        assert "not renewed" in state["enrolment"]["why"]
        await program.open_day()
        await program.sell()
        told = await voucher(world, till)
        await come_in(program, told)


async def test_a_voucher_of_yesterday_is_refused_in_words(
    world: World, shop: str, tmp_path: Path
) -> None:
    told = await voucher(world, world.till(shop))
    world.clock.ahead = timedelta(days=2)
    async with running(tmp_path / "till") as program:
        assert (await program.ask("POST", "/voucher", told))[0] == 200
        state = await until(
            program, lambda state: state["enrolment"]["state"] == "refused", "it was let in"
        )
        assert "401" in state["enrolment"]["why"]
