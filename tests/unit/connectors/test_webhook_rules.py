"""The rules of webhooks: signatures, what is told once, how long to wait, and where to go."""

import json
from dataclasses import dataclass

import pytest

from connectors.webhooks.addresses import GuardedResolver, Reach
from connectors.webhooks.errors import WebhookRefused
from connectors.webhooks.notices import Notice, UnreadableNotice, news, notice_of
from connectors.webhooks.policy import WAIT_SECONDS_MAX, DeliveryPolicy
from connectors.webhooks.sending import sender
from connectors.webhooks.signing import new_secret, rotated, signature
from topics.notices import AlertNotice


@dataclass
class Record:
    """A record as Kafka gives it."""

    value: bytes | None
    topic: str = "restock.alerts"
    partition: int = 0
    offset: int = 0
    timestamp: int = 1_700_000_000_123
    key: bytes | None = b"ulm/milk"
    headers: tuple[tuple[str, bytes], ...] = ()


ALERT = {
    "location_id": "ulm",
    "sku": "milk",
    "state": "raised",
    "reason": "out_of_stock",
    "on_hand": 0,
    "reorder_point": 5,
    "suggested_quantity": 17,
    "raised_at": "2026-11-21T09:30:00Z",
    "cleared_at": None,
    "version": 7,
}


def test_a_signature_is_that_of_the_published_example() -> None:
    body = b'{"event_type":"ping","data":{"success":true}}'
    found = signature("whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", 1731705121, body)
    assert found == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
    assert new_secret() != new_secret()


def test_a_message_keeps_its_contract_and_the_alert_as_it_came() -> None:
    notice = notice_of(Record(json.dumps(ALERT).encode()))
    told = AlertNotice.model_validate_json(notice.body)
    assert (told.type, told.data.sku, told.data.version) == ("restock_alert.raised", "milk", 7)
    assert json.dumps(ALERT) in notice.body
    assert told.timestamp.isoformat() == "2023-11-14T22:13:20.123000+00:00"


def test_an_id_belongs_to_the_change_and_not_to_its_place() -> None:
    value = json.dumps(ALERT).encode()
    again = notice_of(Record(value, partition=3, offset=99, timestamp=5))
    assert notice_of(Record(value)).message_id == again.message_id
    newer = notice_of(Record(json.dumps({**ALERT, "version": 8}).encode()))
    assert newer.message_id != again.message_id


@pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b'{"sku": "a b"}', b"\xff"])
def test_what_is_no_alert_is_told_with_its_place(value: bytes | None) -> None:
    with pytest.raises(UnreadableNotice, match=r"restock\.alerts-0-0 is no restock alert"):
        notice_of(Record(value))


def test_an_alert_whose_id_holds_markup_or_is_not_its_keys_is_told_to_nobody() -> None:
    for sku in ('x"><script>', "bread"):
        with pytest.raises(UnreadableNotice):
            notice_of(Record(json.dumps({**ALERT, "sku": sku}).encode()))


def test_what_was_told_before_is_no_news() -> None:
    def notice(subject: str, version: int) -> Notice:
        return Notice(f"{subject}-{version}", subject, version, "")

    said = [notice("a", 1), notice("b", 5), notice("a", 3), notice("a", 2), notice("b", 5)]
    found = [(each.subject, each.version) for each in news(said, {"b": 4, "a": 1})]
    assert found == [("b", 5), ("a", 3)]


def test_waits_grow_to_a_bound_and_end() -> None:
    policy = DeliveryPolicy(attempts_max=12)
    waits = [policy.wait_seconds(attempt) for attempt in range(1, 12)]
    assert all(wait is not None and wait <= 1.2 * WAIT_SECONDS_MAX for wait in waits)
    firsts = [policy.wait_seconds(1) or 0 for _ in range(200)]
    assert len(set(firsts)) > 100, "what fails together comes back together"
    assert 4 <= min(firsts) < max(firsts) <= 6
    assert policy.wait_seconds(12) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/x",
        "ftp://hooks.example",
        "https://",
        "hooks.example/x",
        "https://user:secret@hooks.example/",
        "https://hooks.example:99999/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://192.88.99.1/",
        "https://[fec0::1]/",
        "https://[3fff::1]/",
        "https://[2002:7f00:1::]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1%25eth0]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://hooks.example/a b",
        "https://hooks.example/" + "x" * 2_000,
    ],
)
def test_an_address_where_no_webhook_may_go_is_refused(url: str) -> None:
    with pytest.raises(WebhookRefused):
        Reach().require_url(url)


def test_public_addresses_and_named_networks_may_be_reached() -> None:
    Reach().require_url("https://hooks.example/alerts?shop=ulm")
    Reach().require("93.184.215.14")
    named = Reach("10.1.0.0/16, ::1/128")
    named.require_url("http://10.1.2.3:8080/alerts")
    named.require("::1")
    named.require("::ffff:10.1.9.9")
    with pytest.raises(WebhookRefused, match="TILLSTREAM_WEBHOOK_NETWORKS"):
        named.require("10.2.0.1")
    with pytest.raises(WebhookRefused, match=r"10\.1\.0\.0/16"):
        Reach("10.1.2.3/8")


async def test_a_name_is_judged_by_the_address_that_is_connected_to() -> None:
    found = await GuardedResolver(Reach("127.0.0.0/8,::1/128")).resolve("localhost", 443)
    assert {each["host"] for each in found} <= {"127.0.0.1", "::1"}
    with pytest.raises(WebhookRefused, match="no public address"):
        await GuardedResolver(Reach()).resolve("localhost", 443)


async def test_a_refused_address_is_a_failed_attempt_and_nothing_is_sent() -> None:
    async with sender(Reach(), 5) as opened:
        for url in ("https://localhost:1/", "https://127.0.0.1:1/", "http://hooks.example/"):
            answer = await opened.send(url, new_secret(), "id", b"{}")
            assert answer.status is None
            assert "TILLSTREAM_WEBHOOK_NETWORKS" in answer.error, answer.error


@pytest.mark.parametrize(
    "changed", [{"version": 2**63}, {"version": -1}, {"state": 'raised","data":{}'}, {"sku": "a/b"}]
)
def test_an_alert_beyond_its_contract_is_no_notice(changed: dict[str, object]) -> None:
    with pytest.raises(UnreadableNotice, match="alerts-0-0 is no restock alert"):
        notice_of(Record(json.dumps(ALERT | changed).encode()))


def test_an_alert_that_nests_too_deep_is_no_notice() -> None:
    with pytest.raises(UnreadableNotice):
        notice_of(Record(b'{"more":' + b"[" * 100_000))


def test_after_a_rotation_the_secret_before_signs_too_and_older_ones_do_not() -> None:
    first = new_secret()
    second, both = rotated(first)
    third, later = rotated(both)
    told = signature(both, "m", 1, b"{}").split()
    assert told == [signature(second, "m", 1, b"{}"), signature(first, "m", 1, b"{}")]
    told = signature(later, "m", 1, b"{}").split()
    assert told == [signature(third, "m", 1, b"{}"), signature(second, "m", 1, b"{}")]
