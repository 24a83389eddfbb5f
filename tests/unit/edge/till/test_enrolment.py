"""A voucher makes a till: once, whatever is interrupted, and by the registration alone."""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from edge.till.backoff import Backoff
from edge.till.identity import folder as folders
from edge.till.identity.folder import IdentityFolder
from edge.till.identity.voucher import read_voucher
from identity import files
from tests.gateways import Fleet
from tests.unit.edge.till.registrations import Registration, as_text, registration
from tests.unit.edge.till.shops import shop
from tests.unit.edge.till.tills import Program, running


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A till that asks again at once."""
    quick = Backoff(bound_seconds=0.05)
    monkeypatch.setattr("edge.till.identity.keeper.Backoff", lambda bound_seconds: quick)


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


async def until(program: Program, is_so: Callable[[Any], Any], what: str) -> Any:
    """The till's state once it is so."""
    state: Any = None
    for _ in range(500):
        state = await program.state()
        if is_so(state):
            return state
        await asyncio.sleep(0.02)
    raise AssertionError(f"{what}: {state['enrolment']}")


async def enrolled(program: Program, epoch: int = 1) -> Any:
    return await until(
        program,
        lambda state: (state.get("epoch"), state["enrolment"]["state"]) == (epoch, "enrolled"),
        "it never enrolled",
    )


async def give(program: Program, voucher: dict[str, Any]) -> None:
    status, told = await program.ask("POST", "/voucher", as_text(voucher), None)
    assert status == 200, told


async def test_a_voucher_is_all_that_a_till_needs(fleet: Fleet, tmp_path: Path) -> None:
    async with (
        shop(fleet, tmp_path / "shop") as store,
        registration(fleet, store.address) as centre,
        running(tmp_path / "till") as program,
    ):
        await give(program, centre.voucher())
        await enrolled(program)
        await program.open_day()
        await program.sell()
        await until(program, lambda state: state["sending"]["waiting"] == 0, "nothing was sent")
        assert store.sales() == ["till-3-1-1"]
    async with running(tmp_path / "till") as program:
        assert (await program.state())["enrolment"]["state"] == "enrolled"
    [key] = (tmp_path / "till" / "identity").glob("*/device.key")
    assert key.stat().st_mode & 0o777 == 0o600
    assert not list((tmp_path / "till").rglob("voucher.json")), "the token lies about"


async def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    fleet: Fleet, tmp_path: Path
) -> None:
    async with registration(fleet) as centre:
        lost = [web.Response(status=502), web.Response(body=b"{"), web.json_response({"a": 1})]
        centre.after = lambda path: lost.pop() if lost and path == "/v1/enrol" else None
        async with running(tmp_path / "till") as program:
            await give(program, centre.voucher())
            await enrolled(program)
        assert centre.asked.count("/v1/enrol") == 4 and len(centre.spent) == 1


async def test_a_till_that_ends_after_any_request_goes_on_with_its_key(
    fleet: Fleet, tmp_path: Path
) -> None:
    async with registration(fleet) as centre:
        away = web.HTTPServiceUnavailable
        centre.after = lambda _: web.Response(status=away.status_code)
        async with running(tmp_path / "till") as program:
            await give(program, centre.voucher())
            await until(program, lambda state: state["enrolment"]["why"], "it never asked")
        centre.after = lambda path: web.Response(status=500) if path == "/v1/enrol" else None
        async with running(tmp_path / "till") as program:
            assert (await program.state())["enrolment"]["state"] == "enrolling"
            await until(program, lambda state: "500" in state["enrolment"]["why"], "it never asked")
        centre.after = lambda _: None
        async with running(tmp_path / "till") as program:
            await enrolled(program)


