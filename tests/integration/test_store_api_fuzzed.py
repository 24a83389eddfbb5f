"""Whatever its document lets a store ask, and some more: the store API answers by its document."""

# pyright: reportMissingTypeStubs=false

import asyncio
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from edge.store_api import openapi, quota
from tests.fuzz.gateway import BUSY, LOOKED_AT
from tests.integration.registration_world import Files
from tests.integration.store_api_world import StoreApiWorld, store_api

EXAMPLES = 60
"""Of each call: some seconds."""


async def test_no_question_of_a_store_breaks_the_store_api(
    postgres: str, tmp_path: Path, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "BURST", 10**6)
    async with store_api(postgres, tmp_path) as world:
        world.receipt(shop, "1")
        own = world.store(shop)
        asked = await asyncio.to_thread(_ask_all, world, own)
    assert asked > EXAMPLES, "hardly anything was asked: the test shows nothing"


def _ask_all(world: StoreApiWorld, own: Files) -> int:
    load_all_checks()
    checks, asked = CHECKS.get_by_names(list(LOOKED_AT)), 0
    schema: Any = schemathesis.openapi.from_dict(openapi.document())
    bounded = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    with requests.Session() as http:
        http.verify, http.cert = str(world.pki.ca), (str(own.certificate), str(own.key))
        for result in schema.get_all_operations():
            operation: Any = result.ok()

            @bounded
            @given(case=operation.as_strategy())
            def whatever(case: Any) -> None:
                nonlocal asked
                asked += 1
                answer = case.call(
                    base_url=world.address, session=http, verify=http.verify, cert=http.cert
                )
                assert answer.status_code < 500 or answer.status_code == BUSY, answer.text
                case.validate_response(answer, checks=checks)

            whatever()
    return asked
