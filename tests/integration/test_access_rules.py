"""Who comes to the stack's own broker must say who they are, and may do what the table says."""

import json
import socket
import ssl
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import kafka.admin as kafka_admin
import kafka.errors as errors
import pytest

from clients import async_kafka, blocking_kafka
from clients.kafka import KafkaAccess
from clients.tls import Tls
from identity.authority import Authority
from identity.names import ServiceName, StoreName, TillName
from local.kafka_links import BROKER
from operations.applications import FIRST
from operations.generations import log
from operations.generations.standing import state_id
from operations.topic_sync import states
from operations.topic_sync.access import grant, in_kafkas_words, rules_of, withdraw
from tests.integration.door import (
    PATIENCE_SECONDS,
    TOPICS,
    VERSIONS,
    asked_in_cleartext,
    is_answered,
    lets_in,
)
from tests.integration.guarded_broker import (
    PARTITIONS,
    PASSWORD,
    GuardedBroker,
    TokenIssuer,
    guarded_broker,
)
from tests.integration.own_broker import tillstream
from topics.access import AccessRule
from topics.registry import ALL, STOCK_LEVELS, STOCK_MOVEMENTS, TILL_EVENTS, TILL_STATUS

pytestmark = pytest.mark.lonely

ADMIN: Any = kafka_admin  # its types lag behind it
SOON_MS = 3_000
"""For what is refused by silence: nothing comes however long one waits."""

PATIENCE_MS = 30_000
"""For what is answered: a limit, not an expectation."""

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Generator[GuardedBroker]:
    with guarded_broker(tmp_path_factory.mktemp("guarded")) as broker:
        yield broker


def _write(access: KafkaAccess, topic: str, patience_ms: int = SOON_MS) -> int:
    # An idempotent producer is refused before it names a topic, if it may write to none.
    producer = blocking_kafka.producer(
        access, bootstrap_timeout_ms=PATIENCE_MS, max_block_ms=patience_ms, enable_idempotence=False
    )
    try:
        return producer.send(topic, b"{}", b"key", partition=0).get(timeout=30).offset
    finally:
        producer.close(timeout=1)


def _read(access: KafkaAccess, topic: str, group: str) -> None:
    consumer = blocking_kafka.consumer(
        access, group_id=group, auto_offset_reset="earliest", bootstrap_timeout_ms=PATIENCE_MS
    )
    try:
        consumer.subscribe([topic])
        consumer.poll(timeout_ms=SOON_MS)
    finally:
        consumer.close()


def _transact(access: KafkaAccess, transactional_id: str) -> None:
    producer = blocking_kafka.producer(
        access, transactional_id=transactional_id, max_block_ms=PATIENCE_MS
    )
    try:
        producer.init_transactions()
    finally:
        producer.close(timeout=1)


def _topics_seen(access: KafkaAccess, patience_ms: int = PATIENCE_MS) -> set[str]:
    with blocking_kafka.admin(access, bootstrap_timeout_ms=patience_ms) as admin:
        return set(admin.list_topics())


def _doors(broker: GuardedBroker) -> list[str]:
    return [broker.mutual, broker.login, broker.controller]


@pytest.mark.parametrize("door", range(3), ids=["certificate", "password", "controller"])
class TestEveryDoor:
    """Of the broker; none takes anybody who does not say who they are."""

    def test_cleartext_is_refused(self, broker: GuardedBroker, door: int) -> None:
        answer = asked_in_cleartext(_doors(broker)[door], VERSIONS)
        assert not answer or answer[0] == 0x15, f"no alert of TLS, but an answer: {answer!r}"

    def test_an_older_tls_is_refused(self, broker: GuardedBroker, door: int) -> None:
        host, port = _doors(broker)[door].split(":")
        older = ssl.create_default_context(cafile=broker.identities.authorities)
        older.maximum_version = ssl.TLSVersion.TLSv1_2
        with (
            socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as plain,
            pytest.raises(ssl.SSLError),
        ):
            older.wrap_socket(plain, server_hostname=host)

    def test_who_shows_no_certificate_is_refused(self, broker: GuardedBroker, door: int) -> None:
        address, own = _doors(broker)[door], broker.identities
        # A controller speaks of no topics to anybody, and a broker of versions before a login.
        question = VERSIONS if address == broker.controller else TOPICS
        assert not is_answered(address, Tls(own.authorities).context(), question)
        known = Tls(own.authorities, own.certificate(BROKER), own.key(BROKER)).context()
        after_login = address == broker.login
        assert is_answered(address, known, VERSIONS if after_login else question), "nobody is"


