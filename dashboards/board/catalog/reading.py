"""From what was typed to a row, or to what is wrong with it; and back. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast
from zoneinfo import available_timezones

from babel.numbers import get_currency_precision, list_currencies
from pydantic import ValidationError

from dashboards.board.catalog.fields import (
    IN_LINES,
    Field,
    FieldType,
    Kind,
    Row,
    moment_text,
)
from topics.scalars import ID_PATTERN, NUMBER_MAX

NUMBER = re.compile(r"\d{1,16}(\.\d{1,8})?")
"""As a browser's number field sends it in any locale. More digits than any amount has would be
work for nothing."""

BASIS_POINTS_DIGITS = 2
"""A percent has a hundred basis points."""

NUMBER_OF = re.compile(r"(\S+)\s+(-?\d{1,13})")
"""A line of numbers by name."""

TAX_MAX = 2_147_483_647
"""The column's."""

Typed = dict[str, str]
"""Texts by field, as a form sends them."""


class Mistake(ValueError):
    """What is wrong with one field, in words for who typed it."""


def read(kind: Kind, typed: Mapping[str, str]) -> tuple[Row, dict[str, str]]:
    """The row, and what is wrong by field; the row is whole where nothing is."""
    row: Row = {}
    wrong: dict[str, str] = {}
    for field in kind.fields:
        text = typed.get(field.name, "").strip().replace("\r\n", "\n")
        try:
            row[field.name] = _value(field, text, typed)
        except Mistake as mistake:
            wrong[field.name] = str(mistake)
    if not wrong:
        wrong = _refused_by_contract(kind, row)
    return row, wrong


def typed_of(kind: Kind, row: Row) -> Typed:
    """What a form shows of a row."""
    return {field.name: _text(field, row) for field in kind.fields}


def defaults(kind: Kind) -> Typed:
    """What the form of a new row begins with."""
    return {field.name: field.default for field in kind.fields}


def _value(field: Field, text: str, typed: Mapping[str, str]) -> object:
    if not text and field.type != "yes":
        return _nothing(field)
    if len(text) > field.characters_max:
        raise Mistake(f"at most {field.characters_max} characters")
    between = "\n\t" if field.type in IN_LINES else ""
    if any(not character.isprintable() and character not in between for character in text):
        raise Mistake("there is a character in it that cannot be printed")
    return _READERS[field.type](field, text, typed)


def _nothing(field: Field) -> object:
    if field.needed:
        raise Mistake("this is needed")
    empty: dict[str, object] = {"ids": [], "numbers": {}}
    return empty.get(field.type, field.nothing)


def _text_of(field: Field, text: str, _: Mapping[str, str]) -> str:
    return _currency(text) if field.name == "currency" else text


def _identifier(_field: Field, text: str, _: Mapping[str, str]) -> str:
    if re.fullmatch(ID_PATTERN, text) is None:
        raise Mistake("1 to 64 of A-Z a-z 0-9 . _ -")
    return text


def _chosen(field: Field, text: str, _: Mapping[str, str]) -> str:
    if text not in (field.choices or {}):
        raise Mistake("choose one of those offered")
    return text


def _zone(_field: Field, text: str, _: Mapping[str, str]) -> str:
    if text not in available_timezones():
        raise Mistake("not a time zone; one is called as Europe/Berlin")
    return text


def _yes(_field: Field, text: str, _: Mapping[str, str]) -> bool:
    return text == "yes"


def _money(_field: Field, text: str, typed: Mapping[str, str]) -> int:
    return _scaled(text, _digits(typed.get("currency", "")), NUMBER_MAX)


def _percent(_field: Field, text: str, _: Mapping[str, str]) -> int:
    return _scaled(text, BASIS_POINTS_DIGITS, TAX_MAX)


def _count(_field: Field, text: str, _: Mapping[str, str]) -> int:
    return _scaled(text, 0, NUMBER_MAX)


