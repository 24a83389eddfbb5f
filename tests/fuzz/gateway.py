"""Asks a gateway what schemathesis makes of its document, signed by a device, and looks whether an
answer breaks the document, or something that was acknowledged is not in the topic."""

# pyright: reportMissingTypeStubs=false

import json
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests.auth import AuthBase
from schemathesis.checks import CHECKS, load_all_checks

from edge.gateway import openapi
from edge.gateway.calls import POST_EVENTS
from edge.journal.journal import Journal
from edge.proxy.peer import TillIdentity
from edge.signing.signer import Signer
from tests.fuzz.threaded_gateway import ThreadedGateway, threaded_gateway
from tests.unit.edge.journal.tills import TILL, sale

LOOKED_AT = (
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
"""Checks of schemathesis. The others ask anew without the signature, which is refused anyway."""

BUSY = 503
"""Of all that is the server's fault, the only one that the document allows."""

OWN_PATH = f"/v1/tills/{TILL.till_id}/events"


class DeviceAuth(AuthBase):
    """Signs what goes over the wire, by the device's key."""

    def __init__(self, till: TillIdentity) -> None:
        self._signer = Signer(till.key, till.certificate)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body: Any = request.body or b""
        sent = body.encode() if isinstance(body, str) else body
        request.body = sent
        headers = self._signer.headers(
            request.method or "", request.path_url, sent, int(time.time())
        )
        request.headers.update(headers)
        return request


class Acknowledged:
    """What a gateway has said that it has: from where, and up to where, of each epoch."""

    def __init__(self) -> None:
        self._spans: dict[int, tuple[int, int]] = {}
        self.count = 0

    def hear(self, body: bytes, answer: requests.Response) -> None:
        """Take what a batch was answered."""
        if answer.status_code != 200:
            return
        self.count += 1
        batch, to = json.loads(body), answer.json()["accepted_to"]
        begins, ends = self._spans.get(batch["epoch"], (batch["first"], 0))
        self._spans[batch["epoch"]] = (begins, max(ends, to))

    def assert_in(self, gateway: ThreadedGateway) -> None:
        """The topic has all of it."""
        there: defaultdict[int, set[int]] = defaultdict(set)
        for event in gateway.topic.events():
            there[event["epoch"]].add(event["sequence"])
        for epoch, (begins, ends) in self._spans.items():
            lost = set(range(begins, ends + 1)) - there[epoch]
            assert not lost, f"acknowledged and lost, of epoch {epoch}: {sorted(lost)[:10]}"


@st.composite
def batches(draw: st.DrawFn, bodies: st.SearchStrategy[Any], real: bytes) -> bytes:
    """A batch by the document, or a till's own with one member of the drawn kind in its place."""
    drawn = draw(bodies)
    if draw(st.booleans()) or not isinstance(drawn, dict):
        return _json(drawn)
    batch = orjson.loads(real)
    for name in draw(st.lists(st.sampled_from(sorted(batch)), max_size=2)):
        batch[name] = drawn.get(name, None)
    return _json(batch)


def _json(value: Any) -> bytes:
    """As JSON, with numbers and text that not every writer of it would write."""
    return json.dumps(value, default=str).encode(errors="surrogatepass")


class _Asker:
    """One device that asks, and what is looked at in each answer."""

    def __init__(self, gateway: ThreadedGateway, http: requests.Session, examples: int) -> None:
        load_all_checks()
        self._gateway = gateway
        self._http = http
        self._signed = DeviceAuth(gateway.till)
        self._checks = CHECKS.get_by_names(list(LOOKED_AT))
        self._schema = schemathesis.openapi.from_dict(openapi.document())
        self._settings = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        )
        self.acknowledged = Acknowledged()

    def ask_all(self) -> None:
        """Each call, as schemathesis makes it of the document."""
        results: Any = self._schema.get_all_operations()
        for result in results:
            operation: Any = result.ok()

            @self._settings
            @given(case=operation.as_strategy())
            def whatever(case: Any) -> None:
                address = self._gateway.address
                answer = case.call(
                    base_url=address,
                    session=self._http,
                    auth=self._signed,
                    verify=self._http.verify,
                    cert=self._http.cert,
                )
                self._look(case, answer)

            whatever()

    def _look(self, case: Any, answer: Any) -> None:
        """Whether an answer is one that the document allows."""
        assert answer.status_code < 500 or answer.status_code == BUSY, answer.text
        case.validate_response(answer, checks=self._checks)

    def send_batches(self, real: bytes) -> None:
        """Batches to the device's own path, which are taken where they can be."""
        operation: Any = self._schema[POST_EVENTS.path]["POST"]
        bodies = operation.as_strategy().map(lambda case: case.body)
        case = operation.Case(path_parameters={"till_id": TILL.till_id})

        @self._settings
        @given(body=batches(bodies, real))
        def own(body: bytes) -> None:
            answer = self._http.post(
                self._gateway.address + OWN_PATH,
                data=body,
                headers={"Content-Type": "application/json"},
                auth=self._signed,
            )
            self._look(case, answer)
            self.acknowledged.hear(body, answer)

        own()


def _real_batch(till: TillIdentity, folder: Path) -> bytes:
    with closing(Journal(folder / "journal.sqlite", TILL, till.key)) as journal:
        journal.begin_epoch(1)
        journal.append([sale() for _ in range(3)])
        batch = journal.outbox.next_batch(0.0)
    assert batch
    return batch.body


def fuzz(folder: Path, examples: int) -> int:
    """So many requests of each call, and as many batches; how many of these were taken. Fails
    where an answer is not what the document says, or something acknowledged is lost."""
    with threaded_gateway(folder) as gateway, requests.Session() as http:
        http.trust_env = False  # a variable would go above whom we trust
        certificate, key = gateway.till.files
        http.cert = (str(certificate), str(key))
        http.verify = str(gateway.till.authorities)
        asker = _Asker(gateway, http, examples)
        asker.ask_all()
        asker.send_batches(_real_batch(gateway.till, folder))
        asker.acknowledged.assert_in(gateway)
    return asker.acknowledged.count
