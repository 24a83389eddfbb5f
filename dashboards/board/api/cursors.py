"""Where a list goes on: the key of the last item, written so that nobody builds one by hand."""

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeGuard, cast

import orjson

from dashboards.board.api.models import IDENTIFIER
from dashboards.board.api.problems import wrong_parameter

_NOT_OURS = "give what next_cursor said, or nothing"


def write(key: Sequence[str | date | None]) -> str:
    """The cursor after the item of that key; None is the empty text."""
    text = orjson.dumps([_text(part) for part in key])
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _text(part: str | date | None) -> str:
    return part.isoformat() if isinstance(part, date) else part or ""


def read(cursor: str | None, parts: int) -> list[str] | None:
    """The key that `write` was given, or None without a cursor; raises `NoAnswer`."""
    key = _read(cursor)
    if key is not None and (len(key) != parts or not all(map(_is_part, key))):
        raise wrong_parameter("cursor", _NOT_OURS)
    return key


def _read(cursor: str | None) -> list[str] | None:
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as fault:
        raise wrong_parameter("cursor", _NOT_OURS) from fault
    if not _is_key(key):
        raise wrong_parameter("cursor", _NOT_OURS)
    return key


def read_moment(cursor: str | None, parts: int) -> list[str] | None:
    """The same of a key that begins with a moment."""
    key = _read(cursor)
    if key is None:
        return None
    moment, *others = key
    try:
        is_one = datetime.fromisoformat(moment).tzinfo is not None
    except ValueError:
        is_one = False
    if not is_one or len(key) != parts or not all(map(_is_part, others)):
        raise wrong_parameter("cursor", _NOT_OURS)
    return key


def _is_key(key: Any) -> TypeGuard[list[str]]:
    if not isinstance(key, list) or not key:
        return False
    return all(isinstance(part, str) for part in cast(list[object], key))


def _is_part(part: object) -> bool:
    return isinstance(part, str) and (part == "" or IDENTIFIER.match(part) is not None)
