"""The table of who may do what is small, literal, and what its page says."""

import pytest

from tests.house.checkout import CHECKOUT
from topics.access import SERVICES, AccessRule, rules_of_state, rules_of_tending, static_rules
from topics.access_page import page
from topics.registry import (
    ALL,
    INPUTS,
    OFFERS,
    OUTPUTS,
    STOCK_MOVEMENTS,
    TILL_EVENTS,
    TILL_UPKEEP,
)
from topics.store_access import rules_of_store
from topics.topic_spec import DEAD_LETTER_SUFFIX

PAGE = CHECKOUT / "docs" / "access.md"

WRITE_THE_PAGE = (
    'run `.venv/bin/python -c "from topics.access_page import page; '
    "print(page(), end='')\" > docs/access.md` and commit the page"
)


def _writers(topic: str) -> set[str]:
    return {
        rule.service
        for rule in static_rules()
        if (rule.resource, rule.name, rule.operation) == ("topic", topic, "write")
    }


def test_the_page_is_that_of_the_table() -> None:
    assert PAGE.exists() and PAGE.read_text() == page(), WRITE_THE_PAGE


def test_what_the_database_says_is_written_by_connect_and_by_who_was_asked_to() -> None:
    captured = [spec for spec in ALL if spec.name.startswith("cdc.")]
    for spec in captured:
        if not spec.name.endswith(DEAD_LETTER_SUFFIX):
            asked = {"client"} if spec in INPUTS else set[str]()
            asked |= {"admission"} if spec in (STOCK_MOVEMENTS, OFFERS) else set()
            assert _writers(spec.name) == {"connect", "operator", *asked}, spec.name


def test_what_tills_say_is_written_by_who_stands_for_tills() -> None:
    assert _writers(TILL_EVENTS.name) == {
        *("simulator", "gateway", "admission"),
        *("client", "operator"),
    }


def test_a_store_may_what_its_gateway_does_and_nothing_else() -> None:
    rules = rules_of_store("shop-1")
    assert {rule.principal for rule in rules} == {"User:store:shop-1"}
    assert {(rule.resource, rule.name, rule.operation) for rule in rules} == {
        (rule.resource, rule.name, rule.operation)
        for rule in static_rules()
        if rule.service == "gateway"
    }
    assert [rule.name for rule in rules if rule.operation == "write"] == [TILL_EVENTS.name]


def test_what_operators_decide_is_written_by_operators() -> None:
    assert _writers(TILL_UPKEEP.name) == {"operator"}


@pytest.mark.parametrize("spec", OUTPUTS, ids=lambda spec: spec.name)
def test_what_workers_say_is_written_by_workers(spec) -> None:
    assert _writers(spec.name) == {"worker", "operator"}


def test_sink_board_and_webhooks_write_nothing() -> None:
    operations = {
        rule.operation
        for rule in static_rules()
        if rule.service in ("sink", "board", "webhooks") and rule.resource == "topic"
    }
    assert operations == {"read"}


def test_only_operators_may_change_rules() -> None:
    changing = {"alter", "alter-configs", "delete", "create"}
    assert {rule.service for rule in static_rules() if rule.operation in changing} == {
        "operator",
        "connect",
    }
    made_by_connect = {
        rule.name
        for rule in static_rules()
        if rule.service == "connect" and rule.operation in changing
    }
    assert not made_by_connect & {spec.name for spec in ALL}, "Connect makes topics of its own only"


def test_nothing_is_ruled_for_all_but_the_groups_of_a_users_programs() -> None:
    wide = [rule for rule in static_rules() if rule.name == "*"]
    assert wide == [AccessRule("client", "group", "*", "read")]


def test_a_users_program_may_enter_no_group_of_a_worker() -> None:
    rules = set(rules_of_state("worker", "tillstream", "tillstream-state-changelog", 8))
    assert AccessRule("client", "group", "tillstream", "read", allows=False) in rules


def test_each_partition_has_its_transactional_id_and_no_other() -> None:
    rules = rules_of_state("worker", "tillstream", "changelog", 2)
    ids = {rule.name for rule in rules if rule.resource == "transactional-id"}
    assert ids == {"tillstream-0", "tillstream-1"}


def test_a_state_is_its_services_and_the_operators_alone() -> None:
    rules = {*rules_of_state("worker", "s", "c", 1), *rules_of_tending("s", "c", 1)}
    touching = {rule.service for rule in rules if rule.operation in ("write", "delete", "alter")}
    assert touching == {"worker", "operator"}


def test_every_service_is_named_once() -> None:
    names = [each.service for each in SERVICES]
    assert sorted(names) == sorted(set(names))
