"""A program sells over the till's calls, and each answer is in the journal before it is given."""

import asyncio
import json
from pathlib import Path
from typing import Any, get_args

import pytest

from edge.journal.verifying import prove
from edge.till.answers import ANSWERS_MAX, AskedOnce, GivenAnswers, place_of
from edge.till.closing import OWN_NOTES
from tests.unit.edge.till.tills import LINE, Program, paid, running
from topics.audit_events import Noted


async def written(program: Program) -> list[dict[str, Any]]:
    """All events of the till's journal."""
    last = (await program.state())["sequence"]
    found = [await program.get(f"/events/1/{number}") for number in range(1, last + 1)]
    return [each["event"] for each in found]


async def test_a_sale_is_whole_in_the_journal(program: Program, home: Path) -> None:
    cart_id = (await program.post("/carts", {"cashier_id": "7"}))["cart_id"]
    line = await program.post(f"/carts/{cart_id}/lines", LINE)
    assert line["line"] == LINE | {"line_no": 1, "unit": "each", "amount_minor": 398}
    bananas = {"sku": "plu-4011", "quantity": 250, "unit": "gram", "unit_price_minor": 199}
    assert (await program.post(f"/carts/{cart_id}/lines", bananas))["total_minor"] == 398 + 50
    await program.post(f"/carts/{cart_id}/lines", LINE | {"amount_minor": 100})
    voided = await program.post(f"/carts/{cart_id}/voids", {"line_no": 1})
    assert (voided["lines"], voided["total_minor"]) == (2, 150)
    discounts = [{"rule": "ten/1", "amount_minor": -10}]
    taxes = [{"rate_basis_points": 1900, "amount_minor": 22}]
    sold = await program.post(
        f"/carts/{cart_id}/complete", paid(140, discounts=discounts, taxes=taxes)
    )
    assert (sold["receipt_no"], sold["total_minor"], sold["sequence"]) == ("till-3-1-1", 140, 6)
    assert "head" not in sold, "what the till has sold in all is told to who counts the drawer"
    head = (await program.get("/events/1/6"))["head"]
    assert head == {
        "epoch": 1,
        "sequence": 6,
        "hash": sold["hash"],
        "receipt_count": 1,
        "grand_total_minor": 140,
    }
    events = await written(program)
    assert [each["type"] for each in events] == [
        *("cart_opened", "line_added", "line_added", "line_added", "line_voided"),
        "cart_completed",
    ]
    assert {each["business_date"] for each in events} == {"2026-11-30"}
    assert events[-1]["cashier_id"] == "7" and events[-1]["clock"] == "trusted"
    assert [each["line_no"] for each in events[-1]["lines"]] == [2, 3]
    assert not prove(home / "journal.sqlite").findings
    assert await program.get("/carts") == {"carts": []}


async def test_a_request_that_comes_again_sells_once(program: Program) -> None:
    cart_id = await program.cart()
    first, again = [
        await program.post(f"/carts/{cart_id}/complete", paid(398), key="pay-1") for _ in range(2)
    ]
    assert first == again and (await program.state())["receipt_count"] == 1
    assert await program.refused("POST", f"/carts/{cart_id}/complete", paid(399), "pay-1") == (
        422,
        "key_reused",
    )
    assert await program.refused("POST", f"/carts/{cart_id}/complete", paid(398)) == (
        404,
        "no_such_cart",
    )


async def test_the_same_request_twice_at_once_is_done_once(program: Program) -> None:
    cart_id = await program.cart()
    asked = [program.post(f"/carts/{cart_id}/lines", LINE, key="same") for _ in range(8)]
    told = await asyncio.gather(*asked)
    assert all(each == told[0] for each in told)
    assert len((await program.get(f"/carts/{cart_id}"))["lines"]) == 2


async def test_two_pages_at_one_cart_each_add_their_lines(program: Program) -> None:
    cart_id = await program.cart()
    await asyncio.gather(*(program.post(f"/carts/{cart_id}/lines", LINE) for _ in range(40)))
    cart = await program.get(f"/carts/{cart_id}")
    assert [line["line_no"] for line in cart["lines"]] == list(range(1, 42))
    ends = await asyncio.gather(
        *(program.ask("POST", f"/carts/{cart_id}/complete", paid(41 * 398)) for _ in range(4))
    )
    assert sorted(status for status, _ in ends) == [200, 404, 404, 404], "it was sold twice"


