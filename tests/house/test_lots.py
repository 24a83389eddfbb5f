"""Every test belongs to one lot of `make test`, and every lot has tests."""

import tomllib

from tests.house.checkout import CHECKOUT
from tests.whole import ALONE, FIRST, SIDE_BY_SIDE, Lot

TESTS = CHECKOUT / "tests"


def _folders(*lots: Lot) -> list[str]:
    named = (argument for lot in lots for argument in lot.command if argument.startswith("tests/"))
    return sorted(folder.removeprefix("tests/") for folder in named)


def test_every_folder_with_tests_is_in_one_lot() -> None:
    there = sorted({path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")})
    assert _folders(*FIRST, *SIDE_BY_SIDE) == there, "put the folder into one lot of tests/whole.py"


def test_pytest_alone_runs_the_same_folders() -> None:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["pytest"]
    named = [each.removeprefix("tests/") for each in settings["ini_options"]["testpaths"]]
    assert sorted(named) == _folders(*FIRST, *SIDE_BY_SIDE)


def test_what_runs_alone_lies_where_the_last_lot_looks() -> None:
    mark = "@pytest.mark." + "alone"
    marked = {
        path.relative_to(TESTS).parts[0] for path in TESTS.rglob("*.py") if mark in path.read_text()
    }
    assert sorted(marked) == _folders(*ALONE)