@pytest.mark.parametrize("step", range(12))
def test_killed_between_any_two_files_it_has_one_identity(
    fleet: Fleet, tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = IdentityFolder(tmp_path / "identity")
    centre = Registration(fleet, address="https://127.0.0.1:1")
    first, second = (read_voucher(as_text(centre.voucher(number))) for number in (1, 2))
    enrol_here(kept, first, fleet)
    child = os.fork()
    if not child:
        killed_at_write(step)
        enrol_here(kept, second, fleet)
        os._exit(0)
    os.waitpid(child, 0)
    opened = IdentityFolder(tmp_path / "identity")
    opened.clear_up()
    current = opened.current()
    assert current is not None and current.record.epoch in (1, 2)
    waiting = opened.expected()
    if current.record.epoch == 1 and waiting is None:
        assert step <= 2, "the voucher is gone, and the till has not enrolled"
    if current.record.epoch == 2:
        assert waiting is None, "it would enrol once more"
    enrol_here(opened, second, fleet)
    current = opened.current()
    assert current is not None and current.record.epoch == 2
    assert len([each for each in (tmp_path / "identity").iterdir() if each.is_dir()]) == 1


def enrol_here(kept: IdentityFolder, voucher: Any, fleet: Fleet) -> None:
    """All that enrolling writes, without a network."""
    current = kept.current()
    if current is not None and current.record.epoch >= voucher.epoch:
        return
    kept.expect(voucher)
    waiting = kept.expected()
    assert waiting is not None
    candidate = waiting[1]
    files.write_certificates(candidate.root, fleet.chain[-1:])
    made = Registration(fleet).fleet.issue(
        candidate.key.public_key(), Registration(fleet).name, datetime.now(UTC), timedelta(days=90)
    )
    record = folders.DeviceRecord(voucher.epoch, "", voucher.registration)
    kept.use(candidate.fill([made, *fleet.chain], record))


def killed_at_write(step: int) -> None:
    """From now on this process is killed before its change of a file number ``step``."""
    left = [step]

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)

        return call

    Path.replace = counting(Path.replace)  # type: ignore[method-assign]
    Path.unlink = counting(Path.unlink)  # type: ignore[method-assign]
    shutil.rmtree = counting(shutil.rmtree)  # type: ignore[assignment]


async def test_on_a_dark_day_a_replacement_sells_by_its_voucher_and_enrols_then(
    fleet: Fleet, tmp_path: Path
) -> None:
    async with (
        shop(fleet, tmp_path / "shop") as store,
        registration(fleet, store.address) as centre,
    ):
        centre.before = lambda _: web.Response(status=503)
        async with running(tmp_path / "till") as program:
            await give(program, centre.voucher(2))
            await until(program, lambda state: state.get("epoch") == 2, "it sells nothing")
            await program.open_day()
            assert (await program.sell())["receipt_no"] == "till-3-2-1"
            another = centre.voucher(2, till_id="till-9", token="another")
            assert await program.refused("POST", "/voucher", another) == (409, "voucher_wrong")
        centre.before = lambda _: web.Response(status=500)
        async with running(tmp_path / "till") as program:
            state = await program.state()
            assert state["enrolment"]["state"] == "enrolling" and state["may_begin"]
            assert (await program.sell())["receipt_no"] == "till-3-2-2"
            centre.before = lambda _: None
            await until(program, lambda state: state["enrolment"]["state"] == "enrolled", "dark")
            await until(program, lambda state: not state["sending"]["waiting"], "nothing was sent")
        assert store.sales() == ["till-3-2-1", "till-3-2-2"]
        assert len(centre.spent) == 1


async def test_a_token_that_is_refused_says_why_and_another_may_come(
    fleet: Fleet, tmp_path: Path
) -> None:
    async with registration(fleet) as centre, running(tmp_path / "till") as program:
        await give(program, centre.voucher(token="wrong"))
        state = await until(
            program, lambda state: state["enrolment"]["state"] == "refused", "it was not refused"
        )
        assert "This token lets nobody in." in state["enrolment"]["why"]
        assert await program.refused("POST", "/carts") == (409, "not_enrolled")
        await give(program, centre.voucher())
        await enrolled(program)


@pytest.mark.parametrize("served_as", ["board", "gateway"])
async def test_no_other_service_hears_the_token(
    fleet: Fleet, tmp_path: Path, served_as: str
) -> None:
    async with (
        registration(fleet, served_as=served_as) as other,
        running(tmp_path / "till") as program,
    ):
        await give(program, other.voucher())
        await until(program, lambda state: served_as in state["enrolment"]["why"], "it believed it")
        assert "/v1/enrol" not in other.asked


async def test_a_foreign_authority_is_not_believed(fleet: Fleet, tmp_path: Path) -> None:
    foreign = Fleet(tmp_path, "foreign")
    async with registration(foreign) as other, running(tmp_path / "till") as program:
        ours = Registration(fleet).voucher(registration=other.address)
        await give(program, ours)
        await until(
            program, lambda state: "somebody else" in state["enrolment"]["why"], "it believed it"
        )
        assert "/v1/enrol" not in other.asked


