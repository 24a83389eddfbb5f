"""A client that knows the contract alone enrols, sends, repeats, attacks, and is answered as it is
written there."""

import json
import ssl
import time
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.acceptance.outside_till import BEGINNING, Answer, OutsideTill
from tests.acceptance.stacks import Stack
from tests.integration.sink_world import until

SKU = "whole-milk-1l"
ANSWERED = {
    "accepted_to",
    "confirmed_to",
    "missing",
    "quarantined",
    "forks",
    "durable",
    "server_time",
    "catalog_version",
    "devices_version",
}


@pytest.fixture
def till(stack: Stack, tmp_path: Path) -> OutsideTill:
    """A till of the stack's store that has enrolled."""
    made = unenrolled(stack, tmp_path)
    assert made.enrol().status == 200
    return made


def unenrolled(stack: Stack, folder: Path) -> OutsideTill:
    """One that has its voucher."""
    told = stack.status()
    location = told["stores"][0]["location_id"]
    added = stack.python(
        "tillstream", "devices", "add", location, f"out-{uuid.uuid4().hex[:8]}", "--json"
    )
    assert added.returncode == 0, added.stderr
    return OutsideTill(json.loads(added.stdout), told["ca_file"], folder)


def test_a_voucher_leads_no_further_than_the_store(stack: Stack, tmp_path: Path) -> None:
    voucher, store = unenrolled(stack, tmp_path).voucher, stack.status()["stores"][0]
    told = (voucher["gateway"], voucher["registration"])
    assert told == (store["gateway"], store["registration"]), "a till needs a route beyond it"


def problem(answer: Answer) -> tuple[int, int]:
    """Status and the seeds' code of a refusal, which is a problem by RFC 9457."""
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.told["detail"], "nobody is told what to change"
    return answer.status, answer.told["code"]


def is_device(answer: Answer, status: int) -> bool:
    """Whether it is refused over who asks."""
    found, code = problem(answer)
    return found == status and 100 <= code <= 103


async def test_a_sale_is_taken_once_however_often_it_is_sent(
    stack: Stack, till: OutsideTill
) -> None:
    batch = till.batch(till.written(till.sale(SKU, 129)), till.written({"type": "till_heartbeat"}))
    first, again = till.send(batch), till.send(batch)
    assert (first.status, again.status) == (200, 200)
    assert first.told.keys() >= ANSWERED
    assert first.told["accepted_to"] == again.told["accepted_to"] == 2
    assert first.told["durable"] in ("kafka", "spool")
    assert datetime.fromisoformat(first.told["server_time"]).utcoffset() == timedelta(0)

    receipt = batch["events"][0]["receipt_no"]
    await until(lambda: receipts(stack, receipt) == 1, "the sale is in the books")
    confirmed: list[int] = []

    def is_confirmed() -> bool:
        time.sleep(1)
        beat = till.batch(till.written({"type": "till_heartbeat"}))
        confirmed.append(till.send(beat).told["confirmed_to"])
        return confirmed[-1] >= 2

    await until(is_confirmed, "the till is told that the centre has the sale")
    assert receipts(stack, receipt) == 1, "it was booked again"


def receipts(stack: Stack, receipt_no: str) -> int:
    """How often a receipt is in the books."""
    with psycopg.connect(stack.status()["postgres"]) as connection:
        rows = connection.execute("SELECT 1 FROM sales WHERE receipt_no = %s", (receipt_no,))
        return len(rows.fetchall())


def test_a_lost_answer_to_an_enrolment_bricks_no_till(stack: Stack, tmp_path: Path) -> None:
    till = unenrolled(stack, tmp_path)
    first, again = till.enrol(), till.enrol()
    assert first.told["certificate"] == again.told["certificate"]
    assert first.told["certificate"].endswith("\n") and isinstance(first.told["chain"], list)

    thief = OutsideTill(till.voucher, till.authorities, tmp_path)
    assert thief.enrol().status in (401, 403), "a token that was spent lets another key in"


def test_a_gap_and_a_broken_chain_are_told(till: OutsideTill) -> None:
    first, second, third = (till.written({"type": "till_heartbeat"}) for _ in range(3))
    assert till.send(till.batch(first)).told["accepted_to"] == 1

    gap = till.send(till.batch(third))
    assert (gap.status, gap.told["expected"]) == (409, 2)

    broken = till.batch(second) | {"prev": BEGINNING}
    assert till.send(broken).status == 409
    altered = second | {"business_date": "2020-01-01"}
    assert till.send(till.batch(altered)).status == 409, "an event is not what its hash says"
    assert till.send(till.batch(second, third)).told["accepted_to"] == 3


