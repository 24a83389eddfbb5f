"""Carries a return through: asked of the gateway where an employee is known, then decided by the
journal, which has the last word on what this till itself sold."""

from edge.problems import Refusal
from edge.till import asked
from edge.till.answers import AskedOnce, GivenAnswer
from edge.till.books import Books
from edge.till.checkout.reserving import Reserved, reserve
from edge.till.checkout.returning import take_back_of
from edge.till.checkout.sold_here import SoldHere, sold_here
from edge.till.deciding import Decision, Sight
from edge.till.premises import TillPremises
from edge.till.refusals import WhyNot
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
    own = premises.name and premises.name.location_id
    is_foreign = want.location_id not in (None, own)
    sold, mark = await books.run(
        lambda: (
            # Another store's receipt may have the number of one that was sold here.
            None if is_foreign else sold_here(books.journal, receipt_no),
            books.journal.mark,
        )
    )
    reserved = None
    if want.authorization is not None and not want.training and not (sold and sold.is_training):
        return_id = f"{premises.name.till_id if premises.name else ''}-{mark.epoch}-R"
        return_id += str(mark.sequence + 1)
        reserved = await _reserved(premises, sold, receipt_no, want, return_id)

    def decide(sight: Sight) -> Decision:
        now = sold and sold.as_of_now(books.journal)
        return take_back_of(sight, receipt_no, want, now, reserved)

    return await do(once, decide, want.auth)


async def _reserved(
    premises: TillPremises,
    sold: SoldHere | None,
    receipt_no: str,
    want: asked.AskedReceiptReturn,
    return_id: str,
) -> Reserved | None:
    """What the gateway keeps for it, by the id that the return is about to get: as soon as it has
    come there, it is no longer kept. Where another event takes that number first, it is let go
    after a quarter of an hour. What this till sold comes back while the gateway is away, too."""
    try:
        return await reserve(premises.way, receipt_no, want, return_id)
    except Refusal as refused:
        if sold is None or refused.more.get("reason") != WhyNot.GATEWAY_AWAY.value:
            raise
        return None
