"""The back office by its pages and by its API: who may, what is refused, and what is sent twice."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from dashboards.board.people.policy import AccessPolicy
from tests.boards import open_board
from tests.integration.access_world import Visitor, add_user, visitor
from tests.integration.office_world import furnish, moved, new_id, on_hand, rows
from tests.integration.own_broker import tillstream_json
from tests.integration.test_api import DOCUMENT, NO_KAFKA, conforms

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def dsn(fresh_postgres: str) -> str:
    """A database with two shops and three products."""
    furnish(fresh_postgres, "ulm", "bonn")
    return fresh_postgres


@pytest.fixture
async def ann(dsn: str) -> AsyncIterator[Visitor]:
    """Somebody at a board that asks nobody to sign in."""
    async with open_board(NO_KAFKA, dsn) as board, visitor(board.address) as person:
        yield person


async def new(who: Visitor, kind: str, **form: str) -> Any:
    """Send the form of a new document, as it was drawn."""
    page = await who.get(f"/goods/new/{kind}?location=ulm")
    ident = page.text.partition('name="id" value="')[2].partition('"')[0]
    return await who.send(f"/goods/new/{kind}", {"id": ident, "location": "ulm", **form})


async def test_what_is_scanned_three_times_is_three_and_a_double_click_is_one(
    ann: Visitor, dsn: str
) -> None:
    scanned = "4006381333931\r\n4006381333931\r\n4006381333931\r\nbread;2\r\n"
    form = {"id": new_id(), "location": "ulm", "lines": scanned}
    await ann.get("/goods/new/delivery")
    both = await asyncio.gather(*(ann.send("/goods/new/delivery", form) for _ in range(2)))
    assert [each.status for each in both] == [200, 200]
    assert any("nothing was booked twice" in each.text for each in both)
    assert (on_hand(dsn, "ulm"), on_hand(dsn, "ulm", "bread")) == (3, 2)


async def test_a_file_that_is_sent_again_is_booked_once(ann: Visitor, dsn: str) -> None:
    text = "code,quantity,note\r\nmilk,4,x\r\n4006381333948,2,y\r\n"
    first, second = await upload(ann, text), await upload(ann, text)
    assert [first.status, second.status] == [200, 200], first.text
    assert "nothing was booked twice" in second.text
    assert moved(dsn, "ulm") == [("bread", 2, "delivery"), ("milk", 4, "delivery")]


async def upload(who: Visitor, text: str) -> Any:
    """A new form each time, with that file."""
    await who.get("/goods/new/delivery")
    form = FormData()
    for name, value in (("csrf", who.csrf), ("id", new_id()), ("location", "ulm")):
        form.add_field(name, value)
    form.add_field("file", text.encode(), filename="delivery.csv", content_type="text/csv")
    return await who.post("/goods/new/delivery", form)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("milk two", "line 1, milk: &#39;two&#39; is no whole number"),
        ("milk 0", "above 0"),
        ("milk -3", "above 0"),
        ("unknown 1", "No product has this SKU or GTIN: unknown"),
        ("<script>alert(1)</script> 1", "&lt;script&gt;"),
        ("milk 9999999999999", "no whole number"),
        ("", "names no product"),
        ("milk 1 2", "line 1: a code and a quantity"),
    ],
)
async def test_what_cannot_be_booked_is_said_beside_what_was_typed(
    ann: Visitor, dsn: str, lines: str, words: str
) -> None:
    answer = await new(ann, "delivery", lines=lines)
    assert (answer.status, words in answer.text) == (422, True), answer.text
    assert "<script>alert" not in answer.text
    assert moved(dsn, "ulm") == []


async def test_an_order_is_received_and_closed_short_on_its_page(ann: Visitor, dsn: str) -> None:
    made = await new(ann, "order", lines="milk 10", supplier="Dairy <b>")
    assert "Dairy &lt;b&gt;" in made.text
    path = made.path
    received = await ann.send(
        path, {"do": "receive", "id": new_id(), "location": "ulm", "lines": "milk 4"}
    )
    assert "Received" in received.text
    assert ">6</td>" not in received.text
    assert "-6" in received.text
    closed = await ann.send(path, {"do": "close", "id": new_id(), "location": "ulm"})
    assert "closed" in closed.text
    again = await ann.send(
        path, {"do": "receive", "id": new_id(), "location": "ulm", "lines": "milk 1"}
    )
    assert again.status == 409
    assert moved(dsn, "ulm") == [("milk", 4, "delivery")]
    listed = await ann.get("/goods?show=closed&location=ulm")
    assert path in listed.text


async def test_a_count_is_blind_until_it_is_committed(ann: Visitor, dsn: str) -> None:
    await new(ann, "delivery", lines="milk 7340")
    on_hand(dsn, "ulm")
    made = await new(ann, "count", lines="", rounds="2")
    path = made.path
    location = {"location": "ulm"}
    told: list[str] = []
    for doing in (
        {"do": "begin", "marks": ""},
        {"do": "count", "lines": "milk 7339"},
        {"do": "commit"},
        {"do": "count", "lines": "milk 7338"},
        {"do": "commit"},
        {"do": "count", "lines": "milk 7338"},
    ):
        answer = await ann.send(path, {"id": new_id(), **location, **doing})
        told.append(answer.text)
    assert "Not counted a second time yet: milk" in told[2]
    assert "Two counts differ, so count once more: milk" in told[4]
    for page in told:
        shown = page.replace(",", "").replace("\u202f", "")
        assert not any(each in shown for each in ("7340", "7339", "7338")), "the count is not blind"
    committed = await ann.send(path, {"id": new_id(), **location, "do": "commit"})
    assert "7,340" in committed.text
    assert on_hand(dsn, "ulm") == 7338


async def test_goods_on_their_way_are_shown_and_found_by_a_scanner(ann: Visitor, dsn: str) -> None:
    made = await new(ann, "transfer", to_location="bonn", lines="milk 5")
    await ann.send(made.path, {"do": "send", "id": new_id(), "location": "ulm", "lines": "milk 5"})
    on_hand(dsn, "ulm")
    page = await ann.get("/goods?location=bonn")
    assert "In transit" in page.text
    assert made.path in page.text
    found = await ann.get("/goods?q=04006381333931")
    assert found.path == "/products/milk"
    assert "No product has the code" in (await ann.get("/goods?q=4006381333999")).text


async def test_labels_are_a_file_to_print(ann: Visitor) -> None:
    await ann.get("/goods/labels")
    form = {"lines": "milk 3\nbread", "location": ""}
    content_type, content = await ann.send_for_a_file("/goods/labels", form)
    assert (content_type, content[:5]) == ("application/pdf", b"%PDF-")
    refused = await ann.send("/goods/labels", {"lines": "milk 501", "location": ""})
    assert (refused.status, "Between one label and 500" in refused.text) == (422, True)


async def test_a_viewer_looks_and_books_nothing(dsn: str) -> None:
    add_user(dsn, "vera", "viewer")
    async with (
        open_board(NO_KAFKA, dsn, policy=AccessPolicy()) as board,
        visitor(board.address) as vera,
    ):
        await vera.sign_in("vera")
        assert "Receive goods" not in (await vera.get("/goods")).text
        assert (await vera.get("/goods/new/delivery")).status == 403
        form = {"id": new_id(), "location": "ulm", "lines": "milk 1"}
        assert (await vera.send("/goods/new/delivery", form)).status == 403
    assert moved(dsn, "ulm") == []


class Machine:
    """A program with a token; each answer is checked against the document."""

    def __init__(self, http: ClientSession, address: str, token: str) -> None:
        self._http = http
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def ask(
        self, path: str, body: Any = None, query: dict[str, str] | None = None, **values: str
    ) -> tuple[int, Any]:
        """GET, or POST of a body."""
        url, method = self._address + path.format(**values), "get" if body is None else "post"
        sent = {"json": body, "params": query, "headers": self._headers}
        async with self._http.request(method, url, **sent) as answer:
            told = await answer.json(content_type=None)
            conforms(path, answer.status, answer.content_type, told, method)
            return answer.status, told

    async def make(self, kind: str) -> bool:
        """A document of one milk at Ulm; whether it is new."""
        line = {"code": "milk", "quantity": 1}
        body = {"document_id": new_id(), "kind": kind, "location_id": "ulm", "lines": [line]}
        return (await self.ask("/api/v1/documents", body))[0] == 201

    async def whole(self, query: dict[str, str]) -> set[str]:
        """The ids of all documents, page by page."""
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            _, page = await self.ask("/api/v1/documents", query={**query, **cursor})
            found += [each["document_id"] for each in page["items"]]
            if page["next_cursor"] is None:
                assert len(found) == len(set(found))
                return set(found)
            cursor = {"cursor": page["next_cursor"]}


async def test_a_program_books_by_its_token_once_and_reads_what_came_of_it(dsn: str) -> None:
    tokens = {
        flag: (await asyncio.to_thread(add_token, dsn, *flags))["token"]
        for flag, flags in {"books": ["--may-book"], "reads": []}.items()
    }
    document, booking = (
        "/api/v1/documents/{document_id}",
        "/api/v1/documents/{document_id}/bookings",
    )
    ident = new_id()
    order = {"document_id": ident, "kind": "order", "location_id": "ulm"}
    order |= {"lines": [{"code": "milk", "quantity": 5}]}
    receipt = {"booking_id": new_id(), "location_id": "ulm", "act": "receive"}
    receipt |= {"lines": [{"code": "4006381333931", "quantity": 5}]}
    async with (
        open_board(NO_KAFKA, dsn, policy=AccessPolicy()) as board,
        ClientSession() as http,
    ):
        erp = Machine(http, board.address, tokens["books"])
        for status in (201, 200):
            assert (await erp.ask("/api/v1/documents", order))[0] == status
        for status in (201, 200):
            got, told = await erp.ask(booking, receipt, document_id=ident)
            assert (got, told["items"][0]["state"]) == (status, "booked")
        other = {**receipt, "lines": [{"code": "milk", "quantity": 6}]}
        got, told = await erp.ask(booking, other, document_id=ident)
        assert (got, told["code"]) == (409, "other_content")
        got, told = await erp.ask(booking, {**receipt, "booking_id": "x"}, document_id="none")
        assert (got, told["code"]) == (404, "unknown_document")
        for wrong in ({}, {**order, "lines": [{"code": "milk", "quantity": 1.5}]}):
            assert (await erp.ask("/api/v1/documents", wrong))[0] == 400
        reader = Machine(http, board.address, tokens["reads"])
        assert (await reader.ask(document, document_id=ident))[0] == 200
        assert (await reader.ask("/api/v1/documents", order))[0] == 403
        nobody = Machine(http, board.address, "")
        assert (await nobody.ask("/api/v1/documents", order))[0] == 401
        got, page = await reader.ask("/api/v1/documents")
        assert [each["document_id"] for each in page["items"]] == [ident]
        assert (await reader.ask("/api/v1/in-transit"))[1] == {"items": []}
        assert await erp.make("delivery") and await erp.make("delivery")
        assert len(await reader.whole({"limit": "1"})) == 3
        assert len(await reader.whole({"limit": "1", "kind": "order"})) == 1
        for wrong in ({"cursor": "nonsense"}, {"cursor": "WyJ4Il0"}, {"kind": "sale"}):
            assert (await reader.ask("/api/v1/documents", query=wrong))[0] == 400
    assert moved(dsn, "ulm") == [("milk", 5, "delivery"), *[("milk", 1, "delivery")] * 2]
    assert {
        each["who"] for each in rows(dsn, "SELECT who FROM audit_log WHERE action LIKE 'doc%%'")
    }


def add_token(dsn: str, *flags: str) -> Any:
    """A token, by the command."""
    name = f"erp-{uuid.uuid4().hex[:6]}"
    return tillstream_json(NO_KAFKA, "tokens", "add", name, *flags, postgres=dsn)[1]


def test_the_document_tells_of_all_that_books() -> None:
    paths = {path for path, told in DOCUMENT["paths"].items() if "post" in told}
    assert paths == {"/api/v1/documents", "/api/v1/documents/{document_id}/bookings"}
