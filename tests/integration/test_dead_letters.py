"""`tillstream dead-letters` on a real broker."""

from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.structs import OffsetAndMetadata, TopicPartition

from clients.kafka import KafkaAccess
from operations.kafka.reader import TopicReader
from tests.integration.own_broker import delete_topics, tillstream, tillstream_json
from topics.dead_letters import dead_letter_headers
from topics.partitioning import partition_of
from topics.registry import BY_NAME, DEAD_LETTER_BYTES_MAX, SET_ASIDE
from topics.upkeep import SetAside

pytestmark = pytest.mark.lonely

INPUT = "till.cart-events"
LETTERS = f"{INPUT}.dead-letter"
PRODUCT_LETTERS = "cdc.products.dead-letter"


@pytest.fixture
def broker(lonely_kafka: str) -> str:
    """A broker whose topics are all there and empty."""
    admin = KafkaAdminClient(bootstrap_servers=lonely_kafka)
    delete_topics(admin, BY_NAME)
    admin.close()
    status, output, errors = tillstream(lonely_kafka, "topics", "sync")
    assert status == 0, output + errors
    return lonely_kafka


@pytest.fixture
def producer(broker: str) -> Iterator[Any]:
    client = KafkaProducer(
        bootstrap_servers=broker, max_request_size=2**30, compression_type="gzip"
    )
    yield client
    client.close()


def bury(
    producer: Any,
    offset: int,
    value: bytes | None = b"{",
    *,
    key: bytes | None = b"shop-1",
    reason: str = "malformed",
    topic: str = INPUT,
    headers: tuple[tuple[str, bytes], ...] = (("trace", b"\xff1"),),
    partition: int = 0,
) -> str:
    """Write one dead letter as a worker does; its source."""
    told = dead_letter_headers(headers, reason, "not JSON", topic, 5, offset)
    letters = f"{topic}.dead-letter"
    producer.send(letters, value, key, told, partition).get(timeout=30)
    return f"{topic}-5-{offset}"


def bury_soon(producer: Any, offset: int) -> None:
    told = dead_letter_headers([], "malformed", "x", INPUT, 5, offset)
    producer.send(LETTERS, str(offset).encode(), b"shop-1", told, 0)


def arrived(broker: str, topic: str = INPUT) -> list[Any]:
    with TopicReader(KafkaAccess(broker), [topic]) as messages:
        return list(messages)


def retried(broker: str, *arguments: str) -> dict[str, Any]:
    status, told = tillstream_json(broker, "dead-letters", "retry", *arguments)
    assert status == 0
    return told


def test_a_letter_is_listed_with_what_was_wrong_and_where_it_lay(
    broker: str, producer: Any
) -> None:
    source = bury(producer, 1042, b'{"type": "cart_op\xff', key=b"shop-1")
    status, (letter,) = tillstream_json(broker, "dead-letters", "list")
    assert status == 0
    expected = {
        "topic": LETTERS,
        "source": source,
        "reason": "malformed",
        "error": "not JSON",
        "key": "shop-1",
        "size_bytes": 18,
        "preview": '{"type": "cart_op\\xff',
        "retried": False,
    }
    assert letter | expected == letter
    _, output, _ = tillstream(broker, "dead-letters", "list", INPUT)
    assert source in output and "not JSON" in output


def test_a_limit_shows_the_newest(broker: str, producer: Any) -> None:
    sources = [bury(producer, offset, partition=offset % 3) for offset in range(6)]
    _, told = tillstream_json(broker, "dead-letters", "list", "--limit", "2")
    assert [letter["source"] for letter in told] == sources[-2:]


def test_a_letter_goes_back_as_it_came_to_the_partition_of_its_key(
    broker: str, producer: Any
) -> None:
    bury(producer, 7, b"\x00\xfe{", key=b"shop-42", headers=(("trace", b"\xff"), ("trace", b"")))
    retried(broker, "--all")
    (message,) = arrived(broker)
    assert (message.key, message.value) == (b"shop-42", b"\x00\xfe{")
    assert message.headers == [("trace", b"\xff"), ("trace", b"")]
    assert message.partition == partition_of("shop-42", 8)