async def _is_refused(broker: GuardedBroker, access: KafkaAccess) -> bool:
    """And the broker is not just away."""
    return not await lets_in(access) and await lets_in(broker.access("operator"))


def _foreign() -> Authority:
    now = datetime.now(UTC)
    return Authority.root("root", not_before=now, not_after=now + DAY)


def test_a_foreign_authoritys_word_counts_for_nothing(broker: GuardedBroker) -> None:
    access = broker.with_certificate_of(_foreign(), ServiceName(BROKER), ends=DAY / 2)
    with pytest.raises(errors.KafkaError):
        _topics_seen(access, SOON_MS)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(-2 * DAY, -DAY), (DAY, 2 * DAY), (365 * DAY, 366 * DAY)],
    ids=["expired", "not yet valid", "a year ahead"],
)
async def test_a_certificate_counts_in_its_time_only(
    broker: GuardedBroker, begins: timedelta, ends: timedelta
) -> None:
    access = broker.as_somebody(ServiceName("sink"), begins=begins, ends=ends)
    assert await _is_refused(broker, access)


@pytest.mark.parametrize("name", [TillName("shop-01", "3"), ServiceName("kafka")], ids=str)
async def test_a_device_does_not_come_in_whatever_it_is_called(
    broker: GuardedBroker, name: TillName | ServiceName
) -> None:
    assert await _is_refused(broker, broker.as_device(name))


@pytest.mark.parametrize("name", [TillName("shop-01", "3"), StoreName("shop-01")], ids=str)
def test_whom_no_rule_names_may_see_and_do_nothing(
    broker: GuardedBroker, name: TillName | StoreName
) -> None:
    access = broker.as_somebody(name)
    assert _topics_seen(access) == set()
    with pytest.raises(errors.KafkaError):
        _write(access, TILL_EVENTS.name)
    with pytest.raises(errors.AuthorizationError):
        _read(access, TILL_EVENTS.name, "a-group-of-its-own")


def test_a_store_that_is_named_passes_on_what_its_tills_say_and_no_more(
    broker: GuardedBroker,
) -> None:
    status, output, said = broker.sync("--store", "shop-09")
    assert status == 0, output + said
    own = broker.as_somebody(StoreName("shop-09"))
    assert _write(own, TILL_EVENTS.name) >= 0
    assert TILL_STATUS.name in _topics_seen(own)
    with pytest.raises(errors.KafkaError):
        _write(own, STOCK_MOVEMENTS.name)
    assert _topics_seen(broker.as_somebody(StoreName("shop-10"))) == set(), "another store's rules"
    checked, *_ = broker.sync("--store", "shop-09", "--check")
    assert checked == 0
    assert broker.sync()[0] == 0
    own = broker.as_somebody(StoreName("shop-09"))  # its files were those of another meanwhile
    assert _write(own, TILL_EVENTS.name) >= 0, "a sync that names no store took its rules away"


def test_a_service_that_is_called_like_a_till_is_no_till(broker: GuardedBroker) -> None:
    assert _topics_seen(broker.as_somebody(ServiceName("till"))) == set()


@pytest.mark.parametrize(
    ("service", "topic"),
    [
        ("worker", STOCK_MOVEMENTS.name),
        ("worker", TILL_EVENTS.name),
        ("sink", TILL_EVENTS.name),
        ("sink", STOCK_LEVELS.name),
        ("board", "till.upkeep"),
        ("webhooks", "restock.alerts"),
        ("simulator", STOCK_LEVELS.name),
        ("connect", STOCK_LEVELS.name),
        ("connect", TILL_EVENTS.name),
        ("client", STOCK_LEVELS.name),
        ("client", "till.upkeep"),
        ("client", "connect.configs"),
    ],
)
def test_what_is_not_ones_own_cannot_be_written(
    broker: GuardedBroker, service: str, topic: str
) -> None:
    with pytest.raises((errors.TopicAuthorizationFailedError, errors.KafkaTimeoutError)):
        _write(broker.access(service), topic)


@pytest.mark.parametrize(
    ("service", "topic"),
    [
        ("worker", STOCK_LEVELS.name),
        ("simulator", TILL_EVENTS.name),
        ("connect", STOCK_MOVEMENTS.name),
        ("client", TILL_EVENTS.name),
        ("client", STOCK_MOVEMENTS.name),
        ("operator", TILL_EVENTS.name),
    ],
)
def test_what_is_ones_own_can_be_written(broker: GuardedBroker, service: str, topic: str) -> None:
    assert _write(broker.access(service), topic, PATIENCE_MS) >= 0