def test_what_nobody_can_read_holds_up_nothing(till: OutsideTill) -> None:
    bad = till.written(till.sale(SKU, 5), currency=7)
    good = till.written(till.sale(SKU, 7))
    told = till.send(till.batch(bad, good)).told
    assert told["accepted_to"] == 2
    assert [each["sequence"] for each in told["quarantined"]] == [1]
    assert told["quarantined"][0]["reason"]


def test_another_event_under_a_number_is_a_fork(till: OutsideTill) -> None:
    before = till.last
    till.send(till.batch(till.written({"type": "till_heartbeat"})))
    till.last, till.sequence = before, 0
    told = till.send(till.batch(till.written({"type": "till_heartbeat"}))).told
    assert told["forks"] == [1]


def test_nobody_speaks_for_another(till: OutsideTill) -> None:
    own = till.batch(till.written({"type": "till_heartbeat"}))
    assert is_device(till.send(own, path="/v1/tills/somebody-else/events"), 403)

    for changed in ({"location_id": "elsewhere"}, {"till_id": "somebody-else"}):
        till.sequence, till.last = 0, BEGINNING
        foreign = till.batch(till.written({"type": "till_heartbeat"}, **changed))
        assert is_device(till.send(foreign), 403)
    assert till.send(own).told["accepted_to"] == 1, "who was refused has left something behind"


@pytest.mark.parametrize(
    "altered",
    [
        {"sent": b'{"epoch":1}'},
        {"signs": "/v1/tills/somebody-else/events"},
        {"signs": "/v1/tills/x?wait=1"},
    ],
)
def test_a_request_is_what_was_signed(till: OutsideTill, altered: dict[str, Any]) -> None:
    batch = till.batch(till.written({"type": "till_heartbeat"}))
    assert till.send(batch, **altered).status == 401
    assert till.send(batch).told["accepted_to"] == 1


def test_a_captured_request_is_of_no_use(till: OutsideTill) -> None:
    batch = till.batch(till.written({"type": "till_heartbeat"}))
    assert till.send(batch, nonce="captured-nonce-1").status == 200
    assert till.send(batch, nonce="captured-nonce-1").status == 401

    late = till.send(batch, created=int(time.time()) - 3600)
    assert late.status == 401
    told = datetime.fromisoformat(late.told["server_time"]).timestamp()
    assert till.send(batch, created=int(told)).status == 200


def test_without_a_certificate_nothing_is_taken(stack: Stack, tmp_path: Path) -> None:
    till = unenrolled(stack, tmp_path)
    batch = till.batch(till.written({"type": "till_heartbeat"}))
    try:
        answer = till.send(batch)
    except (ssl.SSLError, OSError):
        return
    assert answer.status == 401


def test_a_batch_has_a_limit(till: OutsideTill) -> None:
    events = [till.written({"type": "till_heartbeat"}) for _ in range(501)]
    assert till.send(till.batch(*events)).status == 413
    assert till.send(till.batch(*events[:500])).told["accepted_to"] == 500


def test_a_revoked_till_is_refused(stack: Stack, till: OutsideTill) -> None:
    assert till.send(till.batch(till.written({"type": "till_heartbeat"}))).status == 200
    voucher = till.voucher
    revoked = stack.python(
        "tillstream", "devices", "revoke", voucher["location_id"], voucher["till_id"]
    )
    assert revoked.returncode == 0, revoked.stderr
    batch = till.batch(till.written({"type": "till_heartbeat"}))
    deadline = time.monotonic() + 60
    while (answer := _answered(till, batch)) is None or answer.status == 200:
        assert time.monotonic() < deadline, "a revoked till is still let in"
        time.sleep(0.2)
    assert is_device(answer, 403)


def _answered(till: OutsideTill, batch: dict[str, Any]) -> Answer | None:
    """None where the gateway closes the connection, as it does when the list arrives."""
    try:
        return till.send(batch)
    except (ConnectionError, ssl.SSLError):
        return None


def test_what_a_store_sells_is_told(stack: Stack, till: OutsideTill) -> None:
    bundle = till.request("GET", "/v1/bundle?have=0&wait=0")
    assert (bundle.status, type(bundle.told["catalog_version"])) == (200, int)
    product = till.request("GET", f"/v1/products/{SKU}?all_shops=true")
    assert product.status in (200, 404)
    for path in ("/live", "/ready", "/openapi.json"):
        assert till.request("GET", path).status == 200, path