async def test_a_cart_waits_and_goes_on(program: Program) -> None:
    cart_id = await program.cart()
    await program.post(f"/carts/{cart_id}/suspend")
    assert (await program.state())["carts"] == {"open": 0, "suspended": 1}
    for path, body in (("lines", LINE), ("complete", paid(398)), ("suspend", None)):
        assert await program.refused("POST", f"/carts/{cart_id}/{path}", body) == (
            409,
            "cart_suspended",
        )
    await program.post(f"/carts/{cart_id}/resume")
    assert await program.refused("POST", f"/carts/{cart_id}/resume") == (409, "cart_not_suspended")
    [resumed] = [each for each in await written(program) if each["type"] == "cart_resumed"]
    assert resumed["from_till_id"] == "till-3" and len(resumed["lines"]) == 1
    await program.post(f"/carts/{cart_id}/complete", paid(398))


async def test_a_cart_of_another_till_goes_on_here(program: Program) -> None:
    lines = [LINE | {"line_no": 4, "unit": "each", "amount_minor": 398}]
    other = {"cart_id": "c/ä?1", "from_till_id": "2", "lines": lines}
    await program.post("/takeovers", other)
    assert await program.refused("POST", "/takeovers", other) == (409, "cart_exists")
    path = "/carts/c%2F%C3%A4%3F1"
    assert (await program.post(f"{path}/lines", LINE))["line"]["line_no"] == 5
    assert (await program.post(f"{path}/complete", paid(796)))["total_minor"] == 796


async def test_an_abandoned_cart_is_gone(program: Program) -> None:
    waiting, left = await program.cart(), await program.cart()
    await program.post(f"/carts/{waiting}/suspend")
    for cart_id in (waiting, left):
        await program.post(f"/carts/{cart_id}/abandon")
        assert await program.refused("GET", f"/carts/{cart_id}") == (404, "no_such_cart")


async def test_goods_come_back(program: Program) -> None:
    line = LINE | {"line_no": 1, "unit": "each", "amount_minor": 398}
    back = {"receipt_no": "till-3-1-1", "lines": [line], "refund_minor": 398, "restock": True}
    told = await program.post("/returns", back)
    head = (await program.get("/events/1/1"))["head"]
    assert told["return_id"] == "till-3-1-R1" and head["receipt_count"] == 0


async def test_training_is_journalled_and_in_no_sum(program: Program) -> None:
    cart_id = await program.cart(training=True)
    sold = await program.post(f"/carts/{cart_id}/complete", paid(398))
    head = (await program.get("/events/1/3"))["head"]
    assert sold["receipt_no"] == "till-3-1-T3" and head["receipt_count"] == 0
    assert all(each["training"] for each in await written(program))


async def test_a_terminal_is_asked_between_two_events(program: Program) -> None:
    cart_id = await program.cart()
    tender = {"tender_id": "t-1", "kind": "card", "amount_minor": 398}
    await program.post(f"/carts/{cart_id}/tenders", tender)
    for path, body in (("complete", paid(398)), ("abandon", None), ("tenders", tender)):
        assert await program.refused("POST", f"/carts/{cart_id}/{path}", body) == (
            409,
            "tender_unsettled",
        ), f"{path} while nobody knows whether the card was charged"
    settled = {"tender_id": "t-1", "outcome": "captured"}
    assert await program.refused(
        "POST", f"/carts/{cart_id}/settlements", settled | {"tender_id": "t-2"}
    ) == (404, "no_such_tender")
    await program.post(f"/carts/{cart_id}/settlements", settled)
    shown = (await program.get(f"/carts/{cart_id}"))["tenders"]
    assert shown == {"t-1": {"kind": "card", "amount_minor": 398, "outcome": "captured"}}
    assert await program.refused("POST", f"/carts/{cart_id}/complete", paid(398)) == (
        422,
        "sums_differ",
    ), "a card that was charged is not in the tenders"
    tenders = [{"kind": "card", "amount_minor": 398}]
    await program.post(f"/carts/{cart_id}/complete", {"currency": "EUR", "tenders": tenders})


