"""The protocol keeps its promises within the bounds, and each of its rules is needed for that."""

import re
import sys
from pathlib import Path

import pytest

from tests.protocol.mutants import MUTANTS, Mutant
from tests.protocol.scenarios import BEYOND, ONE_TILL, SHORT, Scenario
from tests.protocol.spin import MODEL, check

CHECKOUT = Path(__file__).resolve().parents[2]
NO_EXCUSE = "WITHOUT_LIMITS"
SWITCH = re.compile(r"^#(?:ifdef|ifndef) ([A-Z_]+)", re.MULTILINE)


def _name(case: Scenario | Mutant) -> str:
    return case.name if isinstance(case, Scenario) else case.macro


@pytest.mark.parametrize("scenario", SHORT, ids=_name)
def test_nothing_is_lost_or_counted_twice_or_waits_for_ever(
    scenario: Scenario, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = check(scenario, tmp_path)
    with capsys.disabled():
        sys.stdout.write(f"\n{result}\n")
    assert result.fault is None, str(result)


@pytest.mark.parametrize("mutant", MUTANTS, ids=_name)
def test_without_a_rule_a_promise_is_broken(mutant: Mutant, tmp_path: Path) -> None:
    result = check(mutant.scenario, tmp_path, mutant.macro, optimize=0)
    assert result.fault and mutant.finds in result.fault, (
        f"nothing needs the rule, or another promise breaks first: {mutant.rule}\n{result}"
    )
    assert result.trace, "nobody can read how it comes to that"


@pytest.mark.parametrize("scenario", BEYOND, ids=_name)
def test_what_is_not_promised_does_happen(scenario: Scenario, tmp_path: Path) -> None:
    """Once one of these holds, docs/protocol.md promises less than it could."""
    assert check(scenario, tmp_path, optimize=0).fault, "mend docs/protocol.md"


def test_an_epoch_that_nothing_came_through_of_waits_for_ever(tmp_path: Path) -> None:
    """The other thing that is not promised."""
    assert check(ONE_TILL, tmp_path, NO_EXCUSE, optimize=0).fault, "mend docs/protocol.md"


def test_every_switch_of_the_model_is_a_rule_or_a_fault() -> None:
    switches = {name for path in MODEL.glob("*.pml") for name in SWITCH.findall(path.read_text())}
    told = {mutant.macro for mutant in MUTANTS}
    told |= {fault for scenario in (*SHORT, *BEYOND) for fault in scenario.faults}
    assert switches == told | {NO_EXCUSE}


@pytest.mark.parametrize("mutant", MUTANTS, ids=_name)
def test_a_rule_names_the_module_that_keeps_it(mutant: Mutant) -> None:
    assert (CHECKOUT / mutant.module).is_file(), f"{mutant.module} is gone: {mutant.rule}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=_name)
def test_a_rule_is_told_in_words(mutant: Mutant) -> None:
    told = " ".join((CHECKOUT / "docs" / "protocol.md").read_text().split())
    assert f"| {mutant.rule} | `{mutant.module}` | `{mutant.macro}` |" in told
