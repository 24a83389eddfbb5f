"""Grafana's dashboards: what is kept is what is written, and asks only for what is shown."""

import json
import re
from typing import Any

import pytest

from dashboards.grafana.document import FOLDER, documents, expressions
from metrics.catalogue import BY_PROCESS
from tests.integration.test_rules import TEXT

OF_PROMETHEUS = {"ALERTS", "up"}

each_expression = pytest.mark.parametrize(("asker", "expression"), list(expressions()), ids=str)


def test_the_json_is_that_of_the_panels() -> None:
    kept = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    assert kept == documents(), "run `.venv/bin/python -m dashboards.grafana` and commit the JSON"


@each_expression
def test_a_panel_asks_only_for_metrics_that_a_process_shows(asker: str, expression: str) -> None:
    shown = {spec.name for specs in BY_PROCESS.values() for spec in specs}
    histograms = {f"{name}_bucket" for name in shown}
    reckoned = set(re.findall(r"- record: (\S+)", TEXT))
    asked = set(re.findall(r"\btillstream[_:][\w:]+", expression)) | (
        OF_PROMETHEUS & set(re.findall(r"\w+", expression))
    )
    assert asked, "it asks for nothing of ours"
    unknown = asked - shown - histograms - reckoned - OF_PROMETHEUS
    assert not unknown, f"{asker} asks for {unknown}, which nobody shows"


def test_every_metric_is_on_a_dashboard_or_in_a_rule() -> None:
    asked = " ".join([TEXT, *(expression for _, expression in expressions())])
    shown = {spec.name for specs in BY_PROCESS.values() for spec in specs}
    idle = sorted(name for name in shown if not re.search(rf"\b{name}", asked))
    assert not idle, f"nobody looks at {idle}: a panel, or out with them"


def panels() -> list[dict[str, Any]]:
    return [
        panel for path in FOLDER.glob("*.json") for panel in json.loads(path.read_text())["panels"]
    ]


def test_panels_do_not_lie_on_each_other() -> None:
    for path in FOLDER.glob("*.json"):
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(path.read_text())["panels"]:
            at = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(at["x"], at["x"] + at["w"])
                for y in range(at["y"], at["y"] + at["h"])
            }
            assert not cells & taken, f"{path.name}: {panel['title']} lies on another"
            taken |= cells


def test_each_panel_says_what_it_is_for() -> None:
    silent = [panel["title"] for panel in panels() if not panel["description"]]
    assert not silent, f"describe {silent}"
