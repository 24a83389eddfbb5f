"""Products by what is scanned or typed: a SKU, or a GTIN with or without its leading zeros."""

from collections.abc import Mapping, Sequence

import msgspec

from clients.statements import statement
from dashboards.asking import Ask
from dashboards.backoffice.asked import AskedGoods
from dashboards.backoffice.asking import BookingWork, fetched
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked
from topics.scalars import NUMBER_MAX

CODES_TOLD = 20
"""Of a refusal: whoever scans another shop's labels has all of them wrong."""


class _Found(msgspec.Struct, frozen=True):
    code: str
    sku: str
    by_sku: bool


async def found_codes(work: BookingWork, lines: Sequence[AskedGoods]) -> dict[str, str]:
    """The SKU of each code; raises `BookingRefused` where it is none, or two products."""
    codes = sorted({each.code for each in lines})
    if not codes:
        return {}
    return _one_each(codes, await fetched(work, statement(__file__, "codes"), _Found, codes=codes))


async def skus_of(ask: Ask, lines: Sequence[AskedGoods]) -> dict[str, str]:
    """The same, outside of a transaction."""
    codes = sorted({each.code for each in lines})
    return _one_each(codes, await ask(statement(__file__, "codes"), _Found, codes=codes))


def _one_each(codes: Sequence[str], rows: Sequence[_Found]) -> dict[str, str]:
    """A SKU counts before a GTIN of the same digits."""
    by_sku = {row.code: {row.sku} for row in rows if row.by_sku}
    by_gtin: dict[str, set[str]] = {}
    for row in rows:
        by_gtin.setdefault(row.code, set()).add(row.sku)
    found = by_gtin | by_sku
    unknown = [code for code in codes if code not in found]
    shared = [code for code in codes if len(found.get(code, ())) > 1]
    if unknown or shared:
        words = "No product has this SKU or GTIN" if unknown else "Several products have this GTIN"
        raise BookingRefused(WhyNotBooked.UNKNOWN_CODE, f"{words}: {_told(unknown or shared)}.")
    return {code: next(iter(skus)) for code, skus in found.items()}


async def sku_of(ask: Ask, code: str) -> str | None:
    """The one product of a code; None where nobody knows it, or several have it."""
    rows = await ask(statement(__file__, "codes"), _Found, codes=[code])
    by_sku = [row.sku for row in rows if row.by_sku]
    found = set(by_sku or [row.sku for row in rows])
    return found.pop() if len(found) == 1 else None


def found_quantities(lines: Sequence[AskedGoods], skus: Mapping[str, str]) -> dict[str, int]:
    """Quantities by SKU, added up where a product was told twice; raises `BookingRefused`."""
    found: dict[str, int] = {}
    for each in lines:
        sku = skus[each.code]
        found[sku] = found.get(sku, 0) + each.quantity
    beyond = [sku for sku, quantity in found.items() if abs(quantity) > NUMBER_MAX]
    if beyond:
        words = f"Of one product no more than {NUMBER_MAX}: {_told(beyond)}."
        raise BookingRefused(WhyNotBooked.NOT_UNDERSTOOD, words)
    return found


def _told(codes: Sequence[str]) -> str:
    more = len(codes) - CODES_TOLD
    return ", ".join(codes[:CODES_TOLD]) + (f" and {more} more" if more > 0 else "")
