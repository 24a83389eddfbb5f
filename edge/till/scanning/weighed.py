"""Labels of weighed goods: what their codes hold, by country, read from a table. Pure.

A row says of a prefix where in the 13 digits the item (``I``), the measure (``M``), a digit that
guards the measure (``V``) and the check digit (``C``) stand, whether the measure is a price, a
weight or a count, and how many decimals it has: of the currency, or of a kilogram. A country
without rows has none: its labels are looked up as they are.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from edge.till.scanning.attributes import scaled
from edge.till.scanning.check_digits import VERIFIED_LENGTHS, check_digit, verifier
from edge.till.scanning.items import CannotBeRead, ScannedItem, Unread

TABLE = Path(__file__).parent / "weighed_codes.csv"

_COLUMNS = ("country", "prefix", "form", "kind", "decimals")
_PREFIX = re.compile(r"(02|2[0-9])\Z")
_FORM = re.compile(r"[0-9]{2}I+(VM+|M+V?)C\Z")
_DIGITS = 13
_PREFIX_DIGITS = 2
_KINDS = frozenset({"price", "weight", "count"})
_DECIMALS = frozenset("0123")
_GRAM_DECIMALS = 3


class WrongTable(ValueError):
    """A row that means nothing; the text says which and why."""


class WeighedCode(NamedTuple):
    """One row."""

    form: str
    kind: str
    decimals: int

    def part(self, code: str, letter: str) -> str:
        """The digits of a code that stand where the form has that letter."""
        return "".join(
            digit for digit, place in zip(code, self.form, strict=True) if place == letter
        )

    def without_measure(self, code: str) -> str:
        """The number that all labels of the item share: zeros for measure and verifier."""
        payload = "".join(
            "0" if place in "MV" else digit
            for digit, place in zip(code[:-1], self.form[:-1], strict=True)
        )
        return payload + check_digit(payload)


WeighedCodes = Mapping[str, WeighedCode]
"""One country's rows by prefix."""


def read_tables(lines: Iterable[str]) -> dict[str, dict[str, WeighedCode]]:
    """The rows of a table by country and prefix; raises `WrongTable`."""
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != _COLUMNS:
        raise WrongTable(f"line 1: the columns are {', '.join(_COLUMNS)}")
    tables: dict[str, dict[str, WeighedCode]] = {}
    for row in reader:
        wrong = _fault(row, tables)
        if wrong:
            raise WrongTable(f"line {reader.line_num}: {wrong}")
        code = WeighedCode(row["form"], row["kind"], int(row["decimals"]))
        tables.setdefault(row["country"], {})[row["prefix"]] = code
    return tables


def _fault(row: Mapping[str, str], before: Mapping[str, Mapping[str, WeighedCode]]) -> str:
    if set(row) != set(_COLUMNS) or None in row.values():
        return f"a row has {len(_COLUMNS)} cells"
    form = row["form"]
    faults = (
        (not _PREFIX.match(row["prefix"]), "the prefix is 02 or 20 to 29"),
        (len(form) != _DIGITS or not _FORM.match(form), f"no form of {_DIGITS} places: {form!r}"),
        (not form.startswith(row["prefix"]), "the form does not begin with the prefix"),
        ("V" in form and form.count("M") not in VERIFIED_LENGTHS, "no verifier for that length"),
        (row["kind"] not in _KINDS, f"the kind is one of {', '.join(sorted(_KINDS))}"),
        (row["decimals"] not in _DECIMALS, "decimals are 0 to 3"),
        (row["prefix"] in before.get(row["country"], {}), "the country has that prefix already"),
    )
    return next((words for is_wrong, words in faults if is_wrong), "")


def read_label(gtin: str, codes: WeighedCodes, money_digits: int) -> ScannedItem | None:
    """What a label says, None for a code that is none; raises `CannotBeRead` for a wrong verifier.

    ``gtin`` has its right check digit. A measure of nothing is a label without one: the item is
    weighed at the till.
    """
    code = gtin.zfill(_DIGITS)
    found = codes.get(code[:_PREFIX_DIGITS]) if len(code) == _DIGITS else None
    if found is None or len(gtin) < _DIGITS - 1:
        return None
    measure, guard = found.part(code, "M"), found.part(code, "V")
    if guard and guard != verifier(measure):
        raise CannotBeRead(Unread.WRONG_VERIFIER)
    item = ScannedItem(found.without_measure(code), is_gtin=True)
    value = int(measure)
    if value == 0:
        return item
    match found.kind:
        case "price":
            return item._replace(amount_minor=scaled(value, found.decimals, money_digits))
        case "weight":
            return item._replace(weight_grams=scaled(value, found.decimals, _GRAM_DECIMALS))
        case _:
            return item._replace(pieces=value)
