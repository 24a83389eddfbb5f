"""The read API on a real database: complete, checked against its own document, clear in faults."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from dashboards.board.api import openapi
from dashboards.board.people.policy import AccessPolicy
from tests.boards import open_board
from tests.conftest import migrated_database
from tests.integration.board_world import alert, execute, level, store, totals
from tests.integration.own_broker import tillstream, tillstream_json
from topics.export import documents

NO_KAFKA = "127.0.0.1:1"

DOCUMENT: dict[str, Any] = json.loads(openapi.text())

SHOPS = ("berlin", "koeln", "ulm")


class Api:
    """Asks, and checks each answer against the document."""

    def __init__(self, address: str, session: ClientSession) -> None:
        self.address = address
        self._session = session

    async def get(
        self, path: str, status: int = 200, headers: dict[str, str] | None = None, **asked: Any
    ) -> Any:
        """The decoded answer to a request of the document's ``path``, filled in by `asked`."""
        answer, body = await self.raw(path, headers, **asked)
        assert answer.status == status, f"{path} answered {answer.status}: {body[:500]!r}"
        if not body:
            return None
        value = json.loads(body)
        conforms(path, answer.status, answer.content_type, value)
        return value

    async def raw(
        self, path: str, headers: dict[str, str] | None = None, **asked: Any
    ) -> tuple[Any, bytes]:
        """The answer as it came."""
        in_path = {name: value for name, value in asked.items() if f"{{{name}}}" in path}
        query = {name: str(value) for name, value in asked.items() if name not in in_path}
        url = self.address + path.format(**in_path)
        async with self._session.get(
            url, params=query, headers=headers, allow_redirects=False
        ) as answer:
            return answer, await answer.read()


