"""Topics between a store and the centre: what each side makes of them, and who may do what."""

import pytest

from topics.mirrored import inputs_of, links_among, specs
from topics.store_access import rules_of_link, rules_of_mirrored
from topics.topic_spec import kafka_configs

SHOP = "shop-1"
UP = {f"up.{SHOP}.{each}" for each in ("till-events", "stock-movements", "reports")}
DOWN = {f"down.{SHOP}", f"ack.{SHOP}"}


def settings(side, name: str) -> dict[str, str]:
    (spec,) = [each for each in specs(SHOP, side) if each.name == name]
    return kafka_configs(spec, 1)


@pytest.mark.parametrize("name", sorted(UP))
def test_what_a_store_sends_is_on_its_disk_and_bears_its_brokers_time(name: str) -> None:
    told = settings("store", name)
    assert told["flush.messages"] == "1"
    assert told["message.timestamp.type"] == "LogAppendTime"
    assert told["retention.ms"] == "-1", "what is not yet carried may not leave by its age"


@pytest.mark.parametrize("name", sorted(UP))
def test_the_centre_keeps_the_stores_time_and_takes_what_another_codec_makes_of_it(
    name: str,
) -> None:
    here, there = settings("centre", name), settings("store", name)
    assert here["message.timestamp.type"] == "CreateTime"
    assert int(here["max.message.bytes"]) > int(there["max.message.bytes"])
    assert here["retention.ms"] == "-1", "by the store's time, a month in the dark is old at once"


@pytest.mark.parametrize("name", sorted(DOWN))
def test_what_the_centre_sends_is_compacted_on_both_sides(name: str) -> None:
    assert settings("store", name) == settings("centre", name)
    assert settings("store", name)["cleanup.policy"] == "compact"


def test_dead_letters_lie_at_the_centre() -> None:
    names = {side: {each.name for each in specs(SHOP, side)} for side in ("store", "centre")}
    assert names["store"] == UP | DOWN
    assert names["centre"] - names["store"] == {f"{name}.dead-letter" for name in UP}


@pytest.mark.parametrize("shop", [SHOP, "a.b", "x.till-events", "up.y"])
def test_the_topics_of_a_cluster_say_which_links_it_has(shop: str) -> None:
    others = ["till.cart-events", "up.nonsense", "__consumer_offsets"]
    for side in ("store", "centre"):
        there = [each.name for each in specs(shop, side)]
        assert links_among([*others, *there]) == {shop: side}
    assert links_among(others) == {}


def test_a_store_writes_what_it_sends_and_reads_what_it_is_sent_and_no_more() -> None:
    rules = rules_of_mirrored(SHOP)
    assert {rule.principal for rule in rules} == {f"User:store:{SHOP}"}
    assert {(rule.resource, rule.operation, rule.name) for rule in rules} == {
        *(("topic", "write", name) for name in UP),
        *(("topic", "read", name) for name in DOWN),
    }


def test_nobody_but_its_store_and_operators_writes_what_a_store_sends() -> None:
    writers = {
        rule.service
        for rule in rules_of_link(SHOP, "centre")
        if rule.operation == "write" and rule.name in UP
    }
    assert writers == {"operator"}


def test_in_the_store_each_topic_has_one_writer_beside_operators_and_the_users_own_programs() -> (
    None
):
    inputs = set(inputs_of(SHOP).values())
    rules = [rule for rule in rules_of_link(SHOP, "store") if rule.operation == "write"]
    writers = {name: {rule.service for rule in rules if rule.name == name} for name in UP | DOWN}
    assert writers == {
        **{
            name: {"operator", "gateway"} | ({"client"} if name in inputs else set[str]())
            for name in UP
        },
        **{name: {"operator", "connect"} for name in DOWN},
        f"up.{SHOP}.reports": {"operator", "gateway", "replication"},
    }
