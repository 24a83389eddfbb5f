"""The broker's rule makes a principal of each subject, and of each the right one."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from identity.names import Name, ServiceName, StoreName, TillName
from local import java, kafka_links
from local.kafka import doors
from local.vouching import prepare


def _principal(subject: str) -> str | None:
    """As Kafka does it: the first rule whose pattern fits."""
    for rule in kafka_links.PRINCIPALS.split(",RULE:"):
        pattern, replacement, _ = rule.removeprefix("RULE:").split("/")
        if match := re.fullmatch(pattern, subject):
            return re.sub(r"\$(\d)", lambda found, match=match: match[int(found[1])], replacement)
    return None


@pytest.mark.parametrize(
    "name",
    [
        TillName("shop-01", "3"),
        TillName("store", "till"),
        TillName("service", "kafka"),
        StoreName("shop-01"),
        StoreName("kafka"),
        ServiceName("kafka"),
        ServiceName("store"),
    ],
    ids=str,
)
def test_every_name_becomes_its_own_principal(name: Name) -> None:
    assert _principal(name.subject().rfc4514_string()) == name.principal()


@pytest.mark.parametrize(
    "subject",
    [
        "CN=kafka,O=Tillstream",
        "CN=issuing,OU=authority,O=Tillstream",
        "CN=kafka,OU=service,O=Somebody",
        "CN=kafka,OU=service,O=Tillstream,C=DE",
        "CN=x,CN=kafka,OU=service,O=Tillstream",
    ],
)
def test_another_subject_is_nobody(subject: str) -> None:
    assert _principal(subject) is None


def test_the_broker_alone_stands_above_the_rules(tmp_path: Path) -> None:
    told = kafka_links.secured(prepare(tmp_path, datetime.now(UTC)))
    assert told["super.users"] == "User:service:kafka"
    assert told["allow.everyone.if.no.acl.found"] is False
    assert told["ssl.client.auth"] == "required"
    assert "PLAINTEXT" not in str(told["listener.security.protocol.map"])


def test_properties_with_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "server.properties"
    java.write_properties(file, {"key": "one\ntwo\\three", "is": True})
    assert file.read_text() == "key=one\\u000atwo\\u005cthree\nis=true\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_door_of_a_store_advertises_where_its_line_begins_and_asks_for_an_identity() -> None:
    told = doors(9092, 9093, [(9101, "127.0.0.1:7101"), (9102, "127.0.0.1:7102")])
    assert told["listeners"] == (
        "SSL://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093,"
        "LINK1://127.0.0.1:9101,LINK2://127.0.0.1:9102"
    )
    assert told["advertised.listeners"] == (
        "SSL://127.0.0.1:9092,LINK1://127.0.0.1:7101,LINK2://127.0.0.1:7102"
    )
    assert told["listener.security.protocol.map"] == "SSL:SSL,CONTROLLER:SSL,LINK1:SSL,LINK2:SSL"


def test_without_stores_a_broker_has_the_doors_that_it_always_had() -> None:
    told = doors(9092, 9093, [])
    assert told == {
        "listeners": "SSL://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093",
        "advertised.listeners": "SSL://127.0.0.1:9092",
        "listener.security.protocol.map": "SSL:SSL,CONTROLLER:SSL",
    }
