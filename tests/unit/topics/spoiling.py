"""Ways to spoil a valid JSON value, as tills and people do."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

_RAW = "@raw@"
"""Stands for a piece of JSON text that Python's writer would not write."""

NUMBERS = [
    *("0", "1", "-1", "1.0", "1.5", "1e0", "1E2", "10e-1", "-0", "-0.0", "01", "+1", "1.", ".5"),
    *("9007199254740991", "9007199254740992", "-9007199254740991", "-9007199254740992"),
    *("9223372036854775808", "18446744073709551616", "9" * 400, "1e400", "NaN", "-Infinity"),
]
TIMES = [
    *("2026-11-21T09:30:00Z", "2026-11-21t09:30:00z", "2026-11-21 09:30:00Z", "2026-11-21T09:30Z"),
    *("2026-11-21T09:30:60Z", "2016-12-31T23:59:60Z", "2026-11-21T24:00:00Z", "2026-11-21"),
    *("2026-11-21T09:30:00", "2026-11-21T09:30:00Z\n", "2026-11-21T09:30:00 Z", "1732181400"),
    *("2026-11-21T09:30:00+02:00", "2026-11-21T09:30:00-00:00", "2026-11-21T09:30:00+0200"),
    *("2026-11-21T09:30:00+24:00", "2026-11-21T09:30:00+02", "2026-11-21T09:30:00\u221201:00"),
    *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00"),
    *("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59.9999999Z"),
    *("2026-11-21T09:30:00.1Z", "2026-11-21T09:30:00.1234565Z", "2026-11-21T09:30:00.999999999Z"),
    *("2026-11-21T09:30:00.Z", "2026-11-21T09:30:00,5Z", "2026-02-29T00:00:00Z"),
    *("\u0662\u0660\u0662\u0666-11-21T09:30:00Z", "2026-11-21T09:30:0\u0660Z"),
]
DATES = [
    *("2026-11-21", "2026-02-30", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01"),
    *("2026-11-21\n", " 2026-11-21", "20261121", "2026-W47-1", "2026-1-1", "2026-11-21T00:00:00Z"),
    "\u0662\u0660\u0662\u0666-11-21",
]
IDS = [
    *("a", "A.b_c-9", "", "a" * 64, "a" * 65, "a\n", "\n", "a b", "a/b", "é", "\uff41", "\u0661"),
    *("01932F5E-7A1B-7C3D-8E4F-0123456789AB", "01932f5e7a1b7c3d8e4f0123456789ab"),
    *("01932f5e-7a1b-7c3d-8e4f-0123456789ab\n", "{01932f5e-7a1b-7c3d-8e4f-0123456789ab}"),
    *("01932f5e-7a1b-7c3d-8e4f-0123456789ag", "01932f5e-7a1b-7c3d-8e4f0-123456789ab"),
]
TEXTS = [
    *("x" * 128, "x" * 129, "\U0001f600" * 128, "\U0001f600" * 129, "a\0b", "\\u0000", "\ud800"),
    *("EUR", "eur", "EURO", "EUR\n", "kilo", "gram", "voucher", "cart_opened", "true", "false"),
]
RAW = [
    *('"\\ud800"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\x"', '"\t"', '"a', "tru", "[1,]", "{1:2}"),
    *('{"a":NaN}', '{"a":1,}', "[[]]", "//x\n1", "[1 2]", '{"a":[{"b":[{}]}]}'),
]

TAILS = [b"", b" \n\t\r", b" x", b"\0", b"{}", b",", b"\x0c", b"\xc2\xa0"]
HEADS = [b"", b" \n", b"\xef\xbb\xbf", b"\x0c", b"["]

_odd = st.one_of(
    st.sampled_from(NUMBERS + RAW).map(lambda text: _RAW + text),
    st.sampled_from(TIMES + DATES + IDS + TEXTS),
    st.sampled_from([None, True, False, {}, []]),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.datetimes().map(lambda time: time.isoformat() + "Z"),
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in the value."""
    if not isinstance(value, dict | list):
        return []
    items = list(value.items() if isinstance(value, dict) else enumerate(value))
    return [(value, key) for key, _ in items] + [
        place for _, inner in items for place in _places(inner)
    ]


def _write(value: Any, ascii_only: bool) -> bytes:
    text = json.dumps(value, ensure_ascii=ascii_only)
    head, *raw = text.split(f'"{_RAW}')
    for piece in raw:
        quoted, end = json.decoder.scanstring(piece, 0)  # type: ignore[attr-defined]
        head += quoted + piece[end:]
    return head.encode("utf-8", "surrogatepass")


@st.composite
def spoiled(draw: st.DrawFn, valid: list[dict[str, Any]]) -> bytes:
    """Bytes of a valid value with nothing, a little, or much wrong with it."""
    value = copy.deepcopy(draw(st.sampled_from(valid)))
    for _ in range(draw(st.integers(0, 2))):
        container, key = draw(st.sampled_from(_places(value)))
        match draw(st.sampled_from(["replace", "replace", "remove", "add", "repeat"])):
            case "replace":
                container[key] = draw(_odd)
            case "remove":
                del container[key]
            case "repeat" if isinstance(container, list):
                container.append(copy.deepcopy(container[key]))
            case _ if isinstance(container, dict):
                container[draw(st.text(max_size=4)) + "?"] = draw(_odd)
            case _:
                pass
    written = _write(value, draw(st.booleans()))
    written = draw(st.sampled_from(HEADS)) * draw(st.booleans()) + written
    written += draw(st.sampled_from(TAILS)) * draw(st.booleans())
    return _with_one_byte_changed(draw, written) if draw(st.integers(0, 9)) == 0 else written


def _with_one_byte_changed(draw: st.DrawFn, written: bytes) -> bytes:
    at = draw(st.integers(0, len(written) - 1))
    replacement = draw(st.binary(max_size=2))
    return written[:at] + replacement + written[at + 1 :]