def test_a_users_program_sees_every_topic_and_reads_in_a_group_of_its_own(
    broker: GuardedBroker,
) -> None:
    access = broker.access("client")
    assert _topics_seen(access) >= {spec.name for spec in ALL}
    _read(access, STOCK_LEVELS.name, "anything-that-it-likes")


@pytest.mark.parametrize(
    ("service", "group"),
    [
        ("worker", "tillstream-products"),
        ("worker", "another"),
        ("sink", "tillstream"),
        ("client", "tillstream"),
        ("client", "tillstream-connect"),
        ("connect", "tillstream"),
    ],
)
def test_a_group_of_somebody_elses_cannot_be_entered(
    broker: GuardedBroker, service: str, group: str
) -> None:
    topic = "cdc.products" if service == "client" else STOCK_LEVELS.name
    with pytest.raises(errors.AuthorizationError):
        _read(broker.access(service), topic, group)


@pytest.mark.parametrize(
    ("service", "transactional_id"),
    [
        ("worker", "tillstream-products-0"),
        ("worker", "tillstream-99"),
        ("products", "tillstream-0"),
        ("sink", "tillstream-0"),
        ("client", "tillstream-0"),
    ],
)
def test_a_transactional_id_of_somebody_elses_cannot_be_used(
    broker: GuardedBroker, service: str, transactional_id: str
) -> None:
    with pytest.raises(errors.TransactionalIdAuthorizationFailedError):
        _transact(broker.access(service), transactional_id)


def test_a_worker_may_use_its_own_transactional_ids(broker: GuardedBroker) -> None:
    _transact(broker.access("worker"), "tillstream-1")


@pytest.mark.parametrize("service", ["worker", "client", "connect", "sink"])
def test_only_operators_make_rules(broker: GuardedBroker, service: str) -> None:
    rule = AccessRule(service, "topic", TILL_EVENTS.name, "write")
    with blocking_kafka.admin(broker.access(service)) as admin:
        refused = admin.create_acls(list(in_kafkas_words([rule])))["failed"]
    assert refused == [errors.ClusterAuthorizationFailedError]


def test_rules_that_drift_are_named_and_mended_and_others_stay(broker: GuardedBroker) -> None:
    operator = broker.access("operator")
    lacking = AccessRule("sink", "topic", STOCK_LEVELS.name, "read")
    beyond = AccessRule("sink", "topic", TILL_EVENTS.name, "write")
    stranger = AccessRule("nobody-knows", "topic", TILL_EVENTS.name, "write")
    tills = ADMIN.ACL(
        "User:till:shop-01:3",
        "*",
        ADMIN.ACLOperation.WRITE,
        ADMIN.ACLPermissionType.DENY,
        ADMIN.ResourcePattern(ADMIN.ResourceType.TOPIC, "*"),
    )
    with rules_of(operator) as kept, blocking_kafka.admin(operator) as admin:
        kept.remove(in_kafkas_words([lacking]))
        kept.add(in_kafkas_words([beyond, stranger]))
        admin.create_acls([tills])
    status, output, _ = broker.sync("--check")
    assert status == 1
    assert "+ service:sink may read topic stock.levels" in output
    assert "- service:sink may write topic till.cart-events" in output
    assert "- service:nobody-knows may write topic till.cart-events" in output
    status, output, _ = broker.sync("--json")
    changed = {each["principal"] for each in json.loads(output) if each["state"] == "changed"}
    assert (status, changed) == (0, {"service:sink", "service:nobody-knows"})
    assert broker.sync("--check")[0] == 0, "a second look finds nothing"
    with rules_of(operator) as kept, blocking_kafka.admin(operator) as admin:
        assert not (kept.of_services() or set()) & in_kafkas_words([beyond, stranger])
        found, _ = admin.describe_acls(
            ADMIN.ACLFilter(
                tills.principal,
                "*",
                ADMIN.ACLOperation.ANY,
                ADMIN.ACLPermissionType.ANY,
                ADMIN.ResourcePatternFilter(
                    ADMIN.ResourceType.ANY, None, ADMIN.ACLResourcePatternType.ANY
                ),
            )
        )
    assert found == [tills], "what was ruled for a till was touched"


