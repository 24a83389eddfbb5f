"""Prints receipts: to bytes for whoever asks, or at the till's own printer, which has the drawer's
lock as well."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import NamedTuple

import orjson
import structlog

from edge.problems import Code, Refusal
from edge.till import asked
from edge.till.answers import AskedOnce
from edge.till.checkout import printing
from edge.till.checkout.printing import FoundReceipt
from edge.till.checkout.terms import CheckoutTerms
from edge.till.receipts import printer
from edge.till.receipts.escpos_printing import DRAWER_PULSE
from edge.till.refusals import WhyNot, conflict
from edge.till.terminals.running import Doing


class PrintedReceipt(NamedTuple):
    """What was printed, or in JSON that the till's own printer has it; and whether as a copy."""

    body: bytes
    kind: str
    is_copy: bool


class ReceiptPrinting:
    """Of one till."""

    def __init__(
        self,
        receipt: Callable[[str], Awaitable[FoundReceipt]],
        do: Doing,
        terms: CheckoutTerms,
    ) -> None:
        """``receipt`` finds one and raises `Refusal`; ``do`` writes what is decided."""
        self._receipt = receipt
        self._do = do
        self._terms = terms
        self._one_at_a_time = asyncio.Lock()  # a page's fonts are the process'

    async def print(
        self, once: AskedOnce, receipt_no: str, want: asked.AskedPrint
    ) -> PrintedReceipt:
        """Print it: the first time as it is, and from then on as a copy, which is noted before.
        Raises `Refusal`; where the printer took nothing, the next try is a copy, because nobody
        knows what came out."""
        if want.form == "printer" and not self._terms.printer:
            raise conflict(WhyNot.NO_PRINTER, "This till has no printer.")
        found = await self._receipt(receipt_no)
        printing.laid_out(found, self._terms, want.columns, is_copy=True)  # or it is refused
        done = await self._do(
            once, lambda sight: printing.note_print(sight, receipt_no, want), want.auth
        )
        is_copy = bool(orjson.loads(done.body)["copy"])
        receipt = printing.laid_out(found, self._terms, want.columns, is_copy)
        async with self._one_at_a_time:
            body, kind = await asyncio.to_thread(printing.rendered, receipt, want, self._terms)
            if want.form == "printer":
                await self._send(body, "receipt", "Look at its paper, and print again.")
                kind = "application/json"
                body = orjson.dumps({"receipt_no": receipt_no, "copy": is_copy})
        return PrintedReceipt(body, kind, is_copy)

    async def open_drawer(self) -> bool:
        """Have the printer open the drawer; False where the till has none. Raises `Refusal`."""
        if not self._terms.printer:
            return False
        async with self._one_at_a_time:  # never within a receipt
            await self._send(DRAWER_PULSE, "pulse", "Open the drawer with its key.")
        return True

    async def _send(self, body: bytes, what: str, advice: str) -> None:
        try:
            await printer.send(self._terms.printer, body)
        except printer.PrinterAway as away:
            log = structlog.get_logger("tillstream.till")
            log.warning("printer_away", sent=what, printer=self._terms.printer, why=str(away))
            words = f"The printer did not take it: {away}. {advice}"
            more = {"reason": WhyNot.PRINTER_AWAY.value}
            raise Refusal(HTTPStatus.BAD_GATEWAY, Code.UPSTREAM, words, more=more) from away
