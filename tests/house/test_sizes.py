"""Modules and functions stay small enough to be read in one go.

An exception names its length, which may only shrink: once it does, its number here must follow,
and once it is within the limit it must go.
"""

import ast
from collections.abc import Iterator

from tests.house.checkout import CHECKOUT, PACKAGES

MODULE_LINES_MAX = 250
"""Above it nobody has a module in mind at once; far below it, one thing is spread over many."""

FUNCTION_LINES_MAX = 40
"""With signature and docstring. A function near ten lines is the aim; this is where it ends."""

LONG_MODULES: dict[str, int] = {}

LONG_FUNCTIONS = {
    "tillstream/commands/replay.py::command": 73,  # options, which Typer wants as parameters
    "tillstream/commands/simulate.py::command": 67,
}


def _modules() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            yield path.relative_to(CHECKOUT).as_posix(), path.read_text()


def _functions() -> Iterator[tuple[str, int]]:
    for name, source in _modules():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}::{node.name}", (node.end_lineno or 0) - node.lineno + 1


def _complaints(lengths: dict[str, int], limit: int, allowed: dict[str, int]) -> list[str]:
    told: list[str] = []
    for name, lines in lengths.items():
        if lines > max(limit, allowed.get(name, 0)):
            told.append(
                f"{name} has {lines} lines, {limit} are the limit: split it by what it does"
            )
    for name, lines in allowed.items():
        now = lengths.get(name, 0)
        if now <= limit:
            told.append(f"{name} is within the limit: take its exception out of {__file__}")
        elif now < lines:
            told.append(f"{name} has shrunk to {now} lines: lower its exception in {__file__}")
    return told


def test_a_module_can_be_read_in_one_go() -> None:
    lengths = {name: len(source.splitlines()) for name, source in _modules()}
    complaints = _complaints(lengths, MODULE_LINES_MAX, LONG_MODULES)
    assert not complaints, "\n".join(complaints)


def test_a_function_fits_on_a_screen() -> None:
    lengths: dict[str, int] = {}
    for name, lines in _functions():
        lengths[name] = max(lines, lengths.get(name, 0))
    complaints = _complaints(lengths, FUNCTION_LINES_MAX, LONG_FUNCTIONS)
    assert not complaints, "\n".join(complaints)


def test_every_package_says_what_lives_there() -> None:
    silent = [
        name
        for name, source in _modules()
        if name.endswith("__init__.py") and not ast.get_docstring(ast.parse(source))
    ]
    assert not silent, f"write a docstring, what lives there and what may not: {silent}"
