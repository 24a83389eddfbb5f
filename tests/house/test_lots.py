"""Every test belongs to one lot of `make test`, and every lot has tests."""

import tomllib
from pathlib import Path

import pytest

from tests.house.checkout import CHECKOUT
from tests.lots import ALONE, FIRST, SIDE_BY_SIDE, WITH_A_STORE, Lot
from tests.whole import Runner

TESTS = CHECKOUT / "tests"


def _folders(*lots: Lot) -> list[str]:
    named = (argument for lot in lots for argument in lot.command if argument.startswith("tests/"))
    return sorted({folder.split("/")[1] for folder in named})


def test_what_a_lot_leaves_out_is_in_another() -> None:
    lots = (*FIRST, *SIDE_BY_SIDE)
    named = {argument for lot in lots for argument in lot.command}
    left_out = {each.removeprefix("--ignore=") for each in named if each.startswith("--ignore=")}
    assert left_out <= named, "nobody runs them"


def test_every_folder_with_tests_is_in_one_lot() -> None:
    there = sorted({path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")})
    assert _folders(*FIRST, *SIDE_BY_SIDE) == there, "put the folder into one lot of tests/lots.py"


def test_pytest_alone_runs_the_same_folders() -> None:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["pytest"]
    named = [each.removeprefix("tests/") for each in settings["ini_options"]["testpaths"]]
    assert sorted(named) == _folders(*FIRST, *SIDE_BY_SIDE)


def test_who_needs_the_lonely_broker_is_in_the_lot_that_has_it() -> None:
    for path in (TESTS / "integration").glob("test_*.py"):
        source = path.read_text()
        assert "lonely_kafka" not in source or "pytest.mark.lonely" in source, (
            f"{path.name} needs `pytestmark = pytest.mark.lonely`: the other lot of the folder "
            "would start one more broker"
        )


def test_the_stack_with_a_store_is_started_by_one_lot() -> None:
    modules = {f"acceptance/{path.name}" for path in (TESTS / "acceptance").glob("test_*.py")}
    assert set(WITH_A_STORE) and set(WITH_A_STORE) < modules
    named = [lot.name for lot in SIDE_BY_SIDE if f"tests/{WITH_A_STORE[0]}" in lot.command]
    assert named == ["stores"]


def test_what_runs_alone_lies_where_the_last_lot_looks() -> None:
    mark = "@pytest.mark." + "alone"
    marked = {
        path.relative_to(TESTS).parts[0] for path in TESTS.rglob("*.py") if mark in path.read_text()
    }
    assert sorted(marked) == _folders(*ALONE)


def test_a_lot_that_fails_is_told_in_one_piece_and_the_other_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = {"right": "pass", "wrong": "assert 1 == 2, 'lost'"}
    lots: list[Lot] = []
    for name, body in cases.items():
        (tmp_path / f"test_{name}.py").write_text(f"def test_it() -> None:\n    {body}\n")
        lots.append(Lot(name, ("pytest", "-c", "/dev/null", str(tmp_path / f"test_{name}.py"))))
    ended = Runner(tmp_path, tmp_path).run(lots, 2)
    assert [(each.lot.name, each.status) for each in ended] == [("right", 0), ("wrong", 1)]
    said = capsys.readouterr().out
    assert said.index("What wrong says:") < said.index("AssertionError: lost")
    assert "1 failed" in ended[1].last_line
    (told,) = ended[1].faults
    assert told.endswith("test_wrong.py::test_it - AssertionError: lost\n"), (
        "told without its cause"
    )


WRITES = """
def test_it(tmp_path):
    (tmp_path / "written").touch()
    assert {holds}
"""


def test_what_a_lot_writes_stays_where_it_fails_and_goes_where_it_passes(tmp_path: Path) -> None:
    disk, quick = tmp_path / "disk", tmp_path / "quick"
    lots: list[Lot] = []
    for name, holds in {"right": True, "wrong": False}.items():
        for needs_disk, place in ((True, disk), (False, quick)):
            file = tmp_path / f"test_{name}_{needs_disk}.py"
            file.write_text(WRITES.format(holds=holds))
            command = ("pytest", "-c", "/dev/null", str(file))
            lots.append(Lot(f"{name}-{place.name}", command, needs_disk))
            place.mkdir(exist_ok=True)
    Runner(disk, quick).run(lots, 2)
    left = sorted(path.relative_to(tmp_path).parts[:2] for path in tmp_path.rglob("written"))
    assert left == [("disk", "wrong-disk"), ("quick", "wrong-quick")]


ENDLESS = """
import pathlib, time
def test_it():
    pathlib.Path({begun!r}).touch()
    time.sleep(600)
"""

WRONG = """
import pathlib, time
def test_it():
    while not pathlib.Path({begun!r}).exists():
        time.sleep(0.1)
    assert False
"""


def test_a_lot_that_must_be_right_ends_those_behind_it_where_it_fails(tmp_path: Path) -> None:
    lots: list[Lot] = []
    for name, body in {"endless": ENDLESS, "wrong": WRONG, "never": ENDLESS}.items():
        file = tmp_path / f"test_{name}.py"
        file.write_text(body.format(begun=str(tmp_path / "begun")))
        lots.append(Lot(name, ("pytest", "-c", "/dev/null", str(file))))
    ended = Runner(tmp_path, tmp_path).run(lots, 2, required=lots[1:2])
    assert [each.lot.name for each in ended] == ["endless", "wrong"], "another was begun"
    assert all(each.status for each in ended)
