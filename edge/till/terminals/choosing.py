"""Which terminal a till asks, by the address that it was given."""

from collections.abc import Awaitable, Callable

from edge.till.checkout.terms import SIMULATED
from edge.till.terminals.noting import Do, LeftPayment
from edge.till.terminals.paying import CardTerminal, SocketTerminal
from edge.till.terminals.running import CardPayments
from edge.till.terminals.simulated import NearTerminal, SimulatedTerminal


def card_payments(
    do: Do, left: Callable[[], Awaitable[list[LeftPayment]]], address: str
) -> CardPayments:
    """Payments at that terminal; carts in training are paid at one that takes no money."""
    return CardPayments(do, left, _terminal(address), NearTerminal(SimulatedTerminal()))


def _terminal(address: str) -> CardTerminal | None:
    if not address:
        return None
    if address == SIMULATED:
        return NearTerminal(SimulatedTerminal())
    host, _, port = address.rpartition(":")
    return SocketTerminal(host, int(port))
