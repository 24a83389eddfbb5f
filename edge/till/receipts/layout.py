"""A receipt as lines on a grid, whatever prints them. Pure."""

from collections.abc import Callable, Iterator
from datetime import tzinfo
from typing import Literal, NamedTuple

from edge.till.receipts.amounts import measure, money, percent
from edge.till.receipts.proofs import ReceiptProof
from edge.till.receipts.sales import PrintedReturn, PrintedSale, ProvenReturn, ProvenSale
from edge.till.receipts.widths import centred, clean, columns_of, spread, wrapped
from topics.wire_parts import WireLine

Columns = Literal[42, 48]

WIDTHS: tuple[Columns, ...] = (42, 48)
"""Columns of the printers in use: 80 mm of paper at 180 and at 203 dots an inch."""

NAME_LINES_MAX = 3
"""Of a product's name. It must not push the total off the paper."""

SHORT_HASH_DIGITS = 16
"""Of the hash in print, which people compare by eye. The QR code has all of it."""

_TENDERS = {"cash": "Cash", "card": "Card", "voucher": "Voucher", "other": "Other"}


class LayoutTerms(NamedTuple):
    """What a receipt shows beside the sale."""

    heading: tuple[str, ...]
    """The shop's name, address and tax number, a line each."""

    time_zone: tzinfo
    """The store's."""

    name_of: Callable[[str], str | None]
    """What a SKU is called; None for one that the catalog no longer has."""

    columns: Columns = 42


class ReceiptLine(NamedTuple):
    """One line of ``columns`` columns at most, as it is printed from the left."""

    text: str
    is_bold: bool = False


class Receipt(NamedTuple):
    """What is printed: the lines, then the QR code, then ``ending``."""

    receipt_no: str
    columns: Columns
    lines: tuple[ReceiptLine, ...]
    qr: str
    """Empty for a return and in training: see `edge.till.receipts.proofs`."""

    ending: tuple[ReceiptLine, ...]


def receipt_of(proven: ProvenSale, terms: LayoutTerms, is_copy: bool = False) -> Receipt:
    """The receipt of a sale; an ``is_copy`` one says so at both ends."""
    sale = proven.sale
    body = (*_goods(sale, terms), *_sums(sale, terms.columns))
    receipt = _receipt(sale, proven.proof, body, terms, is_copy)
    return receipt if sale.training else receipt._replace(qr=proven.proof.text())


def return_of(
    proven: ProvenReturn, currency: str, terms: LayoutTerms, is_copy: bool = False
) -> Receipt:
    """The receipt of a return; its event has no currency, so that the shop's is given."""
    back, columns = proven.back, terms.columns
    named = _named("Of receipt", clean(back.of_receipt), columns)
    goods = (text for line in back.lines for text in _line(line, currency, terms))
    refund = spread(f"REFUND {currency}", money(back.refund_minor, currency), columns)
    body = (
        ReceiptLine(centred("RETURN", columns), is_bold=True),
        *map(ReceiptLine, named),
        *map(ReceiptLine, goods),
        _rule(columns),
        ReceiptLine(refund, is_bold=True),
    )
    return _receipt(back, proven.proof, body, terms, is_copy)


def _receipt(
    printed: PrintedSale | PrintedReturn,
    proof: ReceiptProof,
    body: tuple[ReceiptLine, ...],
    terms: LayoutTerms,
    is_copy: bool,
) -> Receipt:
    """The body between what all receipts begin and end with."""
    columns = terms.columns
    marks = tuple(_marks(printed.training, columns, is_copy))
    lines = (
        *(ReceiptLine(centred(clean(line), columns)) for line in terms.heading),
        *marks,
        *_place(printed, terms),
        *body,
        _rule(columns),
        ReceiptLine(spread("Hash", short_hash(proof.hash), columns)),
    )
    return Receipt(clean(printed.receipt_no), columns, lines, "", marks)


def _marks(is_training: bool, columns: int, is_copy: bool) -> Iterator[ReceiptLine]:
    if is_training:
        yield ReceiptLine(centred("*** TRAINING - NOT A SALE ***", columns), is_bold=True)
    if is_copy:
        yield ReceiptLine(centred("*** COPY ***", columns), is_bold=True)


def _place(sale: PrintedSale | PrintedReturn, terms: LayoutTerms) -> Iterator[ReceiptLine]:
    at = sale.occurred_at.astimezone(terms.time_zone)
    told = [
        ("Receipt", sale.receipt_no),
        ("Date", f"{at:%Y-%m-%d %H:%M}"),
        ("Till", f"{sale.location_id} / {sale.till_id}"),
    ]
    if sale.cashier_id:
        told.append(("Cashier", sale.cashier_id))
    for name, value in told:
        for line in _named(name, clean(value), terms.columns):
            yield ReceiptLine(line)
    yield _rule(terms.columns)


def _named(name: str, value: str, columns: int) -> Iterator[str]:
    """Name and value in a line; a long value has lines of its own, so that nothing is lost."""
    if columns_of(name) + 1 + columns_of(value) <= columns:
        yield spread(name, value, columns)
    else:
        yield name
        yield from wrapped(value, columns, lines_max=len(value))


def _goods(sale: PrintedSale, terms: LayoutTerms) -> Iterator[ReceiptLine]:
    for line in sale.lines:
        for text in _line(line, sale.currency, terms):
            yield ReceiptLine(text)
    for discount in sale.discounts:
        amount = money(discount.amount_minor, sale.currency)
        yield ReceiptLine(spread(f"  {clean(discount.rule)}", amount, terms.columns))
    yield _rule(terms.columns)


def _line(line: WireLine, currency: str, terms: LayoutTerms) -> Iterator[str]:
    amount = money(line.amount_minor, currency)
    name = clean(terms.name_of(line.sku) or "") or line.sku
    room = terms.columns - columns_of(amount) - 1
    first, *more = wrapped(name, max(room, 2), NAME_LINES_MAX)
    yield spread(first, amount, terms.columns)
    yield from more
    if (line.quantity, line.unit) != (1, "each") or line.unit_price_minor != line.amount_minor:
        how = measure(line.quantity, line.unit, money(line.unit_price_minor, currency))
        yield spread(f"  {how}", "", terms.columns).rstrip()


def _sums(sale: PrintedSale, columns: int) -> Iterator[ReceiptLine]:
    total = money(sale.total_minor, sale.currency)
    yield ReceiptLine(spread(f"TOTAL {sale.currency}", total, columns), is_bold=True)
    for tender in sale.tenders:
        amount = money(tender.amount_minor, sale.currency)
        yield ReceiptLine(spread(_TENDERS[tender.kind], amount, columns))
    for tax in sorted(sale.taxes, key=lambda tax: -tax.rate_basis_points):
        amount = money(tax.amount_minor, sale.currency)
        yield ReceiptLine(spread(f"incl. tax {percent(tax.rate_basis_points)}", amount, columns))


def _rule(columns: int) -> ReceiptLine:
    return ReceiptLine("-" * columns)


def short_hash(digest: str) -> str:
    """What people compare by eye: the first digits, by fours."""
    digits = digest[:SHORT_HASH_DIGITS]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
