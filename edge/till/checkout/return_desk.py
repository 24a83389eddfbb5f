"""Carries a return through: asked of the gateway where an employee is known, then decided by the
journal, which has the last word on what this till itself sold."""

from edge.problems import Refusal
from edge.till import asked
from edge.till.answers import AskedOnce, GivenAnswer
from edge.till.books import Books
from edge.till.checkout.reserving import Reserved, reserve
from edge.till.checkout.returning import take_back_of
from edge.till.checkout.sold_here import sold_here
from edge.till.deciding import Decision, Sight
from edge.till.premises import TillPremises
from edge.till.terminals.running import Doing


async def take_back(
    premises: TillPremises,
    books: Books,
    do: Doing,
    once: AskedOnce,
    receipt_no: str,
    want: asked.AskedReceiptReturn,
) -> GivenAnswer:
    """What the program is told; raises `Refusal`."""
    found = await books.run(lambda: books.desk.answered(once))
    if found is not None:
        return found
    reserved = await _reserved(premises, books, receipt_no, want)

    def decide(sight: Sight) -> Decision:
        sold = sold_here(books.journal, receipt_no)
        return take_back_of(sight, receipt_no, want, sold, reserved)

    return await do(once, decide, want.auth)


async def _reserved(
    premises: TillPremises, books: Books, receipt_no: str, want: asked.AskedReceiptReturn
) -> Reserved | None:
    """What the gateway keeps for it, by the id that the return is about to get: as soon as it has
    come there, it is no longer kept. Where another event takes that number first, it is let go
    after a quarter of an hour."""
    if want.authorization is None or want.training:
        return None
    sold, mark = await books.run(lambda: (sold_here(books.journal, receipt_no), books.journal.mark))
    if sold is not None and sold.is_training:
        return None
    try:
        way = premises.way()
    except Refusal:
        return None
    name = premises.name
    return_id = f"{name.till_id if name else ''}-{mark.epoch}-R{mark.sequence + 1}"
    return await reserve(way, receipt_no, want, return_id)
