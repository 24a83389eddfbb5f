"""How tills come in and stay in: the registration on a real database, asked over real TLS."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from connectors.postgres.access import REGISTRATION
from edge.registration.rules import CERTIFICATE_LIFE
from edge.signed_list import require_signed
from identity.authority import new_key
from identity.names import ServiceName, StoreName, TillName, name_of
from tests.integration.registration_world import Pki, World, registration


@pytest.fixture
async def world(postgres: str, tmp_path: Path) -> AsyncIterator[World]:
    async with registration(postgres, tmp_path) as opened:
        yield opened


async def test_a_till_comes_in_by_its_voucher(world: World, shop: str) -> None:
    till = world.till(shop)
    voucher = await world.voucher(till)
    assert set(voucher) == {
        *("location_id", "till_id", "epoch", "token", "expires_at"),
        *("gateway", "registration", "ca_sha256"),
    }
    assert voucher["epoch"] == 1

    given = (await world.enrol(till, voucher["token"])).certificate()

    assert name_of(given) == TillName(shop, "1"), "the request's own names were believed"
    assert given.public_key() == till.key.public_key()
    purposes = given.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH], "a till must be nobody's server"
    ends = given.not_valid_after_utc - datetime.now(UTC)
    assert timedelta() < CERTIFICATE_LIFE - ends < timedelta(minutes=1)
    assert world.rows("SELECT status, epoch FROM devices WHERE location_id = %s", shop) == [
        ("active", 1)
    ]


async def test_the_same_by_json(world: World, shop: str) -> None:
    till = world.till(shop)
    voucher = await world.voucher(till)
    pem = b"-----BEGIN CERTIFICATE REQUEST-----\n" + base64.encodebytes(till.csr())
    pem += b"-----END CERTIFICATE REQUEST-----\n"
    asked = {"token": voucher["token"], "csr": pem.decode()}
    reply = await world.call("POST", "/v1/enrol", json=asked)
    assert reply.status == 200, reply.body
    told = reply.json
    assert set(told) == {"certificate", "chain", "epoch", "gateway"}
    assert all(text.endswith("-----END CERTIFICATE-----\n") for text in told["chain"])
    given = x509.load_pem_x509_certificate(told["certificate"].encode())
    issuing, root = [x509.load_pem_x509_certificate(text.encode()) for text in told["chain"]]
    given.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    again = await world.call("POST", "/v1/enrol", json=asked)
    assert again.json == told, "a till that lost the answer is told something else"


async def test_an_answer_that_was_lost_is_given_again(world: World, shop: str) -> None:
    till = world.till(shop)
    token = (await world.voucher(till))["token"]
    first = (await world.enrol(till, token)).certificate()
    world.clock.ahead = timedelta(days=3)
    again = (await world.enrol(till, token)).certificate()
    assert again == first, "the till was bricked: its token is spent, and the answer was lost"
    assert world.counted("enrol", "again") == 1


async def test_a_token_that_another_key_uses_raises_an_alarm(world: World, shop: str) -> None:
    till, thief = world.till(shop), world.till(shop)
    token = (await world.voucher(till))["token"]
    (await world.enrol(till, token)).certificate()
    refused = await world.enrol(thief, token)
    assert refused.status == 401 and b"certificate" not in refused.body
    alarms = "SELECT kind, closed_at FROM device_alarms WHERE location_id = %s"
    assert world.rows(alarms, shop) == [("token_used_twice", None)]
    await world.enrol(thief, token)
    assert len(world.rows(alarms, shop)) == 1, "each try of one thief is another alarm"
    assert (await world.revoke(till)).status == 200
    assert world.rows(alarms, shop)[0][1] is not None, "the alarm is open after somebody acted"


async def test_of_two_at_once_with_one_token_one_wins(world: World, shop: str) -> None:
    till = world.till(shop)
    token = (await world.voucher(till))["token"]
    keys = [world.till(shop) for _ in range(6)]
    replies = await asyncio.gather(*(world.enrol(each, token) for each in keys))
    assert sorted(reply.status for reply in replies) == [200, *[401] * 5]
    counted = "SELECT count(*) FROM device_certificates WHERE location_id = %s"
    assert world.rows(counted, shop) == [(1,)], "a certificate was issued that nobody was given"


async def test_a_token_is_good_for_its_till_and_for_a_day(world: World, shop: str) -> None:
    till, other = world.till(shop), world.till(shop, "2")
    token = (await world.voucher(till))["token"]
    await world.voucher(other)
    assert (await world.enrol(other, token)).status == 401, "another till came in by it"
    world.clock.ahead = timedelta(hours=24, seconds=1)
    late = await world.enrol(till, token)
    assert late.status == 401 and late.headers["WWW-Authenticate"].startswith("Basic ")
    world.clock.ahead = timedelta(hours=23, minutes=59)
    assert (await world.enrol(till, token)).status == 200, "a refusal has spent the token"


async def test_a_replaced_till_has_a_higher_epoch_and_ends_the_one_before(
    world: World, shop: str
) -> None:
    old, new = world.till(shop), world.till(shop)
    held = await world.enrolled(old)
    voucher = await world.voucher(new)
    assert voucher["epoch"] == 2
    assert (await world.renew(old, held)).status == 200, "the old till ended before the new began"
    (await world.enrol(new, voucher["token"])).certificate()
    refused = await world.renew(old, held)
    assert refused.status == 403 and b"taken this till's place" in refused.body


async def test_an_epoch_lies_above_what_was_ever_heard_of_the_till(world: World, shop: str) -> None:
    with psycopg.connect(world.dsn) as connection:
        connection.execute(
            "INSERT INTO till_status (location_id, till_id, epoch, last_sequence, missing,"
            " missing_count, older, quarantined, duplicates, forks, last_seen, version)"
            " VALUES (%s, '1', 41, 1, '[]', 0, '[]', 0, 0, 0, now(), 1)",
            [shop],
        )
    assert (await world.voucher(world.till(shop)))["epoch"] == 42


async def test_a_new_voucher_ends_the_one_before_but_not_the_spare(world: World, shop: str) -> None:
    till = world.till(shop)
    first = await world.voucher(till)
    spare = await world.spare(till)
    second = await world.voucher(till)
    assert (await world.enrol(till, first["token"])).status == 401
    assert spare["epoch"] == 2 and second["epoch"] == 3
    world.clock.ahead = timedelta(days=300)
    assert (await world.enrol(till, spare["token"])).status == 200, "the spare is no spare"


async def test_a_spare_voucher_that_was_overtaken_is_good_for_nothing(
    world: World, shop: str
) -> None:
    till = world.till(shop)
    await world.enrolled(till)
    spare = await world.spare(till)
    await world.enrolled(world.till(shop))
    late = world.till(shop)
    assert (await world.enrol(late, spare["token"])).status == 401, "an epoch went back"


async def test_a_certificate_is_renewed_by_the_one_before(world: World, shop: str) -> None:
    till = world.till(shop)
    held = await world.enrolled(till)
    first = till.certificate
    fresh = new_key()
    next_one = (await world.renew(till, held, fresh)).certificate()
    assert next_one.public_key() == fresh.public_key() and next_one != first
    assert name_of(next_one) == TillName(shop, "1")
    assert (await world.renew(till, held, fresh)).certificate() == next_one, (
        "the answer was lost, and asking again gives another"
    )
    assert (await world.renew(till, held)).status == 200, "the old one must go on until it is left"


@pytest.mark.parametrize(("days", "status"), [(91, 200), (489, 200), (491, 403)])
async def test_an_ended_certificate_is_renewed_for_400_days(
    world: World, shop: str, days: int, status: int
) -> None:
    till = world.till(shop)
    world.clock.ahead = -timedelta(days=days)
    held = await world.enrolled(till)
    world.clock.ahead = timedelta()
    assert till.certificate and till.certificate.not_valid_after_utc < datetime.now(UTC)
    assert (await world.renew(till, held)).status == status


async def test_a_certificate_that_is_not_yet_valid_gets_through(world: World, shop: str) -> None:
    till = world.till(shop)
    world.clock.ahead = timedelta(days=365)
    held = await world.enrolled(till)
    world.clock.ahead = timedelta()
    assert (await world.renew(till, held)).status == 200, "a clock a year off locks a till out"


async def test_who_shows_no_certificate_or_one_that_we_never_gave_renews_nothing(
    world: World, shop: str, tmp_path: Path
) -> None:
    till = world.till(shop)
    await world.enrolled(till)
    assert (await world.renew(till, None)).status == 403
    never_recorded = world.pki.certified(TillName(shop, "1"))
    assert (await world.renew(till, never_recorded)).status == 403
    store = world.pki.certified(StoreName(shop))
    assert (await world.renew(till, store)).status == 403
    foreign = Pki.new(tmp_path / "foreign").certified(TillName(shop, "1"))
    with pytest.raises(OSError, match=r"(?i)ssl|reset|closed|disconnect"):
        await world.renew(till, foreign)


async def test_a_revoked_tills_store_gets_another_card_key(world: World, shop: str) -> None:
    till = world.till(shop)
    await world.enrolled(till)
    asked = "SELECT version, reason FROM card_keys WHERE scope = 'store/' || %s"
    assert world.rows(asked, shop) == []
    for _ in range(2):
        assert (await world.revoke(till)).status == 200
    assert world.rows(asked, shop) == [(1, "till 1 was revoked")], "the thief's key stays good"


async def test_a_revoked_till_renews_nothing_until_it_is_registered_anew(
    world: World, shop: str
) -> None:
    till = world.till(shop)
    held = await world.enrolled(till)
    spare = await world.spare(till)
    assert (await world.revoke(till)).status == 200
    assert (await world.renew(till, held)).status == 403
    assert (await world.enrol(till, spare["token"])).status == 401, "its spare voucher is open"
    assert (await world.revoke(till)).status == 200, "to revoke once more is no fault"
    await world.enrolled(world.till(shop))
    assert (await world.renew(till, held)).status == 403, "the stolen one is in again"


async def test_a_key_belongs_to_one_till(world: World, shop: str) -> None:
    till, clone = world.till(shop), world.till(shop, "2")
    await world.enrolled(till)
    clone.key = till.key
    token = (await world.voucher(clone))["token"]
    assert (await world.enrol(clone, token)).status == 400
    alarms = "SELECT till_id, kind FROM device_alarms WHERE location_id = %s"
    assert world.rows(alarms, shop) == [("2", "key_of_another")]
    clone.key = new_key()
    assert (await world.enrol(clone, token)).status == 200, "a refusal has spent the token"


async def test_a_till_that_renews_in_a_loop_is_stopped(world: World, shop: str) -> None:
    till = world.till(shop)
    held = await world.enrolled(till)
    statuses = [(await world.renew(till, held, new_key())).status for _ in range(8)]
    assert statuses == [*[200] * 5, *[429] * 3], "its store's list grows without end"
    world.clock.ahead = timedelta(days=1, seconds=5)
    assert (await world.renew(till, held, new_key())).status == 200


async def test_a_till_is_told_whom_to_trust(world: World) -> None:
    from cryptography.hazmat.primitives.serialization import pkcs7

    reply = await world.call("GET", "/.well-known/est/cacerts")
    told = pkcs7.load_der_pkcs7_certificates(base64.b64decode(reply.body))
    assert set(told) == set(world.pki.devices.chain)


async def test_a_store_is_told_who_counts_by_a_list_that_proves_itself(
    world: World, shop: str
) -> None:
    one, two = world.till(shop), world.till(shop, "2")
    store = world.pki.certified(StoreName(shop))

    async def told() -> dict[str, Any]:
        path = f"/v1/locations/{shop}/device-list"
        reply = await world.call("GET", path, identity=store)
        assert reply.status == 200, reply.body
        chain = x509.load_pem_x509_certificates(reply.json["certificate"].encode())
        chain[0].verify_directly_issued_by(world.pki.services.certificate)
        assert name_of(chain[0]) == ServiceName("registration")
        key = chain[0].public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        require_signed(reply.json, key)
        return reply.json

    await world.enrolled(one)
    first = await told()
    await world.voucher(two)
    await world.enrolled(world.till(shop))
    second = await told()
    assert second["number"] > first["number"] and second["location_id"] == shop
    assert one.certificate is not None
    digest = one.certificate.fingerprint(hashes.SHA256()).hex()
    assert first["devices"] == [
        {"till_id": "1", "epoch": 1, "certificates": [digest], "status": "active"}
    ]
    states = [(each["till_id"], each["epoch"], each["status"]) for each in second["devices"]]
    assert states == [("1", 1, "replaced"), ("1", 2, "active"), ("2", 1, "registered")]
    assert second["devices"][0]["certificates"] == [digest], "the old device passes for unlisted"

    await world.revoke(one)
    third = await told()
    assert third["number"] > second["number"]
    assert {each["status"] for each in third["devices"] if each["till_id"] == "1"} == {"revoked"}


async def test_a_database_that_was_away_is_found_again(world: World, shop: str) -> None:
    till = world.till(shop)
    token = (await world.voucher(till))["token"]
    await asyncio.gather(*(world.operate("GET", "/v1/devices") for _ in range(5)))
    with psycopg.connect(world.dsn, user=REGISTRATION) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'tillstream registration' AND datname = current_database()"
        ).fetchall()
    assert ended, "no connection was open"
    statuses = [(await world.enrol(till, token)).status for _ in range(3)]
    assert statuses[1:] == [200, 200], "each connection that has ended costs a till one attempt"
    assert statuses[0] in (200, 503)


async def test_each_step_is_in_the_audit_log(world: World, shop: str) -> None:
    till = world.till(shop)
    token = (await world.voucher(till))["token"]
    held = till.keep((await world.enrol(till, token)).certificate())
    await world.renew(till, held, new_key())
    spare = await world.spare(till)
    await world.enrol(world.till(shop), "wrong")
    await world.revoke(till)
    entries = world.rows(
        "SELECT action, who FROM audit_log WHERE subject LIKE %s ORDER BY entry_id",
        f"devices/{shop}/%",
    )
    assert [action for action, _ in entries] == [
        "devices.added",
        "devices.enrolled",
        "devices.renewed",
        "devices.spare",
        "devices.refused",
        "devices.revoked",
    ]
    assert "a test, by service operator" in entries[0][1]
    everything = json.dumps(world.rows("SELECT * FROM audit_log"), default=str)
    assert token not in everything and spare["token"] not in everything, "a secret is in the log"
