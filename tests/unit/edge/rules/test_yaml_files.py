"""A table as YAML is the table that it is as CSV, and is refused with the same words."""

from pathlib import Path

import pytest
import yaml

import edge.rules
from edge.rules.faults import TableFault, UnsoundTable
from edge.rules.files import path_of_tests, read_files
from edge.rules.sheets import FILE_BYTES_MAX
from edge.rules.trying import sound_table

DATA = Path(edge.rules.__file__).parent / "data"
NAMES = ["id-check", "off5", "scanned-twice", "serial-loyalty", "weight-check"]

WHOLE = """\
table: off5
version: 2
hit policy: unique
valid from: 2026-12-01T01:00:00+01:00
locations: [shop-1, shop-2]
rows:
- row: off5
  when subtotal_minor: ">= 5000"
  then percent: 5
  then exclusive: yes
- row: none
  when subtotal_minor: < 5000
"""
TESTS = """\
- test: at the limit
  subtotal_minor: 5000
  expect: off5
- test: a cent below it
  subtotal_minor: 4999
  expect: [none]
"""
AS_CSV = """\
table,off5
version,2
hit policy,unique
valid from,2026-12-01T01:00:00+01:00
locations,shop-1 shop-2

row,when subtotal_minor,then percent,then exclusive
off5,>= 5000,5,yes
none,< 5000,,
"""
TESTS_AS_CSV = "test,subtotal_minor,expect\nat the limit,5000,off5\na cent below it,4999,none\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tmp_path.joinpath("off5.tests.yaml").write_text(TESTS)
    return tmp_path / "off5.yaml"


def faults(path: Path, text: str) -> list[TableFault]:
    path.write_text(text)
    with pytest.raises(UnsoundTable) as refused:
        sound_table(read_files(path).table, str(path))
    return list(refused.value.faults)


def test_it_is_the_table_that_it_is_as_csv(path: Path) -> None:
    path.write_text(WHOLE)
    path.with_suffix(".csv").write_text(AS_CSV)
    path.with_name("off5.tests.csv").write_text(TESTS_AS_CSV)
    found = read_files(path)
    assert found == read_files(path.with_suffix(".csv"))
    sound_table(found.table, str(path))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ending", ["yaml", "yml"])
def test_those_that_come_along_can_be_written_so(tmp_path: Path, name: str, ending: str) -> None:
    """By another program, which quotes as it likes."""
    csv = read_files(DATA / f"{name}.csv")
    table = csv.table
    columns = [f"{each.part} {each.name}" for each in table.columns]
    rows = [
        {"row": row.row} | {at: cell for at, cell in zip(columns, row.cells, strict=True) if cell}
        for row in table.rows
    ]
    whole = {
        "table": table.table_name, "version": table.version, "hit policy": table.hit_policy,
        "valid from": table.valid_from.isoformat(), "locations": "", "columns": columns,
        "rows": rows,
    }  # fmt: skip
    tests = [
        {"test": each.test}
        | {name: _bare(value) for name, value in each.given.items()}
        | {"expect": each.expect}
        for each in table.tests
    ]
    path = tmp_path / f"{name}.{ending}"
    path.write_text(yaml.safe_dump(whole, sort_keys=False))
    path_of_tests(path).write_text(yaml.safe_dump(tests, sort_keys=False))
    assert read_files(path) == csv


def _bare(value: int | str | bool) -> int | str:
    return ("no", "yes")[value] if isinstance(value, bool) else value


