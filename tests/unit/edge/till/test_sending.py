"""What a till has written reaches its gateway: after outages, refusals and forks, and once."""

import asyncio
import json
import shutil
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

import apsw
import pytest
from aiohttp import web

from edge.journal.errors import DiskFull
from edge.problems import Code, Refusal
from edge.till import sending
from edge.till.backoff import RETRY_AFTER_SECONDS_MAX, Backoff
from edge.till.clock import TillClock
from edge.till.page.wording import OWED_SECONDS, standing_words
from identity.names import StoreName
from tests.gateways import Fleet, signed_gateway
from tests.unit.edge.gateway.stores import status
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.shops import shop
from tests.unit.edge.till.tills import Program, enrolled, running, until

YEAR = 365 * 86_400


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A till that waits for nothing longer than the tests do."""
    monkeypatch.setattr(sending, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(sending, "STOPPED_SECONDS", 0.05)
    monkeypatch.setattr("edge.till.backoff.FIRST_SECONDS", 0.01)
    monkeypatch.setattr("edge.till.sending.Backoff", lambda: Backoff(bound_seconds=0.1))


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


async def sent(program: Program) -> Any:
    """The till's state once the gateway has all."""

    async def all_of_it() -> Any:
        state = await program.state()
        return state["sending"]["waiting"] == 0 and state

    return await until(all_of_it, "the gateway never got it all")


async def standing(program: Program, wanted: str) -> Any:
    """The till's state once its sending is so."""

    async def so() -> Any:
        state = await program.state()
        return state["sending"]["state"] == wanted and state

    return await until(so, f"the sending was never {wanted}")


async def test_what_is_sold_goes_on_once_and_the_centre_confirms_it(
    fleet: Fleet, tmp_path: Path
) -> None:
    async with shop(fleet, tmp_path / "shop") as store:
        enrolled(fleet, tmp_path / "till", store.address)
        async with running(tmp_path / "till") as program:
            await program.open_day()
            receipts = [(await program.sell())["receipt_no"] for _ in range(5)]
            state = await sent(program)
            assert state["sending"]["durable"] == "kafka" and state["clock"]["clock"] == "trusted"
            assert state["lists"]["age_seconds"] < 60
            store.gateway.centre.status.hear(status(state["sequence"], till_id=TILL.till_id))
            await program.sell()
            state = await sent(program)
            assert state["sending"]["unconfirmed"] == 3
        assert store.sales() == [*receipts, "till-3-1-6"]
        numbers = [each["sequence"] for each in store.topic.events()]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_a_till_sells_while_its_gateway_is_away_and_sends_it_then(
    fleet: Fleet, tmp_path: Path
) -> None:
    async with shop(fleet, tmp_path / "shop") as store:
        port = store.port
    enrolled(fleet, tmp_path / "till", store.address)
    async with running(tmp_path / "till") as program:
        await program.open_day()
        receipts = [(await program.sell())["receipt_no"] for _ in range(3)]
        state = await standing(program, "away")
        assert state["sending"]["waiting"] == 9 and state["may_begin"]
        async with shop(fleet, tmp_path / "shop", port) as again:
            await sent(program)
            assert again.sales() == receipts


async def test_a_gateway_that_hangs_owes_an_answer(fleet: Fleet, tmp_path: Path) -> None:
    async with signed_gateway(fleet, tmp_path, StoreName(TILL.location_id)) as gateway:
        gateway.pieces = [b" "] * 1_000
        enrolled(fleet, tmp_path / "till", gateway.address)
        async with running(tmp_path / "till") as program:
            await program.open_day()
            await program.sell()

            async def is_owed() -> Any:
                told = await program.state()
                return (told["sending"]["owed_seconds"] or 0) >= 1 and told

            told = await until(is_owed, "nobody says that the gateway does not answer")
            assert told["sending"]["state"] != "away", "it is not known to be away yet"
            assert "not heard, 3 to send" in standing_words(
                told | {"sending": told["sending"] | {"owed_seconds": OWED_SECONDS}}
            )