def test_a_generation_has_rules_from_its_beginning_to_its_end(broker: GuardedBroker) -> None:
    operator, worker = broker.access("operator"), broker.access("worker")
    generation = log.begun(operator, "tillstream")
    state = state_id("tillstream", generation)
    with pytest.raises(errors.TransactionalIdAuthorizationFailedError):
        _transact(worker, f"{state}-0")
    rules = states.of_state(FIRST, state, PARTITIONS)
    past = states.of_past_state(state, PARTITIONS)
    grant(operator, rules)
    _transact(worker, f"{state}-0")
    assert broker.sync("--check")[0] == 0, "what a rebuild grants is not what the table has"
    log.say(operator, "tillstream", generation, "abandoned")
    withdraw(operator, rules - past)
    with pytest.raises(errors.TransactionalIdAuthorizationFailedError):
        _transact(worker, f"{state}-0")
    assert broker.sync("--check")[0] == 0, "what a rebuild leaves is not what the table has"


def test_a_new_application_id_has_rules_after_a_sync(broker: GuardedBroker) -> None:
    settings = {**broker.settings("operator"), "application_id": "second"}
    status, output, complaint = tillstream(broker.mutual, "topics", "sync", **settings)
    assert status == 0, output + complaint
    generation = log.live(broker.access("operator"), "second")
    _transact(broker.access("worker"), f"{state_id('second', generation)}-1")
    assert broker.sync("--check")[0] == 0, "the first application's sync takes them away again"


def test_who_may_not_see_the_rules_is_told_what_to_do(broker: GuardedBroker) -> None:
    status, _, complaint = broker.sync(service="client")
    assert status == 1
    assert "--topics-only" in complaint


def test_a_rule_that_denies_ends_a_live_connection_at_once(broker: GuardedBroker) -> None:
    shut_out = AccessRule("simulator", "topic", TILL_EVENTS.name, "write", allows=False)
    producer = blocking_kafka.producer(broker.access("simulator"))
    try:
        assert producer.send(TILL_EVENTS.name, b"{}", b"k").get(timeout=30).offset >= 0
        grant(broker.access("operator"), [shut_out])
        with pytest.raises(errors.TopicAuthorizationFailedError):
            producer.send(TILL_EVENTS.name, b"{}", b"k").get(timeout=30)
    finally:
        producer.close(timeout=1)
        withdraw(broker.access("operator"), [shut_out])


def test_ones_own_cluster_is_reached_by_password_with_the_same_rules(
    broker: GuardedBroker, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n")
    settings = {
        "home": str(tmp_path),
        "partitions": str(PARTITIONS),
        "kafka_ca": str(broker.identities.authorities),
        "kafka_login": "SCRAM-SHA-512",
        "kafka_user": "service:operator",
        "kafka_password_file": str(password),
        "kafka_plaintext": "false",
    }
    status, output, complaint = tillstream(broker.login, "topics", "sync", "--check", **settings)
    assert status == 0, output + complaint
    with pytest.raises(errors.TopicAuthorizationFailedError):
        _write(broker.by_password("sink"), TILL_EVENTS.name)


def test_a_token_says_who_we_are(broker: GuardedBroker) -> None:
    access = broker.by_token(broker.issuer.token("operator"))
    assert _topics_seen(access) >= {spec.name for spec in ALL}
    sink = broker.by_token(broker.issuer.token("sink"))
    with pytest.raises(errors.TopicAuthorizationFailedError):
        _write(sink, TILL_EVENTS.name)


async def test_aiokafka_takes_a_token_as_well(broker: GuardedBroker) -> None:
    admin = async_kafka.admin(broker.by_token(broker.issuer.token("operator")))
    await admin.start()
    try:
        assert set(await admin.list_topics()) >= {spec.name for spec in ALL}
    finally:
        await admin.close()


async def test_a_token_that_is_over_or_of_somebody_else_is_refused(
    broker: GuardedBroker, tmp_path: Path
) -> None:
    forged = TokenIssuer(tmp_path).token("operator")
    over = broker.issuer.token("operator", ends=-DAY / 24)
    for_others = broker.issuer.token("operator", audience="somebody")
    for token in (forged, over, for_others):
        assert await _is_refused(broker, broker.by_token(token))


@pytest.mark.parametrize(("service", "password"), [("operator", "wrong"), ("nobody", PASSWORD)])
async def test_a_wrong_password_is_refused(
    broker: GuardedBroker, service: str, password: str
) -> None:
    assert await _is_refused(broker, broker.by_password(service, password))
