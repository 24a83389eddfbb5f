"""Each application has a role, and names of its own that no release may change."""

from engine.settings import changelog_topic
from operations.generations.standing import check_application_id
from tillstream.applications import AGENTS, APPLICATIONS
from tillstream.roles import ADMISSION, FEEDS, MIRRORS, REPLICATION, ROLES, SINK, WEBHOOKS
from tillstream.settings import load_settings


def test_the_first_application_keeps_the_names_under_which_its_state_lies() -> None:
    name = AGENTS.id(load_settings(application_id="shop"))
    assert name == "shop"
    assert changelog_topic(name) == "shop-state-changelog"


def test_each_application_has_a_group_and_a_state_of_its_own() -> None:
    settings = load_settings()
    names = [each.id(settings) for each in APPLICATIONS.values()]
    assert len(set(names)) == len(names)
    for name in names:
        check_application_id(name)


def test_each_application_is_started_by_its_role() -> None:
    assert APPLICATIONS.keys() == ROLES.keys() - {
        *(SINK, WEBHOOKS, MIRRORS, ADMISSION, REPLICATION, FEEDS),
    }
    assert all(role == each.role for role, each in APPLICATIONS.items())


def test_each_application_can_be_listed_without_a_broker() -> None:
    for each in APPLICATIONS.values():
        app = each.listed()
        assert app.declared.agents and all(agent.help for agent in app.agents.values())
        assert all(table.help for table in app.declared.tables.values())
