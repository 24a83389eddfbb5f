"""What the documents name is there: commands, tasks, files, tests and the version."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from tillstream.cli import build
from tillstream.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]

DOCUMENTS = sorted(
    [*CHECKOUT.glob("*.md"), CHECKOUT / "engine/README.md", *(CHECKOUT / "docs").rglob("*.md")],
    key=lambda path: path.as_posix(),
)

COMMAND = re.compile(r"(?:\.venv/bin/|`|^)tillstream ((?:[a-z][a-z-]* ?)+)", re.MULTILINE)
TASK = re.compile(r"(?:`|^)make ([a-z-]+)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
TEST = re.compile(r"`(tests/[^`:]+)(?:::(\w+))?`")
METRIC = re.compile(r"`(tillstream_[a-z_]+)`")
SETTING = re.compile(r"\bTILLSTREAM_([A-Z_]+)\b")

each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: path.relative_to(CHECKOUT).as_posix()
)


def _leaves(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that can be run, as the words that name it."""
    nested = getattr(command, "commands", None)
    if nested is None:
        yield words
        return
    for name, below in nested.items():
        yield from _leaves(below, (*words, name))


@cache
def _known() -> set[tuple[str, ...]]:
    return set(_leaves(typer.main.get_command(build())))


def _is_known(text: str) -> bool:
    words = tuple(text.split())
    return any(words[: len(known)] == known for known in _known())


@each_document
def test_a_command_that_is_named_exists(document: Path) -> None:
    named = COMMAND.findall(document.read_text())
    unknown = sorted({text for text in named if not _is_known(text)})
    assert not unknown, f"no such command: {unknown}; mend the text or the command line"


def test_the_readme_lists_every_command() -> None:
    rows = re.findall(r"^\| `tillstream ([a-z -]+)`", (CHECKOUT / "README.md").read_text(), re.M)
    missing = _known() - {tuple(row.split()) for row in rows}
    assert not missing, f"add to the table of commands in README.md: {sorted(missing)}"


@each_document
def test_a_task_that_is_named_exists(document: Path) -> None:
    tasks = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.M))
    unknown = set(TASK.findall(document.read_text())) - tasks
    assert not unknown, f"the Makefile has no {sorted(unknown)}"


@each_document
def test_a_setting_that_is_named_exists(document: Path) -> None:
    known = {name.upper() for name in Settings.model_fields}
    unknown = set(SETTING.findall(document.read_text())) - known
    assert not unknown, f"no such setting: {sorted(unknown)}"


@each_document
def test_a_metric_or_role_that_is_named_exists(document: Path) -> None:
    known = {name for source in _sources() for name in re.findall(r"tillstream_[a-z_]+", source)}
    unknown = set(METRIC.findall(document.read_text())) - known
    assert not unknown, f"no such name in the code: {sorted(unknown)}"


def _sources() -> Iterator[str]:
    for folder in ("metrics", "topics", "connectors", "dashboards"):
        for path in (CHECKOUT / folder).rglob("*"):
            if path.suffix in (".py", ".sql"):
                yield path.read_text()


@each_document
def test_a_link_leads_to_a_file(document: Path) -> None:
    links = LINK.findall(document.read_text())
    broken = [link for link in links if not (document.parent / link).exists()]
    assert not broken, f"{document.name} links to what is not there: {broken}"


@each_document
def test_a_test_that_is_named_exists(document: Path) -> None:
    named = TEST.findall(document.read_text())
    missing = [(path, name) for path, name in named if not _has_test(CHECKOUT / path, name)]
    assert not missing, f"an invariant without its test: {missing}; name the one that shows it"


def test_every_attack_of_the_threat_model_is_tried_by_a_test() -> None:
    text = (CHECKOUT / "docs" / "security.md").read_text()
    table = text.partition("## Attacks")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert rows, "docs/security.md has no table of attacks"
    untried = [row for row in rows if not _tries(row.rpartition("| `")[2])]
    assert not untried, f"name the test that tries it, not its file alone: {untried}"


def _tries(named: str) -> bool:
    """Whether all that is named are tests of a file, and not files or helpers."""
    tests = TEST.findall(f"`{named}")
    return bool(tests) and all(name.startswith("test_") for _, name in tests)


def _has_test(path: Path, name: str) -> bool:
    if not path.exists():
        return False
    if not name:
        return path.is_file() or any(path.glob("test_*.py"))
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_the_changelog_begins_with_the_version_of_the_project() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    told = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (CHECKOUT / "CHANGELOG.md").read_text(), re.M)
    assert told[:1] == [project["version"]], "CHANGELOG.md and pyproject.toml differ in version"
