"""`tillstream tills` on a real broker: what it shows, and the decisions that it writes."""

import io
from typing import Any

import pytest

from tests.integration.own_broker import tillstream, tillstream_json
from tests.integration.sink_world import WHEN, Message, message
from tests.integration.worker_world import Topics
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS, TILL_STATUS, TILL_UPKEEP
from topics.upkeep import GapClosed, TillForgotten, till_upkeep_adapter

pytestmark = pytest.mark.lonely


@pytest.fixture(scope="module")
def broker(lonely_kafka: str) -> str:
    code, _, errors = tillstream(lonely_kafka, "topics", "sync", partitions="4")
    assert code == 0, errors
    Topics(lonely_kafka).send([said("shop-1", "1"), said("shop-1", "2"), said("shop-2", "1")])
    return lonely_kafka


def said(location: str, till: str, **changed: Any) -> Message:
    """What a worker says of a till that misses 4 to 6, and 2 of the epoch before."""
    status = {
        "location_id": location,
        "till_id": till,
        "epoch": 2,
        "last_sequence": 9,
        "last_hash": None,
        "missing": [[4, 6]],
        "missing_count": 3,
        "older": [{"epoch": 1, "last_sequence": 3, "missing": [[2, 2]]}],
        "quarantined": 0,
        "duplicates": 0,
        "forks": 1,
        "unlisted": 0,
        "last_seen": WHEN,
        "version": 5,
        **changed,
    }
    return message(TILL_STATUS.name, location, status, f"{location}/{till}")


def decisions(broker: str, location: str) -> list[Any]:
    """What was decided of a location's tills, in its partition, in order."""
    messages = Topics(broker).messages(TILL_UPKEEP.name)
    mine = [each for each in messages if each.key == location.encode()]
    assert {each.partition for each in mine} <= {partition_of(location, 4)}
    return [till_upkeep_adapter.validate_json(each.value) for each in mine]


def test_tills_are_listed_with_their_newest_state_of_one_location_or_of_all(broker: str) -> None:
    Topics(broker).send([said("shop-2", "1", version=4, forks=9)])

    status, listed = tillstream_json(broker, "tills", "list")
    assert status == 0
    assert [(each["location_id"], each["till_id"]) for each in listed] == [
        ("shop-1", "1"),
        ("shop-1", "2"),
        ("shop-2", "1"),
    ]
    assert listed[2]["forks"] == 1, "an older version was taken for the newest"
    _, listed = tillstream_json(broker, "tills", "list", "shop-2")
    assert [each["location_id"] for each in listed] == ["shop-2"]
    _, output, _ = tillstream(broker, "tills", "list", "shop-1")
    assert "3 missing" in output and "4 to 6" in output and "epoch 1" in output


def test_a_gap_is_closed_by_a_decision_in_the_locations_partition(broker: str) -> None:
    topics = Topics(broker)
    topics.send([message(TILL_EVENTS.name, "shop-1", b"x")] * 3)

    status, told = tillstream_json(broker, "tills", "close-gap", "shop-1", "1", "--yes")

    assert status == 0
    (decision,) = decisions(broker, "shop-1")
    assert isinstance(decision, GapClosed)
    assert (decision.till_id, decision.epoch, decision.up_to_sequence) == ("1", 2, 9)
    assert decision.after_offset == 3, "it must hold from where the till's events ended"
    assert decision.decided_by.startswith("command line (")
    assert told["up_to_sequence"] == 9


def test_an_older_epoch_is_closed_by_name(broker: str) -> None:
    arguments = ("close-gap", "shop-2", "1", "--epoch", "1", "--yes")
    status, told = tillstream_json(broker, "tills", *arguments)
    assert (status, told["epoch"]) == (0, 1)


def test_a_till_is_forgotten_only_after_a_yes(broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    status, _, _ = tillstream(broker, "tills", "forget", "shop-1", "2")
    assert status != 0 and not any(
        isinstance(d, TillForgotten) for d in decisions(broker, "shop-1")
    )

    status, told = tillstream_json(broker, "tills", "forget", "shop-1", "2", "--yes")

    assert (status, told["up_to_epoch"]) == (0, 2)
    assert isinstance(decisions(broker, "shop-1")[-1], TillForgotten)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["forget", "shop-9", "1", "--yes"], "no till 1 of shop-9"),
        (["close-gap", "shop-1", "3", "--yes"], "the location has 1, 2"),
        (["close-gap", "shop-1", "1", "--up-to", "3", "--yes"], "nothing is missing"),
        (["close-gap", "shop-1", "1", "--epoch", "7", "--yes"], "is not open"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    broker: str, arguments: list[str], said: str
) -> None:
    before = len(Topics(broker).messages(TILL_UPKEEP.name))
    status, _, errors = tillstream(broker, "tills", *arguments)
    assert status == 1 and said in errors and "Traceback" not in errors
    assert len(Topics(broker).messages(TILL_UPKEEP.name)) == before


def test_a_till_that_is_gone_from_its_topic_is_not_listed(broker: str) -> None:
    topic, key, _, partition = said("shop-1", "2")
    Topics(broker).send([(topic, key, None, partition)])  # type: ignore[list-item]
    _, listed = tillstream_json(broker, "tills", "list", "shop-1")
    assert [each["till_id"] for each in listed] == ["1"]