def _moment(_field: Field, text: str, _: Mapping[str, str]) -> str:
    try:
        moment = datetime.fromisoformat(text)
        return moment_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise Mistake("a moment in UTC, as 2026-12-01 08:00") from None


def _ids(field: Field, text: str, _: Mapping[str, str]) -> list[str]:
    return [_identifier(field, part, {}) for part in text.split()]


def _numbers(_field: Field, text: str, _: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        match = NUMBER_OF.fullmatch(line)
        if match is None or match[1] in found or abs(int(match[2])) > NUMBER_MAX:
            raise Mistake(f"each line a name, once, and a whole number, not “{line[:40]}”")
        found[match[1]] = int(match[2])
    return found


def _json(_field: Field, text: str, _: Mapping[str, str]) -> Any:
    try:
        return json.loads(text, parse_float=_refused, parse_constant=_refused)
    except (ValueError, RecursionError) as fault:
        raise Mistake(f"not JSON: {fault}"[:200]) from None


def _refused(number: str) -> None:
    raise ValueError(f"{number} is no whole number")


_READERS: dict[FieldType, Callable[[Field, str, Mapping[str, str]], object]] = {
    "text": _text_of,
    "id": _identifier,
    "choice": _chosen,
    "zone": _zone,
    "yes": _yes,
    "money": _money,
    "percent": _percent,
    "count": _count,
    "moment": _moment,
    "ids": _ids,
    "numbers": _numbers,
    "json": _json,
}


def _currency(text: str) -> str:
    code = text.upper()
    if code not in list_currencies():
        raise Mistake("not a currency; one is called as EUR")
    return code


def _digits(currency: str) -> int:
    """Digits behind the point: none for yen, three for Kuwaiti dinar."""
    return get_currency_precision(currency.strip().upper())


def _scaled(text: str, digits: int, most: int) -> int:
    """The number times ten to the power of ``digits``, exactly."""
    if NUMBER.fullmatch(text) is None:
        raise Mistake("a number, not negative, as 12" + (".5" if digits else ""))
    value = Decimal(text).scaleb(digits)
    if value != value.to_integral_value():
        raise Mistake(f"at most {digits} digits behind the point" if digits else "a whole number")
    if value > most:
        raise Mistake(f"at most {Decimal(most).scaleb(-digits)}")
    return int(value)


def _refused_by_contract(kind: Kind, row: Row) -> dict[str, str]:
    """What the model of the topic says against the row."""
    try:
        kind.model.model_validate(kind.published(row))
    except ValidationError as refusal:
        return dict(map(_told, refusal.errors()))
    return {}


def _told(refusal: Any) -> tuple[str, str]:
    """Which field, none for the row as a whole, and what is wrong with which part of it."""
    field, *inside = [*refusal["loc"], ""][:4]
    parts = [each + 1 if isinstance(each, int) else each for each in inside]
    where = " ".join(str(part) for part in parts if part != "")
    words = refusal["msg"].removeprefix("Value error, ")
    return str(field), f"{where}: {words}" if where else words


def _text(field: Field, row: Row) -> str:
    value = row.get(field.name)
    if value is None:
        return ""
    match field.type:
        case "yes":
            return "yes" if value else ""
        case "money":
            return _plain(value, _digits(str(row.get("currency", ""))))
        case "percent":
            return _plain(value, BASIS_POINTS_DIGITS)
        case "moment":
            return str(value).removesuffix("Z").replace("T", " ").removesuffix(":00")
        case "ids":
            return " ".join(value)
        case "numbers":
            return "\n".join(f"{name} {number}" for name, number in value.items())
        case "json":
            return _json_lines(value)
        case _:
            return str(value)


def _json_lines(value: Any) -> str:
    """A line for each item, so that rows stand one below the other."""
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    items = [json.dumps(each, ensure_ascii=False) for each in cast(list[Any], value)]
    return "[\n" + ",\n".join(items) + "\n]"


def _plain(value: int, digits: int) -> str:
    """The number as a number field takes it, with a point in every locale."""
    return f"{Decimal(value).scaleb(-digits):f}"