async def test_another_tills_certificate_is_not_taken(fleet: Fleet, tmp_path: Path) -> None:
    async with registration(fleet) as centre, running(tmp_path / "till") as program:
        voucher = centre.voucher()
        centre.name = type(centre.name)("shop-0042", "till-4")
        await give(program, voucher)
        await until(program, lambda state: "another's" in state["enrolment"]["why"], "it was taken")


async def test_a_second_voucher_begins_a_higher_epoch(fleet: Fleet, tmp_path: Path) -> None:
    async with (
        shop(fleet, tmp_path / "shop") as store,
        registration(fleet, store.address) as centre,
        running(tmp_path / "till") as program,
    ):
        await give(program, centre.voucher())
        await enrolled(program)
        await program.open_day()
        cart_id = await program.cart()
        for wrong in (centre.voucher(), centre.voucher(2, till_id="till-9")):
            assert await program.refused("POST", "/voucher", wrong) == (409, "voucher_wrong")
        await give(program, centre.voucher(2))
        await enrolled(program, 2)
        await program.post(f"/carts/{cart_id}/abandon")
        sold = await program.sell()
        assert (sold["epoch"], sold["receipt_no"]) == (2, "till-3-2-1")
        await until(program, lambda state: state["sending"]["waiting"] == 0, "it was not sent")
    numbers = [(each["epoch"], each["sequence"]) for each in store.topic.events()]
    assert numbers == [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (2, 4)]


@pytest.mark.parametrize("age_days", [45, 120])
async def test_a_till_renews_also_after_the_end(
    fleet: Fleet, tmp_path: Path, age_days: int
) -> None:
    async with (
        shop(fleet, tmp_path / "shop") as store,
        registration(fleet, store.address) as centre,
    ):
        centre.begins = lambda: datetime.now(UTC) - timedelta(days=age_days)
        async with running(tmp_path / "till") as program:
            await give(program, centre.voucher())
            await enrolled(program)
            await program.open_day()
        centre.begins = lambda: datetime.now(UTC)
        async with running(tmp_path / "till") as program:
            await until(
                program,
                lambda state: (
                    datetime.fromisoformat(state["certificate"]["ends"])
                    > datetime.now(UTC) + timedelta(days=80)
                ),
                "it did not renew",
            )
            await program.sell()
            await until(program, lambda state: state["sending"]["waiting"] == 0, "it was not sent")
        assert len(centre.renewed) == 1
        assert [head["head"]["sequence"] for head in store.topic.heads()]
        assert store.gateway.centre.devices.version == 0


async def test_a_renewal_that_fails_leaves_the_old_certificate(
    fleet: Fleet, tmp_path: Path
) -> None:
    async with registration(fleet) as centre:
        centre.begins = lambda: datetime.now(UTC) - timedelta(days=60)
        async with running(tmp_path / "till") as program:
            await give(program, centre.voucher())
            await enrolled(program)
            await program.open_day()
        centre.begins = lambda: datetime.now(UTC)
        centre.before = lambda _: web.Response(status=503)
        async with running(tmp_path / "till") as program:
            await until(program, lambda state: state["enrolment"]["why"], "it never tried")
            await program.sell()
            centre.before = lambda _: None
            await until(program, lambda _: centre.renewed, "it did not try again")


@pytest.mark.parametrize(
    "changed",
    [
        {"epoch": 0},
        {"epoch": 2**31},
        {"location_id": "../.."},
        {"till_id": ".."},
        {"registration": "http://127.0.0.1:1"},
        {"registration": "https://127.0.0.1:1/path"},
        {"gateway": "https://user@host:1"},
        {"ca_sha256": "00"},
        {"token": ""},
        {"token": None},
        {"more": "x" * 10_000},
    ],
    ids=repr,
)
async def test_what_is_no_voucher_is_said_so(tmp_path: Path, changed: dict[str, Any]) -> None:
    voucher = Registration(Fleet(tmp_path)).voucher(registration="https://127.0.0.1:1")
    async with running(tmp_path / "till") as program:
        assert await program.refused("POST", "/voucher", voucher | changed) == (
            422,
            "voucher_wrong",
        )
        assert (await program.state())["enrolment"]["state"] == "needs_voucher"
