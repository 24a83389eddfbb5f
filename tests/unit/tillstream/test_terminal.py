"""What commands share: one answer for people and for programs, one way to end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import pytest

from operations.errors import OperationError
from tillstream.cli import build
from tillstream.terminal import ended, mendable, tell

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@dataclass
class Kept:
    name: str
    at: datetime


class Listed(msgspec.Struct):
    name: str
    at: datetime | None


def _never() -> Iterator[str]:
    raise AssertionError("a program asked, and words were made")
    yield ""


def test_a_program_gets_json_with_times_and_no_words(capsys: pytest.CaptureFixture[str]) -> None:
    tell(True, {"kept": [Kept("a", AT)], "listed": Listed("b", None)}, _never())
    told = json.loads(capsys.readouterr().out)
    assert told["kept"] == [{"name": "a", "at": "2026-11-21T09:30:00+00:00"}]
    assert told["listed"] == {"name": "b", "at": None}


def test_an_object_is_a_line_and_a_list_is_laid_out(capsys: pytest.CaptureFixture[str]) -> None:
    tell(True, {"a": 1}, "")
    assert capsys.readouterr().out == '{"a": 1}\n'
    tell(True, [1], "")
    assert capsys.readouterr().out == "[\n  1\n]\n"


def test_people_get_a_line_for_each_word(capsys: pytest.CaptureFixture[str]) -> None:
    tell(False, {}, (word for word in ("one", "two")))
    tell(False, {}, "three")
    tell(False, {}, ())
    assert capsys.readouterr().out == "one\ntwo\nthree\n"


def test_words_go_before_the_faults_of_a_command_and_before_no_other() -> None:
    serving = mendable(OSError, words="cannot serve: ")
    with pytest.raises(SystemExit, match="tillstream: cannot serve: taken"), serving:
        raise OSError("taken")
    serving = mendable(OSError, words="cannot serve: ")
    with pytest.raises(SystemExit, match="tillstream: no address"), serving:
        raise OperationError("no address")
    with pytest.raises(ZeroDivisionError), mendable(OSError):
        raise ZeroDivisionError


def test_a_cause_is_said_once_with_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    end = ended(ValueError("no such SKU"), 2)
    told = capsys.readouterr()
    assert (told.err, told.out, end.exit_code) == ("tillstream: no such SKU\n", "", 2)


def test_one_command_is_built_alone_and_is_the_one_of_the_whole_line() -> None:
    whole = {each.name for each in (*build().registered_commands, *build().registered_groups)}
    assert {"dead-letters", "users", "rebuild", "local"} <= whole
    (alone,) = build(["dead-letters", "list"]).registered_groups
    assert alone.name == "dead-letters"
