"""Tables as files: what is wrong is named by file, row and column; what is right is read whole."""

from pathlib import Path

import pytest

from edge.rules.faults import TableFault, UnsoundTable
from edge.rules.files import FILE_BYTES_MAX, path_of_tests, read_files

SAID = (
    "table,off5\nversion,2\nhit policy,unique\n"
    "valid from,2026-12-01T01:00:00+01:00\nlocations,shop-1 shop-2\n"
)
ROWS = "row,when subtotal_minor,then percent\noff5,>= 5000,5\nnone,< 5000,\n"
WHOLE = f"{SAID}\n{ROWS}"
TESTS = "test,subtotal_minor,expect\nat the limit,5000,off5\nbelow,4999,none\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tmp_path.joinpath("off5.tests.csv").write_text(TESTS)
    return tmp_path / "off5.csv"


def read(path: Path, text: str = WHOLE):
    path.write_text(text)
    return read_files(path)


def faults(path: Path, text: str) -> list[TableFault]:
    with pytest.raises(UnsoundTable) as refused:
        read(path, text)
    return list(refused.value.faults)


def test_a_file_is_the_row_that_the_database_would_have(path: Path) -> None:
    found = read(path)
    assert found.locations == ["shop-1", "shop-2"]
    assert (found.table.table_name, found.table.version) == ("off5", 2)
    assert found.table.valid_from.isoformat() == "2026-12-01T00:00:00+00:00"
    assert [(each.name, each.part, each.type) for each in found.table.columns] == [
        ("subtotal_minor", "when", "integer"), ("percent", "then", "integer"),
    ]  # fmt: skip
    assert [each.cells for each in found.table.rows] == [[">= 5000", "5"], ["< 5000", None]]
    assert found.table.tests[0].given == {"subtotal_minor": 5000}
    assert found.table.tests[1].expect == ["none"]


@pytest.mark.parametrize(
    "text",
    [
        WHOLE.replace("\n", "\r\n"),
        "\N{BYTE ORDER MARK}" + WHOLE,
        WHOLE.replace(",", ";"),
        WHOLE.replace("\n\n", "\n,,\n"),
        WHOLE.replace("unique", "unique,,"),
        WHOLE + ",,\n\n",
    ],
    ids=["CRLF", "mark", "semicolons", "commas for an empty line", "filled up", "empty at the end"],
)
def test_whatever_a_spreadsheet_writes_is_the_same(path: Path, text: str) -> None:
    assert read(path, text) == read(path)


@pytest.mark.parametrize(
    ("was", "now", "row", "column"),
    [
        ("version,2", "version,two", "version", ""),
        ("version,2", "version,0", "version", ""),
        ("table,off5", "table,OFF 5", "table", ""),
        ("unique", "any", "hit policy", ""),
        ("2026-12-01T01:00:00+01:00", "2026-12-01", "valid from", ""),
        ("2026-12-01T01:00:00+01:00", "1.12.2026", "valid from", ""),
        ("shop-1 shop-2", "shop 1/2", "locations", ""),
        ("locations,", "places,", "line 5", ""),
        ("when subtotal_minor", "if subtotal_minor", "", "if subtotal_minor"),
        ("when subtotal_minor", "when moon_phase", "", "when moon_phase"),
        ("none,< 5000,", "none,< 5000", "none", ""),
        ("none,< 5000,", "no ne,< 5000,", "line 9", "row"),
    ],
)
def test_what_has_no_form_is_named(path: Path, was: str, now: str, row: str, column: str) -> None:
    found = faults(path, WHOLE.replace(was, now))
    assert (found[0].row, found[0].column) == (row, column), found
    assert found[0].file == str(path)


def test_all_mistakes_are_told_at_once(path: Path) -> None:
    text = WHOLE.replace("version,2", "version,two").replace("unique", "any")
    assert len(faults(path, text)) == 2


def test_a_table_without_rows_ends_it(path: Path) -> None:
    path_of_tests(path).unlink()
    assert read(path, WHOLE.replace("off5,>= 5000,5\nnone,< 5000,\n", "")).table.rows == []


@pytest.mark.parametrize("content", [b"\xff\xfe", b'row,"', b"x" * (FILE_BYTES_MAX + 1), b"", b","])
def test_what_is_no_table_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(UnsoundTable):
        read_files(path)


@pytest.mark.parametrize(
    ("tests", "row", "column"),
    [
        ("test,subtotal_minor\nx,5000\n", "", ""),
        ("test,subtotal_minor,expect\nx,50.00,off5\n", "test x", "subtotal_minor"),
        ("test,subtotal_minor,expect\nx,5000\n", "test x", ""),
        ("", "", ""),
    ],
)
def test_what_is_wrong_with_tests_is_named_by_their_file(
    path: Path, tests: str, row: str, column: str
) -> None:
    path_of_tests(path).write_text(tests)
    fault = faults(path, WHOLE)[0]
    assert (fault.file, fault.row, fault.column) == (str(path_of_tests(path)), row, column)
