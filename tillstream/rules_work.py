"""What ``tillstream rules`` does between its options and the tables."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from dashboards.board.catalog import files as board_files
from dashboards.board.catalog.rule_kinds import RULE_TABLES
from edge.bundle.rows import BundledTable
from edge.rules.attributes import ATTRIBUTES, Facts, Value
from edge.rules.explaining import RowExplanation, explained
from edge.rules.facts import CartFacts, cart_of
from edge.rules.faults import TableFault, UnsoundTable
from edge.rules.files import TableFile, path_of_tests, read_files
from edge.rules.reading import DecisionTable
from edge.rules.trying import sound_table
from topics.wire_parts import WireLine

_FLAGS = {"yes": True, "no": False}


class WrongCase(Exception):
    """A case that somebody gave and that cannot be read; the text says why."""


class CheckedFile(NamedTuple):
    """A file and what is wrong in it; ``table`` is None where it has no form."""

    file: str
    table: BundledTable | None
    faults: Sequence[TableFault]

    def words(self) -> list[str]:
        """For people: a line for each mistake."""
        if self.table is None or self.faults:
            return [str(each) for each in self.faults]
        rows, tests = len(self.table.rows), len(self.table.tests)
        name = f"{self.table.table_name}, version {self.table.version}"
        return [f"{self.file}: {name}: rows {rows}, tests {tests}, nothing wrong"]

    def told(self) -> dict[str, Any]:
        """For programs."""
        return {
            "file": self.file,
            "table": self.table and self.table.table_name,
            "version": self.table and self.table.version,
            "rows": self.table and len(self.table.rows),
            "tests": self.table and len(self.table.tests),
            "faults": [each._asdict() for each in self.faults],
        }


class _CartFile(msgspec.Struct):
    """A cart as a till tells it, with the categories of its products where they matter."""

    lines: list[WireLine]
    customer_id: str | None = None
    categories: dict[str, str] = {}


def without_tests(paths: list[Path]) -> list[Path]:
    """The tables alone, where somebody named a whole folder: each brings its tests itself."""
    beside = {path_of_tests(path) for path in paths}
    return [path for path in paths if path not in beside]


def checked(path: Path) -> CheckedFile:
    """Read, check and test the table of a file; raises OSError."""
    table: BundledTable | None = None
    try:
        table = read_files(path).table
        sound_table(table, str(path))
    except UnsoundTable as error:
        return CheckedFile(str(path), table, error.faults)
    return CheckedFile(str(path), table, ())


def import_file(paths: list[Path]) -> str:
    """Sound tables as the board imports them; raises `UnsoundTable` or OSError."""
    files = [_sound(path) for path in paths]
    rows = [_board_row(each) for each in files]
    return (board_files.header(RULE_TABLES) + board_files.lines(RULE_TABLES, rows)).decode()


def _sound(path: Path) -> TableFile:
    read = read_files(path)
    sound_table(read.table, str(path))
    return read


def _board_row(read: TableFile) -> dict[str, Any]:
    told = msgspec.to_builtins(read.table)
    return told | {"locations": read.locations}


def table_of(path: Path) -> DecisionTable:
    """The sound table of a file; raises `UnsoundTable` or OSError."""
    return sound_table(read_files(path).table, str(path))


def given_facts(table: DecisionTable, given: list[str]) -> Facts:
    """The facts of ``name=value`` texts; raises `WrongCase`. What is not given is missing."""
    told: dict[str, Any] = {}
    for each in given:
        name, _, words = each.partition("=")
        told[name] = _value(name, words)
    for attribute in table.attributes:
        if attribute.name not in told and not attribute.may_be_missing:
            raise WrongCase(f"{table.name} looks at {attribute.name}: give {attribute.name}=…")
    return Facts(**told)


def _value(name: str, words: str) -> Value:
    attribute = ATTRIBUTES.get(name)
    if attribute is None:
        raise WrongCase(f"{name!r} is no attribute; there are {', '.join(sorted(ATTRIBUTES))}")
    value: Value = words
    if attribute.type == "flag":
        value = _FLAGS.get(words, words)
    elif attribute.type == "integer" and re.fullmatch("-?[0-9]{1,16}", words):
        value = int(words)
    if fault := attribute.fault_of(value):
        raise WrongCase(f"{name}: {fault}")
    return value


def read_cart(path: Path) -> CartFacts:
    """The cart of a file; raises `WrongCase` or OSError."""
    try:
        told = msgspec.json.decode(path.read_bytes(), type=_CartFile)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise WrongCase(f"{path} is no cart: {fault}") from fault
    return cart_of(told.lines, told.categories.get, told.customer_id)


def explained_cart(
    table: DecisionTable, cart: CartFacts
) -> list[tuple[int | None, RowExplanation]]:
    """Each row for each line, or for the cart as a whole, whose line number is None."""
    cases = cart.lines if table.scope == "line" else [(None, cart.facts)]
    return [(line_no, each) for line_no, facts in cases for each in explained(table, facts)]
