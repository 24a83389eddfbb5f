"""The document of a till's calls is valid, whole, and the one that is committed."""

import json
from pathlib import Path

from aiohttp import web
from openapi_spec_validator import validate
from prometheus_client import CollectorRegistry

from edge.proxy.metrics import proxy_metrics
from edge.till.api import ROOT
from edge.till.application import application
from edge.till.openapi import document, text
from tests.gateways import Fleet
from tests.house.checkout import CHECKOUT
from tests.unit.edge.till.tills import enrolled, running

COMMITTED = CHECKOUT / "docs" / "contracts" / "till-openapi.json"

WRITE_IT = (
    'run `.venv/bin/python -c "from edge.till.openapi import text; '
    "print(text().decode(), end='')\" > docs/contracts/till-openapi.json` and commit it"
)


def test_the_document_is_valid() -> None:
    validate(json.loads(text()))
    ids = [each["operationId"] for calls in document()["paths"].values() for each in calls.values()]
    assert len(ids) == len(set(ids)), "two calls share a name"


def test_the_committed_document_is_that_of_the_code() -> None:
    assert COMMITTED.read_bytes() == text(), WRITE_IT


def test_the_document_has_every_call_that_is_served_and_no_other() -> None:
    way: object = None
    app = application(way, way, proxy_metrics(CollectorRegistry()))  # type: ignore[arg-type]
    served = {
        (_plain(route), route.method.lower())
        for route in app.router.routes()
        if route.method not in ("*", "HEAD")
    }
    told = {(path, method) for path, calls in document()["paths"].items() for method in calls}
    assert served == told


def _plain(route: web.AbstractRoute) -> str:
    assert route.resource is not None
    return route.resource.canonical


async def test_the_till_tells_it(tmp_path: Path) -> None:
    enrolled(Fleet(tmp_path), tmp_path / "till")
    async with running(tmp_path / "till") as program:
        assert await program.get("/openapi.json") == json.loads(text())
        assert ROOT + "/state" in json.loads(text())["paths"]