def conforms(path: str, status: int, content_type: str, value: Any, method: str = "get") -> None:
    """Fail unless the document knows such an answer."""
    response = DOCUMENT["paths"][path][method]["responses"][str(status)]
    if "$ref" in response:
        response = DOCUMENT["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"][content_type]["schema"]
    whole = {**schema, "components": DOCUMENT["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)


@pytest.fixture(scope="module")
def dsn(postgres_server: str) -> str:
    """DSN of a database with some rows, whose levels keep their figures."""
    database = migrated_database(postgres_server)
    store(database, rows())
    return database


@pytest.fixture
async def api(dsn: str) -> AsyncIterator[Api]:
    """A board that asks nobody to sign in."""
    async with open_board(NO_KAFKA, dsn) as board, ClientSession() as session:
        yield Api(board.address, session)


def rows() -> list[tuple[str, dict[str, Any]]]:
    """Levels, totals and alerts of three shops."""
    said: list[tuple[str, dict[str, Any]]] = []
    for shop in SHOPS:
        said += [level(shop, f"sku-{number}", number, number + 1) for number in range(7)]
        said += [alert(shop, "sku-0", 1), alert(shop, "sku-1", 2, state="cleared")]
        for day in ("2026-11-19", "2026-11-20", "2026-11-21"):
            said.append(totals(shop, 1, business_date=day, tenders={"cash": 5}))
            said.append(totals(shop, 1, business_date=day, till_id="1", weight_grams=714))
    return said


async def whole(api: Api, path: str, limit: int, **asked: Any) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await api.get(path, limit=limit, **cursor, **asked)
        assert len(page["items"]) <= limit
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


async def test_the_document_is_valid_openapi_and_is_what_is_served(api: Api) -> None:
    validate(DOCUMENT)
    assert await api.get("/api/v1/openapi.json") == DOCUMENT


@pytest.mark.parametrize("limit", [1, 4, 7, 1000])
async def test_every_level_comes_once_whatever_the_size_of_a_page(api: Api, limit: int) -> None:
    every = [(shop, f"sku-{number}") for shop in SHOPS for number in range(7)]
    found = await whole(api, "/api/v1/levels", limit)
    assert [(each["location_id"], each["sku"]) for each in found] == every
    of_shop = await whole(api, "/api/v1/levels", limit, location_id="ulm")
    assert [each["sku"] for each in of_shop] == [f"sku-{number}" for number in range(7)]
    of_sku = await whole(api, "/api/v1/levels", limit, sku="sku-3")
    assert [each["location_id"] for each in of_sku] == list(SHOPS)


async def test_many_who_ask_at_once_all_get_their_answer(api: Api) -> None:
    asked = [api.get("/api/v1/levels", location_id=SHOPS[n % 3]) for n in range(60)]
    for number, page in enumerate(await asyncio.gather(*asked)):
        assert {each["location_id"] for each in page["items"]} == {SHOPS[number % 3]}


async def test_one_level_is_the_row_of_the_table(api: Api) -> None:
    found = await api.get("/api/v1/levels/{location_id}/{sku}", location_id="ulm", sku="sku-4")
    assert (found["on_hand"], found["available"], found["version"]) == (4, 4, 5)
    assert found["as_of"].endswith("Z"), "a time is not in UTC"


async def test_totals_are_those_of_the_days_and_rows_that_are_asked_for(api: Api) -> None:
    path = "/api/v1/totals"
    found = await whole(api, path, 2)
    assert [(each["business_date"], each["location_id"]) for each in found] == [
        (f"2026-11-{day}", shop) for day in (19, 20, 21) for shop in SHOPS
    ]
    assert {each["till_id"] for each in found} == {None}
    assert len(await whole(api, path, 5, rows="all")) == 18
    assert len(await whole(api, path, 5, rows="tills", location_id="ulm")) == 3
    on_the_20th = {"from": "2026-11-20", "to": "2026-11-20"}
    one = await whole(api, path, 5, **on_the_20th, till_id="1", location_id="ulm")
    assert [(each["till_id"], each["weight_grams"]) for each in one] == [("1", 714)]
    same_name = await whole(api, path, 2, **on_the_20th, till_id="1")
    assert [each["location_id"] for each in same_name] == list(SHOPS)
    assert found[0]["tenders"] == {"cash": 5}


async def test_alerts_are_those_that_are_raised_unless_others_are_asked_for(api: Api) -> None:
    path = "/api/v1/alerts"
    assert [each["sku"] for each in await whole(api, path, 2)] == ["sku-0"] * 3
    cleared = await whole(api, path, 2, state="cleared", location_id="ulm")
    assert [each["sku"] for each in cleared] == ["sku-1"]
    assert len(await whole(api, path, 4, state="all")) == 6
    of_sku = await whole(api, path, 2, state="all", sku="sku-1")
    assert [each["location_id"] for each in of_sku] == list(SHOPS)
    one = await api.get(path + "/{location_id}/{sku}", location_id="ulm", sku="sku-1")
    assert one["state"] == "cleared"


async def test_who_has_the_same_already_is_told_so(api: Api, dsn: str) -> None:
    answer, _ = await api.raw("/api/v1/levels", location_id="ulm")
    tag = answer.headers["ETag"]
    same, body = await api.raw(
        "/api/v1/levels", {"If-None-Match": f'"x", W/{tag}'}, location_id="ulm"
    )
    assert (same.status, body, same.headers["ETag"]) == (304, b"", tag)
    execute(dsn, "UPDATE stock_levels SET version = version + 1 WHERE sku = 'sku-1'")
    changed, _ = await api.raw("/api/v1/levels", {"If-None-Match": tag}, location_id="ulm")
    assert changed.status == 200, "a change is hidden behind an old tag"


@pytest.mark.parametrize(
    ("path", "asked", "parameter"),
    [
        ("levels", {"limit": "1000000"}, "limit"),
        ("levels", {"limit": "0"}, "limit"),
        ("levels", {"limit": "many"}, "limit"),
        ("levels", {"location_id": "'; DROP TABLE stock_levels; --"}, "location_id"),
        ("levels", {"sku": "<script>"}, "sku"),
        ("levels", {"sku": "a\0b"}, "sku"),
        ("levels", {"page": "3"}, "page"),
        ("levels", {"cursor": "bm90IG91cnM"}, "cursor"),
        ("levels", {"cursor": "WyIiXQ"}, "cursor"),
        ("levels", {"cursor": "é"}, "cursor"),
        ("levels", {"cursor": "x" * 501}, "cursor"),
        ("totals", {"from": "yesterday"}, "from"),
        ("totals", {"to": "1700000000"}, "to"),
        ("totals", {"cursor": "WyJ4IiwidWxtIiwiIl0"}, "cursor"),
        ("alerts", {"state": "maybe"}, "state"),
    ],
)
async def test_what_cannot_be_meant_is_refused_by_name(
    api: Api, path: str, asked: dict[str, Any], parameter: str
) -> None:
    problem = await api.get(f"/api/v1/{path}", 400, **asked)
    assert [each["parameter"] for each in problem["errors"]] == [parameter], problem


async def test_what_is_not_there_is_a_problem_and_never_a_page(api: Api) -> None:
    path = "/api/v1/levels/{location_id}/{sku}"
    await api.get(path, 404, location_id="ulm", sku="nothing")
    for address in ("/api/v1/nothing", "/api/", "/api/v2/levels", "/contracts/nothing.json"):
        answer, body = await api.raw(address)
        assert (answer.status, answer.content_type) == (404, "application/problem+json"), address
        assert json.loads(body)["status"] == 404
    async with ClientSession() as session, session.delete(api.address + "/api/v1/levels") as answer:
        assert answer.content_type == "application/problem+json"
        assert answer.status in (401, 403, 405), "something can be deleted"


async def test_a_database_that_is_away_is_told_with_when_to_come_again() -> None:
    nowhere = "host=127.0.0.1 port=1"
    async with open_board(NO_KAFKA, nowhere) as board, ClientSession() as session:
        api = Api(board.address, session)
        await api.get("/api/v1/levels", 503)
        answer, _ = await api.raw("/api/v1/alerts")
        assert answer.headers["Retry-After"] == "2"
        token, body = await api.raw("/api/v1/alerts", {"Authorization": "Bearer tsr_x"})
        assert (token.status, json.loads(body)["title"]) == (503, "Service Unavailable")


def test_a_token_ends_within_a_year_unless_somebody_wished_for_more(fresh_postgres: str) -> None:
    def tokens(*arguments: str) -> Any:
        return tillstream_json(NO_KAFKA, "tokens", *arguments, postgres=fresh_postgres)[1]

    tokens("add", "usual")
    tokens("add", "ever", "--no-end")
    ends = {each["name"]: each["expires_at"] for each in tokens("list")["tokens"]}
    assert ends["ever"] is None
    left = datetime.fromisoformat(ends["usual"]) - datetime.now(UTC)
    assert timedelta(days=365) < left < timedelta(days=367)


async def test_a_machine_gets_in_with_its_token_until_it_is_revoked(fresh_postgres: str) -> None:
    store(fresh_postgres, rows())
    name = f"erp-{uuid.uuid4().hex[:6]}"

    def tokens(*arguments: str) -> tuple[int, Any]:
        return tillstream_json(NO_KAFKA, "tokens", *arguments, postgres=fresh_postgres)

    _, made = await asyncio.to_thread(tokens, "add", name, "--days", "3")
    held = {"Authorization": f"Bearer {made['token']}"}
    async with (
        open_board(NO_KAFKA, fresh_postgres, policy=AccessPolicy()) as board,
        ClientSession() as session,
    ):
        api = Api(board.address, session)
        for headers in ({}, {"Authorization": "Bearer tsr_wrong"}, {"Authorization": "Basic eDp5"}):
            answer, _ = await api.raw("/api/v1/levels", headers)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            await api.get("/api/v1/levels", 401, headers=headers)
        assert len((await api.get("/api/v1/levels", headers=held))["items"]) == 21
        contract, body = await api.raw("/contracts/asyncapi.json", held)
        assert (contract.status, body.decode()) == (200, documents()["asyncapi.json"])
        page, _ = await api.raw("/alerts", held)
        assert page.status == 303, "a machine's token opens people's pages"
        assert (await asyncio.to_thread(tokens, "revoke", name))[0] == 0
        await api.get("/api/v1/levels", 401, headers=held)
    kept = await asyncio.to_thread(database_text, fresh_postgres)
    assert made["token"] not in kept, "the database has the token"
    assert f"tokens/{name}" in kept, "the log does not say who made it"


def database_text(dsn: str) -> str:
    """What the tables say of tokens."""
    from tests.integration.sink_world import rows as table

    return str(table(dsn, "TABLE api_tokens") + table(dsn, "TABLE audit_log"))


async def test_a_name_is_taken_until_its_token_is_revoked(fresh_postgres: str) -> None:
    def run(*arguments: str) -> int:
        return tillstream(NO_KAFKA, "tokens", *arguments, postgres=fresh_postgres)[0]

    said = [("add", "erp"), ("add", "erp"), ("revoke", "erp"), ("revoke", "erp"), ("add", "erp")]
    assert [await asyncio.to_thread(run, *each) for each in said] == [0, 1, 0, 1, 0]
    assert await asyncio.to_thread(run, "add", "A B") == 1
    assert await asyncio.to_thread(run, "list") == 0


async def test_the_contracts_and_the_page_for_subscribers_are_served(api: Api) -> None:
    for path, text in documents().items():
        answer, body = await api.raw(f"/contracts/{path}")
        assert (answer.status, body.decode()) == (200, text), f"{path} is another"
        same, _ = await api.raw(f"/contracts/{path}", {"If-None-Match": answer.headers["ETag"]})
        assert same.status == 304
    answer, body = await api.raw("/subscribe")
    page = body.decode()
    assert answer.status == 200
    links = set(part.partition('"')[0] for part in page.split('href="/')[1:])
    assert {"contracts/asyncapi.json", "contracts/schemas/StockLevel.json"} <= links
    # This board has no registration to ask for the devices, and says so.
    for link in links - {"static/icon.svg", "devices"}:
        followed, _ = await api.raw(f"/{link}")
        assert followed.status == 200, f"the page leads to /{link}, which answers {followed.status}"
