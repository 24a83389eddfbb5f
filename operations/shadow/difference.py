"""What a comparison finds. Pure."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import msgspec

LIVE, SHADOW = 0, 1

Side = Literal[0, 1]

Kind = Literal["value", "live_only", "shadow_only", "version"]
"""``value``: they differ at the same version. ``live_only``, ``shadow_only``: the other side has
nothing of this key. ``version``: the other side never got to this version."""

Value = dict[str, Any]
"""A message's value, by field."""

_decode = msgspec.json.Decoder(Value).decode

Fields = dict[str, tuple[Any, Any]]
"""[live, shadow] of each field that differs."""


@dataclass(frozen=True, slots=True)
class ShadowDifference:
    """One key on which live and shadow disagree.

    ``versions`` and ``values`` are [live, shadow]; None where a side has nothing, or where its
    value was found right and put away.
    """

    topic: str
    key: str
    kind: Kind
    versions: tuple[int | None, int | None]
    values: tuple[Value | None, Value | None]
    fields: Fields

    def to_json(self) -> dict[str, Any]:
        """The difference as plain values."""
        return asdict(self)


def unlike(live: Value, shadow: Value) -> tuple[Fields, set[str]]:
    """The fields in which the shadow's value is not the live one's, and those it has in addition.

    A field more is no difference: readers of the contracts pass over fields that they do not
    know. A field less is one.
    """
    fields: Fields = {
        name: (live[name], shadow.get(name))
        for name in live
        if name not in shadow or live[name] != shadow[name]
    }
    return fields, set(shadow) - set(live)


def decoded(value: bytes) -> Value:
    """A message's value as its fields."""
    return _decode(value)