async def test_an_answer_that_a_full_disk_cannot_note_is_heard_again_later(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shop(fleet, tmp_path / "shop") as store:
        enrolled(fleet, tmp_path / "till", store.address)
        async with running(tmp_path / "till") as program:
            books = program.premises.books
            assert books is not None

            def is_full(*_: Any) -> None:
                raise DiskFull("no room for the answer")

            monkeypatch.setattr(books.journal.outbox, "answered", is_full)
            await program.open_day()
            receipts = [(await program.sell())["receipt_no"] for _ in range(3)]
            state = await standing(program, "away")
            assert "no room for the answer" in state["sending"]["why"]
            monkeypatch.delattr(books.journal.outbox, "answered")
            await sent(program)
            assert not program.failures, "a full disk ended the till"
        assert store.sales() == receipts, "what was sent twice was passed on twice"


async def test_what_the_centre_lacks_is_sent_again(fleet: Fleet, tmp_path: Path) -> None:
    async with shop(fleet, tmp_path / "shop") as store:
        enrolled(fleet, tmp_path / "till", store.address)
        async with running(tmp_path / "till") as program:
            await program.open_day()
            await program.sell()
            await sent(program)
            store.gateway.centre.status.hear(status(6, till_id=TILL.till_id, missing=[(2, 3)]))
            await program.sell()

            async def came_again() -> Any:
                numbers = [each["sequence"] for each in store.topic.events()]
                return numbers.count(2) == 2 and numbers.count(3) == 2 and numbers.count(1) == 1

            await until(came_again, "what was missing was not sent again")


async def test_a_revoked_till_says_why_and_opens_nothing_new(fleet: Fleet, tmp_path: Path) -> None:
    async with shop(fleet, tmp_path / "shop") as store:
        enrolled(fleet, tmp_path / "till", store.address)
        async with running(tmp_path / "till") as program:
            await program.open_day()
            await program.sell()
            await sent(program)
            certificate = program.premises.identity
            assert certificate is not None
            cart_id = await program.cart()
            store.list_till(certificate.till.certificate, "revoked", number=1)
            await program.post(f"/carts/{cart_id}/suspend")
            state = await standing(program, "refused")
            assert "This till was revoked." in state["why_not"]["refused_by_gateway"]
            assert await program.refused("POST", "/carts") == (409, "refused_by_gateway")
            await program.post(f"/carts/{cart_id}/resume")
            await program.post(f"/carts/{cart_id}/abandon")
        async with running(tmp_path / "till") as program:
            assert await program.refused("POST", "/carts") == (409, "refused_by_gateway")
            store.list_till(certificate.till.certificate, "active", number=2)
            await sent(program)
            await program.cart()


async def test_an_old_image_is_a_fork_and_loses_no_sale(fleet: Fleet, tmp_path: Path) -> None:
    home, image = tmp_path / "till", tmp_path / "image"
    async with shop(fleet, tmp_path / "shop") as store:
        enrolled(fleet, home, store.address)
        async with running(home) as program:
            await program.open_day()
            await program.sell()
            await sent(program)
        shutil.copytree(home, image)
        async with running(home) as program:
            await program.sell()
            await sent(program)
        shutil.rmtree(home)
        shutil.copytree(image, home)
        async with running(home) as program:
            cart_id = await program.cart()
            state = await standing(program, "forked")
            assert "forked" in state["why_not"]
            await program.post(f"/carts/{cart_id}/abandon")
            assert await program.refused("POST", "/carts") == (409, "forked")
        enrolled(fleet, home, store.address, epoch=2)
        async with running(home) as program:
            await program.sell()
            state = await sent(program)
            assert (state["epoch"], state["receipt_count"]) == (2, 1)
        assert store.sales() == ["till-3-1-1", "till-3-1-2", "till-3-2-1"]
        carts = [each["cart_id"] for each in store.topic.events() if each["epoch"] == 2]
        assert cart_id in carts, "what the old image wrote was never sent"


async def test_sales_that_are_cut_off_the_disk_are_found_out_at_the_next_contact(
    fleet: Fleet, tmp_path: Path
) -> None:
    home = tmp_path / "till"
    async with shop(fleet, tmp_path / "shop") as store:
        enrolled(fleet, home, store.address)
        async with running(home) as program:
            await program.open_day()
            for _ in range(20):
                await program.sell()
            await sent(program)
        cut_off(home / "journal.sqlite", behind=3)
        async with running(home) as program:
            state = await standing(program, "forked")
            assert not state["may_begin"] and "forked" in state["why_not"]
        assert len(store.sales()) == 20


def cut_off(path: Path, behind: int) -> None:
    """Take all events behind a number away, as somebody with the disk and SQLite may."""
    database = apsw.Connection(str(path))
    for trigger in ("events_leave_from_the_front", "events_are_never_changed"):
        database.execute(f"DROP TRIGGER {trigger}")
    database.execute("DELETE FROM events WHERE sequence > ?", (behind,))
    database.execute("UPDATE epochs SET accepted_to = 0, reached = 0")
    database.close()


async def test_a_clock_a_year_off_stops_no_sale(fleet: Fleet, tmp_path: Path) -> None:
    async with shop(fleet, tmp_path / "shop") as store:
        enrolled(fleet, tmp_path / "till", store.address)
        ahead = TillClock(lambda: time.time() + YEAR)
        async with running(tmp_path / "till", ahead) as program:
            await program.open_day()
            await program.sell()
            state = await sent(program)
            assert state["clock"]["clock"] == "suspect"
            assert abs(state["clock"]["offset_seconds"] - YEAR) < 60
            await program.sell()
            await sent(program)
        last = store.topic.events()[-1]
        assert last["clock"] == "suspect" and abs(last["offset_seconds"] - YEAR) < 60


NONSENSE = [
    b"",
    b"<html>Welcome to the hotel</html>",
    b"null",
    b"{}",
    b'{"accepted_to": "3"}',
    json.dumps({"accepted_to": -1, "confirmed_to": 0, "missing": [], "forks": []}).encode(),
    b"[" * 100_000,
    b"\xff" * 100,
]
WORD = {
    "accepted_to": 0,
    "confirmed_to": 0,
    "missing": [],
    "forks": [],
    "durable": "kafka",
    "server_time": "2026-11-30T00:00:00Z",
}


@pytest.mark.parametrize(
    "body",
    [
        *NONSENSE,
        json.dumps(WORD | {"server_time": "soon"}).encode(),
        json.dumps(WORD | {"accepted_to": 10**30}).encode(),
        json.dumps(WORD).encode(),
    ],
    ids=lambda body: repr(body)[:30],
)
async def test_a_gateway_that_answers_nonsense_changes_nothing(
    fleet: Fleet, tmp_path: Path, body: bytes
) -> None:
    async with signed_gateway(fleet, tmp_path, StoreName(TILL.location_id)) as gateway:
        enrolled(fleet, tmp_path / "till", gateway.address)
        gateway.answer_with = lambda: web.Response(body=body, content_type="application/json")
        async with running(tmp_path / "till") as program:
            await program.open_day()
            await program.sell()
            state = await standing(program, "away")
            assert state["sending"]["waiting"] == 3 and state["may_begin"]
            assert not state["sending"]["epochs"][0]["is_forked"]
            count = await counted(program, "nonsense")
            assert count < 60, "it asks without a pause"


async def test_a_gateway_that_asks_in_vain_is_asked_with_pauses(
    fleet: Fleet, tmp_path: Path
) -> None:
    """One that was restored from a backup older than what the till keeps, in a dark store."""
    conflict = {"conflict": "gap", "expected": 1, "code": Code.REQUEST}
    async with signed_gateway(fleet, tmp_path, StoreName(TILL.location_id)) as gateway:
        enrolled(fleet, tmp_path / "till", gateway.address)
        gateway.answer_with = lambda: web.json_response(conflict, status=HTTPStatus.CONFLICT)
        async with running(tmp_path / "till") as program:
            await program.open_day()
            await program.sell()
            state = await standing(program, "away")
            assert state["may_begin"] and "asks for events" in state["sending"]["why"]
            assert await counted(program, "conflict") < 60, "it asks without a pause"


async def counted(program: Program, result: str) -> float:
    """How many batches ended so, once there is one and some time has gone by."""

    async def some() -> float | None:
        named = {"result": result}
        return program.registry.get_sample_value("tillstream_till_batches_total", named)

    await until(some, f"no batch was {result}")
    await asyncio.sleep(0.3)
    return await some() or 0.0


async def test_an_answer_in_two_pieces_is_one(fleet: Fleet, tmp_path: Path) -> None:
    async with signed_gateway(fleet, tmp_path, StoreName(TILL.location_id)) as gateway:
        enrolled(fleet, tmp_path / "till", gateway.address)
        body = json.dumps(WORD | {"accepted_to": 3}).encode()
        gateway.pieces = [body[:20], body[20:]]
        async with running(tmp_path / "till") as program:
            await program.open_day()
            cart_id = await program.cart()
            await program.post(f"/carts/{cart_id}/abandon")
            await sent(program)


@pytest.mark.parametrize(
    ("code", "is_refused"), [(Code.DEVICE, True), (Code.REQUEST, False), (None, False)]
)
async def test_only_a_word_on_the_device_stops_it(
    fleet: Fleet, tmp_path: Path, code: Code | None, is_refused: bool
) -> None:
    def answer() -> web.Response:
        if code is None:
            return web.Response(status=HTTPStatus.FORBIDDEN, text="<h1>Forbidden</h1>")
        return Refusal(HTTPStatus.FORBIDDEN, code, "No.").response()

    async with signed_gateway(fleet, tmp_path, StoreName(TILL.location_id)) as gateway:
        enrolled(fleet, tmp_path / "till", gateway.address)
        gateway.answer_with = answer
        async with running(tmp_path / "till") as program:
            await program.open_day()
            await program.cart()
            state = await standing(program, "refused" if is_refused else "away")
            assert state["may_begin"] != is_refused


def test_who_is_asked_to_wait_waits() -> None:
    backoff = Backoff()
    assert all(7 <= backoff.failed(7.0) <= 37 for _ in range(20))
    assert backoff.failed(1e9) <= RETRY_AFTER_SECONDS_MAX + 30
    backoff.succeeded()
    assert backoff.failed() <= 0.5


def test_tills_that_fail_together_do_not_come_back_together() -> None:
    waits = {round(Backoff().failed(), 6) for _ in range(50)}
    assert len(waits) > 40
