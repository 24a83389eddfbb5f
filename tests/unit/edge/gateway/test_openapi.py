"""The gateway's OpenAPI document: committed, valid, and of all that is served."""

import asyncio
import json
from pathlib import Path

from openapi_spec_validator import validate
from prometheus_client import CollectorRegistry

from edge.gateway import openapi
from edge.gateway.gateway import opened
from edge.gateway.metrics import gateway_metrics
from tests.house.checkout import CHECKOUT
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import LOCATION

COMMITTED = CHECKOUT / "docs" / "contracts" / "gateway-openapi.json"

WRITE_IT = (
    'run `.venv/bin/python -c "from edge.gateway.openapi import text; '
    "print(text().decode(), end='')\" > docs/contracts/gateway-openapi.json` and commit it"
)


def test_the_committed_document_is_that_of_the_code() -> None:
    assert COMMITTED.exists() and COMMITTED.read_bytes() == openapi.text(), WRITE_IT


def test_it_is_a_valid_document_without_dangling_names() -> None:
    told = openapi.document()
    validate(told)
    used = {
        line.split('"')[3].rpartition("/")[2]
        for line in json.dumps(told, indent=0).splitlines()
        if '"$ref"' in line
    }
    assert used == told["components"]["schemas"].keys()
    ids = [each["operationId"] for path in told["paths"].values() for each in path.values()]
    assert len(ids) == len(set(ids)), "two calls share a name"


async def test_every_call_that_is_served_is_in_it(tmp_path: Path) -> None:
    with opened(LOCATION, tmp_path, MemoryTopic(), gateway_metrics(CollectorRegistry())) as gateway:
        await asyncio.sleep(0)
        served = {
            (route.method, route.resource.canonical)
            for route in gateway.application().router.routes()
            if route.resource and route.method != "HEAD"
        }
    told = {
        (method.upper(), path)
        for path, item in openapi.document()["paths"].items()
        for method in item
    }
    assert served <= told, f"add to OPERATIONS in edge/gateway/openapi.py: {served - told}"
