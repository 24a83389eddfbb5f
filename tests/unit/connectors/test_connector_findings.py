"""How a connector stands, from what Connect says of it."""

from typing import Any

import pytest

from connectors.connect.finding import ConnectorFinding, differences, state_in_connect


def status(connector: str, *tasks: str) -> dict[str, Any]:
    return {
        "connector": {"state": connector},
        "tasks": [{"state": each, "trace": f"it {each.lower()}"} for each in tasks],
    }


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (None, "MISSING"),
        (status("RUNNING"), "UNASSIGNED"),
        (status("RUNNING", "RUNNING"), "RUNNING"),
        (status("RUNNING", "RUNNING", "PAUSED"), "PAUSED"),
        (status("STOPPED"), "STOPPED"),
        (status("RUNNING", "PAUSED", "FAILED"), "FAILED"),
    ],
)
def test_the_worst_of_a_connector_and_its_tasks_counts(told: Any, state: str) -> None:
    assert state_in_connect(told)[0] == state


def test_why_a_task_failed_is_told_in_its_own_words() -> None:
    assert state_in_connect(status("RUNNING", "FAILED")) == ("FAILED", "it failed")


def test_each_setting_that_differs_is_named() -> None:
    found = differences({"same": "1", "beyond": "2"}, {"same": "1", "lacking": "3"})
    assert [tuple(each) for each in found] == [("beyond", "2", None), ("lacking", None, "3")]


def test_a_secret_is_told_only_where_it_is_merely_named() -> None:
    (found,) = differences({"key": "wisteria"}, {"key": "${directory:a:b}"}, ("key",))
    assert (found.found, found.wanted) == ("(hidden)", "${directory:a:b}")


def test_what_runs_otherwise_than_defined_is_not_in_order() -> None:
    drifted = ConnectorFinding("any", "RUNNING", "", differences({"a": "1"}, {}))
    assert not drifted.is_in_order
    assert ConnectorFinding("any", "RUNNING", "", ()).is_in_order