@pytest.mark.parametrize(
    ("was", "now", "row", "column", "kind"),
    [
        ("version: 2", "version: two", "version", "", "form"),
        ("version: 2", "version: 2\nversion: 3", "table", "version", "form"),
        ("version: 2", "versoin: 2", "line 2", "", "form"),
        ("table: off5", "table: {a: b}", "table", "", "form"),
        ("2026-12-01T01:00:00+01:00", "2026-12-01", "valid from", "", "form"),
        ("[shop-1, shop-2]", "[shop 1/2]", "locations", "", "form"),
        ("[shop-1, shop-2]", "[[shop-1]]", "locations", "a list's entry", "form"),
        ("  when subtotal_minor: <", "  if subtotal_minor: <", "", "if subtotal_minor", "form"),
        ("then exclusive", "then alone", "", "then alone", "unknown attribute"),
        ("then percent: 5", "then percent: 5.5", "off5", "percent", "wrong type"),
        ("then percent: 5", "then percent: [5]", "off5", "then percent", "form"),
        ("then percent: 5", "then percent: 5\n  then percent: 6", "line 7", "then percent", "form"),
        ("exclusive: yes", "exclusive: true", "off5", "exclusive", "wrong type"),
        ("< 5000", "null", "none", "subtotal_minor", "null compare"),
        ("< 5000", "0x10", "none", "subtotal_minor", "wrong type"),
        ("< 5000", "1e3", "none", "subtotal_minor", "wrong type"),
        ("< 5000", "< 49.99", "none", "subtotal_minor", "wrong type"),
        ("< 5000", "< 4999", "", "", "gap"),
        ("row: none", "row: no ne", "line 11", "row", "form"),
        ("- row: none", "- name: none", "line 11", "row", "form"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(
    path: Path, was: str, now: str, row: str, column: str, kind: str
) -> None:
    assert was in WHOLE
    found = faults(path, WHOLE.replace(was, now))
    assert (row, column, kind) in {(each.row, each.column, each.kind) for each in found}, found
    assert {each.file for each in found} == {str(path)}


@pytest.mark.parametrize(
    ("was", "now", "row", "column"),
    [
        ("4999", "49.99", "test a cent below it", "subtotal_minor"),
        ("[none]", "{none: 1}", "test a cent below it", "expect"),
        ("- test: a cent below it\n  ", "- 7\n- ", "line 4", ""),
        ("  expect: off5\n", "  expect: off5\n  expect: none\n", "line 1", "expect"),
    ],
)
def test_what_is_wrong_with_tests_is_named_by_their_file(
    path: Path, was: str, now: str, row: str, column: str
) -> None:
    assert was in TESTS
    path_of_tests(path).write_text(TESTS.replace(was, now))
    found = faults(path, WHOLE)[0]
    assert (found.file, found.row, found.column) == (str(path_of_tests(path)), row, column)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (WHOLE.replace("- row: off5", "- &a\n  row: off5"), "&"),
        (WHOLE + "- *a\n", "*"),
        (WHOLE.replace("percent: 5", "percent: !!int 5"), "tag"),
        (WHOLE.replace("table: off5", "table: !!python/object/apply:os.system [true]"), "tag"),
        (WHOLE + "---\n" + WHOLE, "no YAML"),
        ("a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]", "&"),
        ("- row: off5\n", "a table is written as"),
        ("", "a table is written as"),
        ("off5", "a table is written as"),
        (WHOLE.partition("rows:")[0] + "rows: all", "it is a list"),
        (WHOLE.partition("rows:")[0] + "rows: [all]", "a key for each column"),
        (WHOLE.partition("rows:")[0] + "rows:\n\t- row: x", "no YAML"),
        ("[" * 100_000, "lists in lists"),
        ("- " * 100_000, "lists in lists"),
        ("{a: " * 60_000, "lists in lists"),
        ("a: \x00", "no YAML"),
        ("x" * (FILE_BYTES_MAX + 1), "bytes"),
    ],
)
def test_what_could_say_something_else_than_it_shows_is_refused(
    path: Path, text: str, told: str
) -> None:
    assert told in faults(path, text)[0].reason


def test_what_is_not_utf_8_is_refused(path: Path) -> None:
    path.write_bytes(WHOLE.encode("utf-16"))
    with pytest.raises(UnsoundTable, match="UTF-8"):
        read_files(path)


def test_a_table_without_rows_ends_it(path: Path) -> None:
    path_of_tests(path).unlink()
    said = WHOLE.partition("rows:")[0]
    path.write_text(said + "columns: [when subtotal_minor, then percent]\nrows:\n")
    table = read_files(path).table
    assert table.rows == [] and [each.name for each in table.columns] == [
        "subtotal_minor",
        "percent",
    ]


def test_a_text_is_what_was_written(path: Path) -> None:
    """No word is a truth, no number has another base, no day is a time."""
    rows = "rows:\n- {row: 010, when category: '\"no\", ''on'''}\n"
    text = WHOLE.partition("rows:")[0] + rows
    path.write_text(text.replace("unique", "collect"))
    path_of_tests(path).write_text("- {test: 2026-11-30, category: no, expect: 010}\n")
    table = read_files(path).table
    assert (table.rows[0].row, table.rows[0].cells) == ("010", ["\"no\", 'on'"])
    assert table.tests[0].test == "2026-11-30"
    assert (table.tests[0].given, table.tests[0].expect) == ({"category": "no"}, ["010"])
