"""The table of access rules has what applications and Connect declare elsewhere."""

import pytest

from engine.settings import changelog_topic
from local import connect
from local.vouching import CLIENTS, SERVERS
from operations.applications import REBUILT
from operations.generations.standing import Generations, state_id
from operations.topic_sync.states import of_generations
from tillstream.applications import APPLICATIONS, Application
from tillstream.settings import load_settings
from topics.access import (
    CONNECT_GROUP,
    CONNECT_TOPICS,
    SERVICES,
    STATE_KEEPERS,
    AccessRule,
    Operation,
    static_rules,
)
from topics.registry import SET_ASIDE

SERVICE_OF_ROLE = {"agents": "worker"}


def _service(application: Application) -> str:
    return SERVICE_OF_ROLE.get(application.role, application.role)


def _topics(service: str, operation: Operation) -> set[str]:
    return {
        rule.name
        for rule in static_rules()
        if (rule.service, rule.resource, rule.operation) == (service, "topic", operation)
    }


@pytest.mark.parametrize("application", APPLICATIONS.values(), ids=APPLICATIONS)
def test_an_application_may_do_what_its_agents_declare(application: Application) -> None:
    declared = application.listed().declared.topics
    sends = {*declared.sends, *declared.by_key}
    service = _service(application)
    assert _topics(service, "write") >= sends, "its agents could not send"
    assert _topics(service, "read") >= {*declared.inputs, *sends, SET_ASIDE.name}, (
        "its agents could not read, or not ask what was left open"
    )


@pytest.mark.parametrize("application", APPLICATIONS.values(), ids=APPLICATIONS)
def test_an_application_may_do_no_more_than_its_agents_declare(application: Application) -> None:
    declared = application.listed().declared.topics
    generations = {"tillstream.generations"} if application.role in REBUILT else set[str]()
    sends = {*declared.sends, *declared.by_key}
    service = _service(application)
    assert _topics(service, "write") == sends | generations
    reads = {*declared.inputs, *sends, SET_ASIDE.name}
    assert _topics(service, "read") == reads | generations


def test_every_application_keeps_a_state() -> None:
    assert {_service(each) for each in APPLICATIONS.values()} == set(STATE_KEEPERS)


def test_each_application_has_rules_for_its_state_by_the_name_that_it_uses() -> None:
    settings = load_settings(application_id="shop")
    generations = Generations()
    generations.live |= {"shop": 3, "shop-products": 4}
    rules = of_generations(generations, 1)
    for application in APPLICATIONS.values():
        name = application.id(settings)
        state = state_id(name, generations.live.get(name, 0))
        service = _service(application)
        assert AccessRule(service, "group", state, "read") in rules
        assert AccessRule(service, "transactional-id", f"{state}-0", "write") in rules
        assert AccessRule(service, "topic", changelog_topic(state), "write") in rules
    assert not any("products-products" in rule.name for rule in rules), "taken for a first one"


def test_connect_keeps_its_own_where_the_table_says() -> None:
    assert (connect.GROUP, connect.TOPICS) == (CONNECT_GROUP, CONNECT_TOPICS)


def test_every_service_of_the_table_has_an_identity_in_the_local_stack() -> None:
    assert {each.service for each in SERVICES} <= {*SERVERS, *CLIENTS}
