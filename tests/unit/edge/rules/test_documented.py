"""docs/rule-tables.md says what the code does: names, types, and tables that are sound."""

import json
import re
from pathlib import Path

import msgspec

from edge.bundle.rows import BundledTable
from edge.rules.attributes import ATTRIBUTES, OUTCOMES, Facts
from edge.rules.files import path_of_tests, read_files
from edge.rules.trying import sound_table
from tests.house.checkout import CHECKOUT
from tests.unit.edge.rules.tables import faults_of

TEXT = (CHECKOUT / "docs" / "rule-tables.md").read_text()


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.M | re.S)
    return [text for name, text in found if name == language]


def test_each_attribute_is_there_with_its_scope_and_type() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (cart|line) \| (\w+) \|", TEXT, re.M)
    assert rows == [(each.name, each.scope, each.type) for each in ATTRIBUTES.values()]


def test_each_outcome_is_there_with_its_type() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (integer|text|flag) \|", TEXT, re.M)
    assert rows == [(each.name, each.type) for each in OUTCOMES.values()]


def test_facts_have_a_field_for_each_attribute() -> None:
    assert Facts.__struct_fields__ == tuple(ATTRIBUTES)


def test_the_files_that_it_shows_are_sound(tmp_path: Path) -> None:
    shown, tests = (each for each in blocks("") if each.startswith(("table", "test")))
    path = tmp_path / "off5.csv"
    path.write_text(shown)
    path_of_tests(path).write_text(tests)
    assert sound_table(read_files(path).table, "shown").name == "off5"


def test_the_row_that_it_shows_is_sound() -> None:
    row = json.loads(blocks("json")[0])
    assert row.pop("locations") == []
    assert faults_of(msgspec.convert(row, BundledTable)) == []