def test_a_letter_without_a_key_goes_back_to_the_partition_it_lay_in(
    broker: str, producer: Any
) -> None:
    bury(producer, 7, b"x", key=None)
    retried(broker, "--all")
    assert [(message.key, message.partition) for message in arrived(broker)] == [(None, 5)]


def test_a_tombstone_goes_back_as_a_tombstone(broker: str, producer: Any) -> None:
    bury(producer, 7, None, topic="cdc.products", key=b"sku-1")
    retried(broker, "--all")
    (message,) = arrived(broker, "cdc.products")
    assert (message.key, message.value) == (b"sku-1", None)


def test_letters_of_one_location_go_back_in_their_order(broker: str, producer: Any) -> None:
    for offset in range(700):
        bury_soon(producer, offset)
    producer.flush()
    assert len(retried(broker, "--all")["sent"]) == 700
    assert [int(message.value) for message in arrived(broker)] == list(range(700))


def test_what_was_sent_back_is_not_sent_again_but_a_new_letter_is(
    broker: str, producer: Any
) -> None:
    bury(producer, 1)
    assert len(retried(broker, "--all")["sent"]) == 1
    second = bury(producer, 2)
    told = retried(broker, "--all")
    assert (told["sent"], told["sent_before"]) == ([second], 1)
    assert retried(broker, "--all")["sent"] == []
    assert len(arrived(broker)) == 2, "a letter was sent twice"
    _, told = tillstream_json(broker, "dead-letters", "list")
    assert [letter["retried"] for letter in told] == [True, True]


def test_one_letter_is_chosen_by_its_source_and_the_rest_goes_later(
    broker: str, producer: Any
) -> None:
    sources = [bury(producer, offset, str(offset).encode()) for offset in range(4)]
    assert retried(broker, "--source", sources[2])["sent"] == [sources[2]]
    assert retried(broker, "--all")["sent"] == [sources[0], sources[1], sources[3]]
    assert [message.value for message in arrived(broker)] == [b"2", b"0", b"1", b"3"]


def test_a_named_source_is_sent_again_for_that_is_the_wish(broker: str, producer: Any) -> None:
    source = bury(producer, 1)
    retried(broker, "--all")
    assert retried(broker, "--source", source)["sent"] == [source]
    assert len(arrived(broker)) == 2


def test_letters_are_chosen_by_reason_and_by_topic(broker: str, producer: Any) -> None:
    bury(producer, 1, reason="malformed")
    wrong = bury(producer, 2, reason="wrong_partition")
    product = bury(producer, 3, reason="wrong_partition", topic="cdc.products")
    assert retried(broker, INPUT, "--reason", "wrong_partition")["sent"] == [wrong]
    assert retried(broker, PRODUCT_LETTERS, "--all")["sent"] == [product]
    assert retried(broker, "--reason", "unheard_of")["sent"] == []


def test_a_dry_run_sends_nothing_and_remembers_nothing(broker: str, producer: Any) -> None:
    source = bury(producer, 1)
    assert retried(broker, "--all", "--dry-run")["sent"] == [source]
    assert arrived(broker) == []
    assert retried(broker, "--all")["sent"] == [source]


def test_an_unknown_source_is_an_error_that_names_it(broker: str, producer: Any) -> None:
    bury(producer, 1)
    status, _, errors = tillstream(broker, "dead-letters", "retry", "--source", f"{INPUT}-0-99")
    assert status == 1 and f"{INPUT}-0-99" in errors


def test_a_letter_that_is_large_once_unpacked_goes_back(broker: str, producer: Any) -> None:
    large = b" " * (2 * DEAD_LETTER_BYTES_MAX)
    bury(producer, 1, large)
    assert len(retried(broker, "--all")["sent"]) == 1
    (message,) = arrived(broker)
    assert message.value == large


