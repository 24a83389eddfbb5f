"""Customers by id and by card, in memory: what of them is no secret."""

from typing import NamedTuple

import msgspec

from topics.scalars import Identifier

CUSTOMERS_MAX = 100_000
"""Customers that are kept, some 40 MiB. More belong to a fleet, whose centre tells a store its
own."""


class HeardCustomer(NamedTuple):
    """Somebody under an id that is random, and what they consented to."""

    customer_id: str
    card_hash: str | None
    consents: dict[str, bool]


class _Row(msgspec.Struct):
    customer_id: Identifier
    consents: str
    card_hash: str | None = None


_decode_row = msgspec.json.Decoder(_Row).decode
_decode_consents = msgspec.json.Decoder(dict[str, bool]).decode


class HeardCustomers:
    """Customers, as the centre's rows tell them."""

    def __init__(self) -> None:
        self._by_id: dict[str, HeardCustomer] = {}
        self._by_card: dict[str, str] = {}

    def hear(self, key: str, value: bytes | None) -> None:
        """Take a row of `cdc.customers`; raises ValueError where nobody can read it."""
        told = None if value is None else _decode_row(value)
        consents = {} if told is None else _decode_consents(told.consents)
        held = self._by_id.pop(key, None)
        if held is not None and self._by_card.get(held.card_hash or "") == key:
            del self._by_card[held.card_hash or ""]
        if told is None or (held is None and len(self._by_id) >= CUSTOMERS_MAX):
            return
        card_hash = told.card_hash and told.card_hash.lower()
        self._by_id[key] = HeardCustomer(told.customer_id, card_hash, consents)
        if card_hash is not None:
            self._by_card[card_hash] = key

    def find(self, name: str) -> HeardCustomer | None:
        """Who has this id, or the card with this hash."""
        return self._by_id.get(name) or self._by_id.get(self._by_card.get(name.lower(), ""))
