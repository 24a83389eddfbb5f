"""The alert rules, by Prometheus's own tool, and their names by our catalogue."""

import re
import shutil
import subprocess

from tests.integration.process import HOME
from topics.metrics import BY_PROCESS

RULES = HOME / "dashboards" / "prometheus"


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the tool that `make test` installs."""
    path = shutil.which("promtool")
    assert path, "no promtool on the path: apt-get install prometheus"
    return subprocess.run(
        [path, *arguments], cwd=RULES, capture_output=True, text=True, check=False
    )


def test_every_rule_fires_and_rests_when_it_should() -> None:
    result = promtool("test", "rules", "rules.test.yml")

    assert result.returncode == 0, result.stdout + result.stderr


def test_rules_ask_only_for_metrics_that_a_process_shows() -> None:
    known = {spec.name for shown in BY_PROCESS.values() for spec in shown}
    expressions = re.findall(r"expr: (.*)", (RULES / "rules.yml").read_text())

    asked = {name for each in expressions for name in re.findall(r"tillstream_\w+", each)}

    assert asked, "no rule asks for anything"
    assert asked <= known, f"unknown metrics: {sorted(asked - known)}"
