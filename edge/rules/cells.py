"""What a cell says: a text as somebody wrote it becomes a condition, or a value that follows.

An integer's cell holds numbers (`5`, `2, 3`), ranges (`10..19`) and comparisons (`>= 5000`), of
which any one is enough. A comparison may multiply (`> 152 x 1.10`); its bound is exact. A text's
cell holds quoted texts (`'wine', 'beer'`). With `not` before them none may be. A flag's holds `yes`
or `no`. `known` and `missing` are for attributes that may be missing.
"""

import re
from fractions import Fraction
from typing import NamedTuple

from edge.rules.attributes import Attribute, Outcome, Value
from edge.rules.faults import FaultKind

Spans = tuple[tuple[int, int], ...]

_NUMBER = r"-?[0-9]{1,16}"
_FACTOR = r"\s*[x*\u00d7]\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)"
_COMPARISON = re.compile(rf"(>=|<=|>|<)\s*({_NUMBER})(?:{_FACTOR})?")
_RANGE = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})")
_EXACTLY = re.compile(rf"(?:=\s*)?({_NUMBER})")
_NOT = re.compile(r"(?:not\b|!=)\s*")
_OR = re.compile(r"\s*,\s+")  # 50,5 is half of something to some, and 5,000 much more than 5
_TEXT = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)')\s*(,|\Z)""")
_FLAGS = {"yes": True, "no": False}
_NULLS = re.compile(r"(?i)\b(null|none|nil|nan)\b")


class BadCell(Exception):
    """A cell that says nothing which its column can mean."""

    def __init__(self, kind: FaultKind, reason: str) -> None:
        super().__init__(reason)
        self.kind: FaultKind = kind


class Condition(NamedTuple):
    """What an attribute must be. One of ``spans`` (closed, in order, apart) and ``values`` counts.

    ``excluded`` turns ``values`` round: none of them. ``missing`` says whether the condition holds
    where there is no value; a comparison alone never does.
    """

    text: str
    spans: Spans = ()
    values: frozenset[Value] = frozenset()
    excluded: bool = False
    missing: bool = False

    def holds(self, value: Value | None) -> bool:
        """Whether it holds for a value, or for a missing one."""
        if value is None:
            return self.missing
        if any(low <= value <= high for low, high in self.spans if isinstance(value, int)):
            return True
        return (value in self.values) != self.excluded


def condition_of(cell: str, attribute: Attribute) -> Condition:
    """The condition that a cell writes down; raises `BadCell`."""
    words = cell.strip()
    told, missing = _without_missing(words, attribute)
    if told in ("", "known"):
        known = _anything(attribute) if told else Condition(words)
        return known._replace(text=words, missing=missing)
    if attribute.type != "text" and _NULLS.search(told):
        raise BadCell("null compare", "nothing compares with null: write missing or known")
    read = {"integer": _of_integers, "text": _of_texts, "flag": _of_flag}[attribute.type]
    return read(told, attribute)._replace(text=words, missing=missing)


def _without_missing(words: str, attribute: Attribute) -> tuple[str, bool]:
    told = re.sub(r"(?:,\s*)?\bmissing\s*\Z", "", words).strip()
    is_missing = told != words
    if (is_missing or words == "known") and not attribute.may_be_missing:
        raise BadCell("null compare", f"{attribute.name} is never missing")
    return told, is_missing


def _anything(attribute: Attribute) -> Condition:
    if attribute.type == "integer":
        return Condition("", spans=((attribute.low, attribute.high),))
    return Condition("", excluded=True)


def _of_integers(words: str, attribute: Attribute) -> Condition:
    excluded = _NOT.match(words)
    told = words[excluded.end() :] if excluded else words
    spans = _joined([_span(part, attribute) for part in _OR.split(told)])
    spans = _others(spans, attribute) if excluded else spans
    if not spans:
        raise BadCell("wrong type", f"no value of {attribute.name} meets {words!r}")
    return Condition(words, spans=spans)


def _span(part: str, attribute: Attribute) -> tuple[int, int]:
    if found := _COMPARISON.fullmatch(part):
        low, high = _compared(found[1], int(found[2]) * Fraction(found[3] or 1), attribute)
    elif found := _RANGE.fullmatch(part):
        low, high = int(found[1]), int(found[2])
    elif found := _EXACTLY.fullmatch(part):
        low = high = int(found[1])
    else:
        raise BadCell("wrong type", f"{part!r} is no whole number, range or comparison of them")
    low, high = max(low, attribute.low), min(high, attribute.high)
    if low > high:
        raise BadCell("wrong type", f"no value of {attribute.name} meets {part!r}")
    return low, high


def _compared(sign: str, bound: Fraction, attribute: Attribute) -> tuple[int, int]:
    """The integers on that side of an exact bound."""
    floor, ceiling = bound.__floor__(), bound.__ceil__()
    if sign == ">":
        return floor + 1, attribute.high
    if sign == ">=":
        return ceiling, attribute.high
    return attribute.low, ceiling - 1 if sign == "<" else floor


def _joined(spans: list[tuple[int, int]]) -> Spans:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def _others(spans: Spans, attribute: Attribute) -> Spans:
    """All integers that the attribute may be, but those."""
    edges = [attribute.low - 1, *(edge for span in spans for edge in span), attribute.high + 1]
    between = zip(edges[::2], edges[1::2], strict=True)
    return tuple((low + 1, high - 1) for low, high in between if low + 1 < high)


def _of_texts(words: str, attribute: Attribute) -> Condition:
    excluded = _NOT.match(words)
    values = _quoted(words[excluded.end() :] if excluded else words.removeprefix("=").strip())
    for value in values:
        if fault := attribute.fault_of(value):
            raise BadCell("wrong type", fault)
    return Condition(words, values=frozenset(values), excluded=excluded is not None)


def _quoted(words: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(words) or not found:
        read = _TEXT.match(words, at)
        if read is None:
            if _NULLS.fullmatch(words):
                raise BadCell("null compare", "nothing compares with null: write missing or known")
            raise BadCell("wrong type", f"{words!r} is no text in quotes, as 'wine', 'beer'")
        found.append(read[1] if read[1] is not None else read[2])
        at = read.end()
    if words.rstrip().endswith(","):
        raise BadCell("wrong type", f"{words!r} ends with a comma")
    return found


def _of_flag(words: str, attribute: Attribute) -> Condition:
    if words not in _FLAGS:
        raise BadCell("wrong type", f"{words!r} is neither yes nor no")
    return Condition(words, values=frozenset({_FLAGS[words]}))


def outcome_of(cell: str, outcome: Outcome) -> Value:
    """The value that a cell lets follow; raises `BadCell`."""
    words = cell.strip()
    if outcome.type == "flag":
        if words not in _FLAGS:
            raise BadCell("wrong type", f"{words!r} is neither yes nor no")
        return _FLAGS[words]
    if outcome.type == "integer":
        if not re.fullmatch(_NUMBER, words) or not outcome.low <= int(words) <= outcome.high:
            told = f"{words!r} is no whole number from {outcome.low} to {outcome.high}"
            raise BadCell("wrong type", told)
        return int(words)
    texts = _quoted(words)
    if len(texts) != 1:
        raise BadCell("wrong type", f"{words!r} is more than one text")
    if outcome.values and texts[0] not in outcome.values:
        raise BadCell("wrong type", f"{texts[0]!r} is none of {', '.join(outcome.values)}")
    return texts[0]