def test_letters_of_a_transaction_are_found_past_its_marker_and_aborted_ones_are_not(
    broker: str,
) -> None:
    writer = KafkaProducer(bootstrap_servers=broker, transactional_id="worker-0")
    writer.init_transactions()
    for offset, outcome in enumerate(("commit", "abort", "commit")):
        told = dead_letter_headers([], "malformed", "x", INPUT, 5, offset)
        writer.begin_transaction()
        writer.send(LETTERS, outcome.encode(), b"shop-1", told, 0)
        getattr(writer, f"{outcome}_transaction")()
    writer.close()
    assert len(retried(broker, "--all")["sent"]) == 2
    assert [message.value for message in arrived(broker)] == [b"commit", b"commit"]
    assert retried(broker, "--all")["sent"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["quarantine", "nonsense"],
        ["quarantine", "till.cart-events-1"],
        ["retry"],
        ["retry", "--all", "--reason", "x"],
        ["list", "checkout.totals"],
        ["list", "nonsense"],
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_read(arguments: list[str]) -> None:
    status, _, errors = tillstream("127.0.0.1:1", "dead-letters", *arguments)
    assert status == 2 and "Traceback" not in errors


def test_an_input_message_is_set_aside_once_in_its_own_partition(
    broker: str, producer: Any
) -> None:
    for value in (b"a", b"bad", b"c"):
        producer.send(INPUT, value, b"shop-1", partition=5).get(timeout=30)
    source = f"{INPUT}-5-1"

    status, told = tillstream_json(broker, "dead-letters", "quarantine", source, "--reason", "why")
    again, told_again = tillstream_json(broker, "dead-letters", "quarantine", source)

    assert (status, again) == (0, 0)
    assert (told["was_set_aside"], told_again["was_set_aside"]) == (False, True)
    assert told_again["reason"] == "why" and told["size_bytes"] == 3
    with TopicReader(KafkaAccess(broker), [SET_ASIDE.name]) as messages:
        (noted,) = messages
    assert (noted.key.decode(), noted.partition) == (source, 5)
    assert SetAside.model_validate_json(noted.value).reason == "why"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (f"{INPUT}-5-0", "the partition holds"),
        (f"{INPUT}-99-0", "no partition 99"),
        ("stock.levels-0-0", "no input of the workers"),
    ],
)
def test_what_is_not_there_or_no_input_cannot_be_set_aside(
    broker: str, source: str, said: str
) -> None:
    status, _, errors = tillstream(broker, "dead-letters", "quarantine", source)
    assert status == 1 and said in errors and "Traceback" not in errors


def test_the_mark_of_a_transaction_is_no_message_to_set_aside(broker: str) -> None:
    writer = KafkaProducer(bootstrap_servers=broker, transactional_id="marks")
    writer.init_transactions()
    writer.begin_transaction()
    writer.send(INPUT, b"x", b"shop-1", partition=2)
    writer.commit_transaction()
    writer.close()
    status, _, errors = tillstream(broker, "dead-letters", "quarantine", f"{INPUT}-2-1")
    assert status == 1 and "no message lies at" in errors


def test_what_the_workers_have_passed_is_not_set_aside_for_a_rebuild_to_miss(
    broker: str, producer: Any
) -> None:
    producer.send(INPUT, b"a", b"shop-1", partition=5).get(timeout=30)
    consumer: Any = KafkaConsumer(
        bootstrap_servers=broker, group_id="tillstream", enable_auto_commit=False
    )
    place = TopicPartition(INPUT, 5)
    consumer.assign([place])
    consumer.commit({place: OffsetAndMetadata(1, "", -1)})
    consumer.close()
    status, _, errors = tillstream(broker, "dead-letters", "quarantine", f"{INPUT}-5-0")
    assert status == 1 and "have passed" in errors
    status, _, errors = tillstream(
        broker, "dead-letters", "quarantine", f"{INPUT}-5-0", application_id="another"
    )
    assert status == 0, errors


def test_a_message_that_a_rebuild_refuses_again_goes_back_once(broker: str, producer: Any) -> None:
    first = bury(producer, 1, b"1")
    bury(producer, 2, b"2")
    retried(broker, "--source", first)
    for offset in (1, 2):
        bury(producer, offset, str(offset).encode())

    _, told = tillstream_json(broker, "dead-letters", "list")
    assert [letter["repeated"] for letter in told] == [False, False, True, True]
    retried(broker, "--all")

    assert [message.value for message in arrived(broker)] == [b"1", b"2"]
    assert retried(broker, "--all")["sent"] == []
