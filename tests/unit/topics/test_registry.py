"""Every topic has what its readers and writers rely on."""

import pytest

from topics import registry
from topics.registry import kafka_configs

CONTRACT = {
    *("till.cart-events", "cdc.stock-movements", "cdc.assortment", "cdc.products"),
    *("cdc.locations", "stock.levels", "checkout.totals", "restock.alerts", "till.status"),
    "till.upkeep",
}


def test_the_topics_of_the_contracts_are_all_there() -> None:
    assert {spec.name for spec in registry.INPUTS + registry.OUTPUTS} == CONTRACT


def test_names_are_distinct() -> None:
    assert len(registry.BY_NAME) == len(registry.ALL)


@pytest.mark.parametrize("spec", registry.INPUTS, ids=lambda spec: spec.name)
def test_every_input_has_a_dead_letter_topic_that_takes_its_largest_message(
    spec: registry.TopicSpec,
) -> None:
    letters = registry.BY_NAME[f"{spec.name}.dead-letter"]
    assert letters.message_bytes_max > spec.message_bytes_max, "headers would not fit"
    assert letters.by_location == spec.by_location, "sent back, it would not find its partition"
    assert letters.cleanup == "delete", "compaction would drop a letter"


def test_inputs_are_kept_for_a_rebuild() -> None:
    for spec in registry.INPUTS:
        assert kafka_configs(spec, 1)["retention.ms"] == "-1", (
            f"{spec.name} would forget, and a replay would reach another state"
        )


@pytest.mark.parametrize("spec", [registry.LEVELS_BY_PRODUCT, registry.ACCEPTED])
def test_what_one_application_tells_another_is_never_missed(spec: registry.TopicSpec) -> None:
    configs = kafka_configs(spec, 1)
    assert configs["retention.ms"] == "-1", "who was away too long could not go on"
    assert configs["cleanup.policy"] == "compact", "each rebuild would say it once more, for ever"


def test_all_outputs_but_the_history_of_alerts_are_compacted() -> None:
    kept = {spec.name for spec in registry.OUTPUTS if spec.cleanup == "delete"}
    assert kept == {"restock.alerts"}


def test_a_policy_is_not_compacted_by_its_location() -> None:
    assert registry.ASSORTMENT.cleanup == "delete", (
        "its key is the location: compaction would keep one SKU of each"
    )


@pytest.mark.parametrize(("replicas", "insync"), [(1, "1"), (2, "1"), (3, "2")])
def test_one_broker_may_be_away(replicas: int, insync: str) -> None:
    assert kafka_configs(registry.TILL_EVENTS, replicas)["min.insync.replicas"] == insync


def test_a_till_whose_clock_runs_ahead_can_deliver() -> None:
    allowed_ms = int(kafka_configs(registry.TILL_EVENTS, 1)["message.timestamp.after.max.ms"])
    assert allowed_ms == 2**63 - 1