PRICE_CHECKED = {"type": "noted", "kind": "price_checked", "detail": {}}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "shift_opened", "shift_id": "s-1", "cashier_id": "7", "float_minor": 10_000},
        {"type": "shift_counted", "shift_id": "s-1", "cashier_id": "7", "counted": {"500": 3}},
        {
            "type": "cash_moved",
            "shift_id": "s",
            "cashier_id": "7",
            "amount_minor": -5,
            "reason": "x",
        },
        {"type": "age_checked", "cashier_id": "7", "outcome": "born before"},
        {"type": "drawer_opened", "cashier_id": "7", "reason": "change"},
        {"type": "noted", "kind": "price_checked", "detail": {"sku": "1", "price": 199}},
    ],
    ids=lambda event: event["type"],
)
async def test_what_is_no_sale_is_kept_as_it_is(program: Program, event: dict[str, Any]) -> None:
    await program.post("/events", event | {"auth": {"mode": "offline", "age_seconds": 60}})
    [kept] = await written(program)
    assert event.items() <= kept.items() and kept["auth"]["mode"] == "offline"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"type": "cart_completed"}, "not_taken_here"),
        ({"type": ["noted"]}, "not_taken_here"),
        ({"type": "noted", "kind": "gossip", "detail": {}}, "not_in_contract"),
        (PRICE_CHECKED | {"detail": {"a": 1.5}}, "not_in_contract"),
        (PRICE_CHECKED | {"sequence": 9}, "not_in_contract"),
        (PRICE_CHECKED | {"event_id": "x"}, "not_in_contract"),
        (PRICE_CHECKED | {"kind": ["survey"]}, "not_in_contract"),
        ({"type": "shift_opened", "shift_id": "s", "cashier_id": "c\u0000"}, "not_in_contract"),
    ],
)
async def test_what_the_contract_does_not_know_is_not_written(
    program: Program, event: dict[str, Any], reason: str
) -> None:
    assert await program.refused("POST", "/events", event) == (422, reason)
    assert await written(program) == []


@pytest.mark.parametrize("kind", sorted(OWN_NOTES))
async def test_what_the_till_itself_notes_is_taken_from_nobody(program: Program, kind: str) -> None:
    """A survey's answer that nobody gave, a wrong PIN that nobody typed, a lock that is none."""
    for detail in ({}, {"employee_id": "anna", "wrong": 5}, {"state": "unlocked"}, 7):
        event = {"type": "noted", "kind": kind, "detail": detail}
        assert await program.refused("POST", "/events", event) == (422, "not_taken_here")
    assert await written(program) == []


def test_of_each_kind_of_note_it_is_said_who_may_write_it() -> None:
    kinds = get_args(Noted.model_fields["kind"].annotation)
    assert set(kinds) - set(OWN_NOTES) == {"price_checked"}, "anybody could write a new kind"


@pytest.mark.parametrize(
    "line",
    [
        LINE | {"quantity": -1},
        LINE | {"quantity": 1.5},
        LINE | {"quantity": 10**12 + 1},
        LINE | {"sku": "<script>alert(1)</script>"},
        LINE | {"unit": "litre"},
        LINE | {"unit_price_minor": "199"},
        LINE | {"amount_minor": 10**12 + 1},
        LINE | {"lot": "x" * 129},
        LINE | {"discount": 5},
        {"quantity": 1},
        {"sku": "unpriced"},
        [],
        b"{",
        b"\xff",
        b"[" * 20_000,
    ],
    ids=lambda line: repr(line)[:40],
)
async def test_a_line_that_cannot_be_changes_nothing(program: Program, line: Any) -> None:
    cart_id = await program.cart()
    status, _ = await program.refused("POST", f"/carts/{cart_id}/lines", line)
    assert status == 422
    assert len((await program.get(f"/carts/{cart_id}"))["lines"]) == 1


@pytest.mark.parametrize(
    "completion",
    [
        paid(397),
        paid(398, discounts=[{"rule": "a/1", "amount_minor": -1}]),
        paid(398, discounts=[{"rule": "a/1", "amount_minor": 1}]),
        paid(398, tenders=[]),
        paid(398, tenders=[{"kind": "cheque", "amount_minor": 398}]),
        paid(398, currency="Euro"),
        paid(398, total_minor=398),
    ],
)
async def test_a_sale_whose_sums_differ_is_not_one(
    program: Program, completion: dict[str, Any]
) -> None:
    cart_id = await program.cart()
    status, _ = await program.refused("POST", f"/carts/{cart_id}/complete", completion)
    assert status == 422 and (await program.state())["receipt_count"] == 0
    await program.post(f"/carts/{cart_id}/complete", paid(398))


async def test_sums_beyond_the_contract_are_refused_before_they_trap_a_cart(
    program: Program,
) -> None:
    cart_id = await program.cart()
    most = LINE | {"amount_minor": 10**12}
    assert await program.refused("POST", f"/carts/{cart_id}/lines", most) == (422, "sums_differ")
    await program.post(f"/carts/{cart_id}/complete", paid(398))


