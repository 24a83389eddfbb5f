"""A store with a stack of its own: it sells with the line down, and store and centre agree then."""

import ssl
from contextlib import closing
from typing import Any
from urllib.request import urlopen

import psycopg
import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError

from tests.acceptance.memory import pss_mib_of_store
from tests.acceptance.stacks import Stack
from tests.acceptance.store_side import Books, Seller, StoreSide, books, eventually

MEMORY_MIB_MAX = 1024


@pytest.fixture(scope="module")
def seller(
    side: StoreSide, both: tuple[Books, Books], tmp_path_factory: pytest.TempPathFactory
) -> Seller:
    """Somebody at a till that only the centre's registration knew, and what was sold before."""
    (receipts, net_minor, _), *_ = (each.sold() for each in both)
    till = side.till(tmp_path_factory.mktemp("outside") / "till")
    return Seller(till, receipts, net_minor)


@pytest.fixture(scope="module")
def both(side: StoreSide) -> tuple[Books, Books]:
    found = books(side)
    for each in found:
        each.know()
    return found


def test_status_names_a_stores_own_addresses_and_each_answers(
    stores_stack: Stack, side: StoreSide
) -> None:
    status, told = stores_stack.status(), side.told
    for name in ("kafka", "kafka_client", "postgres", "dashboard"):
        assert told[name] and told[name] != status[name], f"{name} is the centre's"
    with psycopg.connect(told["postgres"]) as connection:
        assert connection.execute("SELECT count(*) FROM sales").fetchone()
    untyped: Any = KafkaAdminClient(bootstrap_servers=told["kafka"], **told["kafka_client"])
    with closing(untyped) as admin:
        assert f"up.{side.location_id}.till-events" in admin.list_topics()
    for page in (told["dashboard"], *(till["page"] for till in told["tills"])):
        with urlopen(page) as answer:
            assert answer.status == 200
    assert told["link"] == "up" and len(told["tills"]) == 2


def test_store_and_centre_trust_each_others_services_in_nothing(
    stores_stack: Stack, side: StoreSide
) -> None:
    status, told = stores_stack.status(), side.told
    own, theirs = told["kafka_client"], status["kafka_client"]
    for address, known, foreign in (
        (told["kafka"], own, theirs),
        (status["kafka"], theirs, own),
    ):
        assert _comes_in(address, known)
        assert not _comes_in(address, foreign)
    swapped = told["postgres"].replace(_place(told["postgres"]), _place(status["postgres"]))
    with pytest.raises(psycopg.OperationalError, match="certificate"):
        psycopg.connect(swapped.replace("verify-full", "require"))


def _comes_in(address: str, client: dict[str, str]) -> bool:
    """Whether Kafka lets this identity in, whoever vouches for the broker."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(client["ssl_certfile"], client["ssl_keyfile"])
    patience: dict[str, Any] = {"bootstrap_timeout_ms": 3000}
    try:
        untyped: Any = KafkaAdminClient(
            bootstrap_servers=address, security_protocol="SSL", ssl_context=context, **patience
        )
    except KafkaError:
        return False
    with closing(untyped):
        return True


def _place(dsn: str) -> str:
    return dsn.partition("@")[2].partition("/")[0]


def test_a_sale_in_the_store_is_on_both_boards(
    side: StoreSide, seller: Seller, both: tuple[Books, Books]
) -> None:
    seller.sell()
    for each in both:
        eventually(lambda each=each: each.has(seller.receipts, seller.net_minor), "no sale there")


def test_a_store_that_is_cut_off_sells_on_and_the_centre_catches_up(
    side: StoreSide, seller: Seller, both: tuple[Books, Books]
) -> None:
    store, centre = both
    before = seller.receipts, seller.net_minor
    side.link("cut")
    assert side.told["link"] == "cut"
    for _ in range(20):
        seller.sell()
    eventually(lambda: store.has(seller.receipts, seller.net_minor), "the store stands still")
    assert centre.has(*before), "something came over a line that was cut"
    side.kill("line")
    seller.sell()
    eventually(lambda: store.has(seller.receipts, seller.net_minor), "the store stands still")
    assert centre.has(*before), "a line that was killed forgot that it was cut"
    side.link("heal")
    eventually(lambda: centre.has(seller.receipts, seller.net_minor), "the centre lacks sales")


def test_over_a_slow_line_all_of_it_arrives(
    side: StoreSide, seller: Seller, both: tuple[Books, Books]
) -> None:
    side.link("slow")
    assert side.told["link"] == "slow"
    with seller.at_work():
        side.kill("mirrors")
    for each in both:
        eventually(lambda each=each: each.has(seller.receipts, seller.net_minor), "sales lack")
    side.link("heal")


@pytest.mark.parametrize("victim", ["gateway", "kafka", "connect", "worker", "postgres", "sink"])
def test_what_is_killed_in_mid_work_loses_nothing_and_doubles_nothing(
    side: StoreSide, seller: Seller, both: tuple[Books, Books], victim: str
) -> None:
    with seller.at_work():
        side.kill(victim)
    for each in both:
        eventually(
            lambda each=each: each.has(seller.receipts, seller.net_minor),
            f"{victim} was killed, and a side does not have {seller.receipts} sales",
        )


def test_what_a_stores_worker_refuses_is_a_dead_letter_there_and_can_go_back(
    side: StoreSide,
) -> None:
    topic, told = f"up.{side.location_id}.till-events", side.told
    producer = KafkaProducer(bootstrap_servers=told["kafka"], **told["kafka_client"])
    try:
        sent = producer.send(topic, b"{", side.location_id.encode()).get(60)
    finally:
        producer.close()
    source = f"{topic}-0-{sent.offset}"
    eventually(lambda: source in side.letters(), "the store's worker says nothing of it")
    side.run("dead-letters", "retry", "--source", source)
    eventually(lambda: len(side.letters() - {source}), "it went where no worker reads")


def test_a_whole_store_fits_into_a_gigabyte(stores_stack: Stack, side: StoreSide) -> None:
    found = pss_mib_of_store(stores_stack.home, side.location_id)
    print({name: round(mib) for name, mib in found.items()})  # noqa: T201 - figures for the docs
    assert sum(found.values()) <= MEMORY_MIB_MAX, found
