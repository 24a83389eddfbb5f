"""The alert rules: by Prometheus's own tool, against our catalogue, and beside the runbook."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from local.vouching import prepare
from metrics.catalogue import BY_PROCESS
from tests.integration.process import HOME

RULES = HOME / "dashboards" / "prometheus"

TEXT = (RULES / "rules.yml").read_text()

ALERTS = {
    re.findall(r"- alert: (\w+)", part)[0]: part
    for part in re.split(r"(?=      - alert: )", TEXT)[1:]
}

TESTS = sorted(each.name for each in RULES.glob("*.test.yml"))

OF_PROMETHEUS = {"up"}

each_alert = pytest.mark.parametrize("alert", ALERTS)


def promtool(*arguments: str, folder: Path = RULES) -> subprocess.CompletedProcess[str]:
    """Run the tool that `make test` installs."""
    path = shutil.which("promtool")
    assert path, "no promtool on the path: apt-get install prometheus"
    return subprocess.run(
        [path, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_rule_fires_and_rests_when_it_should() -> None:
    result = promtool("test", "rules", *TESTS)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_example_of_a_prometheus_is_valid(tmp_path: Path) -> None:
    folder = tmp_path / "prometheus"
    shutil.copytree(RULES, folder)
    prepare(folder / "identity")
    result = promtool("check", "config", "prometheus.yml", folder=folder)
    assert result.returncode == 0, result.stdout + result.stderr


def test_rules_ask_only_for_metrics_that_a_process_shows() -> None:
    shown = {spec.name for specs in BY_PROCESS.values() for spec in specs}
    known = shown | {f"{name}_bucket" for name in shown}
    asked = set(re.findall(r"\btillstream_\w+", TEXT.replace("tillstream-", "")))
    assert asked, "no rule asks for anything"
    assert asked <= known, f"unknown metrics: {sorted(asked - known)}"


def test_rules_use_only_what_a_rule_reckons() -> None:
    reckoned = set(re.findall(r"- record: (\S+)", TEXT))
    used = set(re.findall(r"\btillstream:\w+:\w+", TEXT))
    assert used <= reckoned, f"nothing reckons {sorted(used - reckoned)}"


@each_alert
def test_an_alert_has_a_unit_test(alert: str) -> None:
    tests = "".join((RULES / name).read_text() for name in TESTS)
    assert f'alertname="{alert}"' in tests, "add a test to rules.test.yml"


@each_alert
def test_an_alert_says_what_is_wrong_and_where_to_read_on(alert: str) -> None:
    rule = ALERTS[alert]
    assert re.search(r"severity: (critical|warning)\n", rule)
    for annotation in ("summary", "description"):
        assert re.search(rf'{annotation}: ".+"', rule), f"it has no {annotation}"
    assert f"runbook_url: docs/runbook.md#{alert.lower()}\n" in rule


def _sections() -> dict[str, str]:
    parts = (HOME / "docs" / "runbook.md").read_text().split("\n### ")[1:]
    return {part.partition("\n")[0]: part.partition("\n## ")[0] for part in parts}


def test_the_runbook_has_a_section_for_each_alert_and_no_other() -> None:
    assert sorted(_sections()) == sorted(ALERTS), "docs/runbook.md and rules.yml differ"


@each_alert
def test_a_section_says_what_it_means_where_to_look_and_what_to_do(alert: str) -> None:
    section = _sections()[alert]
    missing = [part for part in ("**Means.**", "**Look.**", "**Do.**") if part not in section]
    assert not missing, f"docs/runbook.md, {alert}: add {missing}"