async def test_a_cart_that_can_be_filled_can_be_paid(program: Program) -> None:
    widest = {"lot": "ä" * 128, "serial": "ö" * 128, "expires_on": "2026-12-31"}
    lines = [
        LINE | widest | {"line_no": number, "unit": "each", "amount_minor": 1}
        for number in range(1, 500)
    ]
    other = {"cart_id": "c", "from_till_id": "2", "lines": lines}
    await program.post("/takeovers", other)
    status, reason, added = 201, None, 0
    while status == 201:
        status, told = await program.ask("POST", "/carts/c/lines", LINE | widest)
        reason, added = told.get("reason"), added + 1
    assert (status, reason) == (422, "cart_full") and added > 50
    total_minor = (await program.get("/carts/c"))["total_minor"]
    await program.post("/carts/c/complete", paid(total_minor))


async def test_a_body_without_an_end_is_not_read(program: Program) -> None:
    status, told = await program.ask("POST", "/carts", b" " * (512 * 1024 + 1))
    assert (status, told["code"]) == (413, 201)


async def test_a_name_that_is_markup_stays_text(program: Program) -> None:
    name = "</script><img src=x onerror=alert(1)>"
    cart_id = await program.cart(cashier_id=name)
    async with program.session.get(f"/till/v1/carts/{cart_id}") as answer:
        assert answer.content_type == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (await answer.json())["cashier_id"] == name


@pytest.mark.parametrize("key", [None, "x" * 129, "ä"])
async def test_without_a_key_nothing_is_done(program: Program, key: str | None) -> None:
    assert await program.refused("POST", "/carts", {}, key) == (400, "key_missing")
    assert await written(program) == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("DELETE", "/carts", 404),
        ("GET", "/events/1/999", 404),
        ("GET", "/events/1/x", 404),
        ("POST", "/carts/nobody/lines", 422),
        ("POST", "/carts/nobody/suspend", 404),
    ],
)
async def test_what_is_not_there_is_said_so(
    program: Program, method: str, path: str, status: int
) -> None:
    found, told = await program.ask(method, path)
    assert found == status and told["title"], told


async def test_other_programs_may_not_speak_to_the_gateway_in_the_tills_name(
    program: Program,
) -> None:
    async with program.session.post("/v1/tills/till-3/events", data=b"{}") as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Authorization": "Bearer wrong"}, 401),
    ],
)
async def test_over_loopback_comes_in_who_has_the_secret_and_no_foreign_page(
    home: Path, headers: dict[str, str], status: int
) -> None:
    async with running(home, port=0) as program:
        own = str(program.port)
        given = {name: value.replace("{port}", own) for name, value in headers.items()}
        async with program.session.get("/till/v1/state", headers=given) as answer:
            assert answer.status == status


async def test_carts_and_answers_outlive_the_process(home: Path) -> None:
    async with running(home) as program:
        await program.open_day()
        cart_id = await program.cart()
        told = await program.post(f"/carts/{cart_id}/lines", LINE, key="lost")
    async with running(home) as program:
        assert await program.post(f"/carts/{cart_id}/lines", LINE, key="lost") == told
        cart = await program.get(f"/carts/{cart_id}")
        assert (cart["total_minor"], len(cart["lines"])) == (796, 2)
        assert (await program.state())["business_date"] == "2026-11-30"
        await program.post(f"/carts/{cart_id}/complete", paid(796))


async def test_nothing_is_sold_before_the_day_is_opened(home: Path) -> None:
    async with running(home) as program:
        assert await program.refused("POST", "/carts") == (409, "day_not_open")
        assert "day_not_open" in (await program.state())["why_not"]
        assert await program.refused("PUT", "/day", {"business_date": "30.11.2026"}) == (
            422,
            "not_in_contract",
        )


async def test_a_till_without_an_identity_says_what_it_needs(tmp_path: Path) -> None:
    async with running(tmp_path / "till") as program:
        assert await program.refused("POST", "/carts") == (409, "not_enrolled")
        state = await program.state()
        assert state["enrolment"]["state"] == "needs_voucher" and not state["may_begin"]
        assert await program.refused("POST", "/voucher", {"token": "x"}) == (422, "voucher_wrong")


def test_answers_are_a_ring() -> None:
    state: dict[str, bytes] = {}
    answers = GivenAnswers(state)
    for number in range(ANSWERS_MAX + 10):
        given = answers.next(AskedOnce(f"k{number}", "x"), 200, b"{}")
        answers.keep(given)
        state[place_of(given)] = json.dumps(
            [given.number, given.key, given.request_sha256, given.status, given.body]
        ).encode()
    assert len(state) == ANSWERS_MAX
    for kept in (answers, GivenAnswers(state)):
        assert kept.find(AskedOnce("k9", "x")) is None and kept.find(AskedOnce("k10", "x"))
        assert kept.next(AskedOnce("new", "x"), 200, b"{}").number == ANSWERS_MAX + 11
