"""Bytes to a checked value: msgspec decides, pydantic finds the words for what is refused.

JSON is what RFC 8259 says, as msgspec reads it: NaN is refused anywhere, and so is a message
that nests deeper than Python's stack. A name that is given twice counts as its last value.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

_ERRORS_TOLD = 3
"""Faults named for one refused message; a header should stay readable."""

_BACKSLASH = ord("\\")
_NUL_ESCAPE = b"\\u0000"


class Refused(ValueError):
    """Bytes that are not what the topic's contract says. The text is the reference's verdict."""


class Decoder(Generic[T]):
    """Decodes the values of one topic; refuses with the reference model's words.

    ``check`` may refuse what msgspec takes, with a ValueError.
    """

    def __init__(
        self,
        wire_type: Any,
        reference: TypeAdapter[Any],
        check: Callable[[T], None] | None = None,
    ) -> None:
        decode = msgspec.json.Decoder(wire_type).decode
        self._decode: Callable[[bytes], Any] = _checked(decode, check) if check else decode
        self._reference = reference

    def __call__(self, value: bytes | None) -> T:
        """See `decode`; a loop calls that itself, for Python comes here by a detour."""
        return self.decode(value)

    def decode(self, value: bytes | None) -> T:
        """The value, or `Refused`."""
        try:
            decoded = self._decode(value)  # type: ignore[arg-type]
            if _BACKSLASH in value or not value.isascii():  # type: ignore[operator,union-attr]
                self._check_text(value)  # type: ignore[arg-type]
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as refusal:
            raise Refused(self._explain(value, refusal)) from refusal
        return decoded

    def _check_text(self, value: bytes) -> None:
        value.decode()  # msgspec passes over the text of unknown fields unread
        if _NUL_ESCAPE in value:
            self._reference.validate_json(value)

    def _explain(self, value: bytes | None, refusal: Exception) -> str:
        if value is None:
            return "a tombstone, where a value was expected"
        try:
            self._reference.validate_json(value)
        except ValidationError as verdict:
            return "; ".join(_sentence(error) for error in verdict.errors()[:_ERRORS_TOLD])
        except ValueError as verdict:
            return str(verdict)
        return str(refusal)


def _checked(decode: Callable[[bytes], T], check: Callable[[T], None]) -> Callable[[bytes], T]:
    def checked(value: bytes) -> T:
        decoded = decode(value)
        check(decoded)
        return decoded

    return checked


def _sentence(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    return f"{place}: {error['msg']}" if place else str(error["msg"])
