"""Till events by seed, and what must come out of them, summed without any contender's code."""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

SEED = 20261121

COPIES_REACH_BACK = 5_000
"""A duplicate repeats one of so many last events: a till that sends a lost answer's batch again."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the shops are like.

    ``skew`` is the share of all events that come from the first location, on top of its own.
    ``copies_every``: after so many events one is sent again. ``is_even``: all products sell alike,
    where otherwise few make most sales.
    """

    locations: int = 200
    tills: int = 4
    skus: int = 2_000
    lines_min: int = 1
    lines_max: int = 3
    skew: float = 0.0
    copies_every: int = 100
    is_even: bool = False


class Line(NamedTuple):
    """One line of a sale."""

    sku: str
    quantity: int
    unit_price_minor: int


@dataclass(slots=True)
class Sale:
    """A sale before it becomes bytes; ``number`` counts all sales from 0."""

    number: int
    location_id: str
    till_id: str
    sequence: int
    lines: list[Line]
    random_bits: int


class Event(NamedTuple):
    """One message; ``keys`` are the levels that it touches, none for a copy."""

    location_id: str
    value: bytes
    keys: tuple[str, ...]


Encode = Callable[[Sale], bytes]


class Sales:
    """An endless stream of sales, with the direct sum of all that were taken so far."""

    def __init__(self, shape: Shape, encode: Encode) -> None:
        self.on_hand: dict[str, int] = {}
        self.sequences: Counter[str] = Counter()
        self.copies: Counter[str] = Counter()
        self.messages = 0
        self._shape = shape
        self._encode = encode
        self._random = random.Random(SEED)  # noqa: S311 - the same input every time is the point
        self._tills = [
            (f"S{shop:05d}", f"S{shop:05d}-T{till}")
            for shop in range(1, shape.locations + 1)
            for till in range(1, shape.tills + 1)
        ]
        self._skus = [f"P{number:05d}" for number in range(1, shape.skus + 1)]
        self._random.shuffle(self._skus)
        ranks = range(1, shape.skus + 1)
        # Zipf's law, unless even.
        self._weights = list(itertools.accumulate(1 if shape.is_even else 1 / r for r in ranks))
        self._recent: list[tuple[str, str, bytes]] = []
        self._number = 0

    def take(self, count: int) -> Iterator[Event]:
        """The next ``count`` sales, with the copies that fall between them."""
        for number in range(self._number, self._number + count):
            self._number = number + 1
            yield self._next(number)
            if (number + 1) % self._shape.copies_every == 0:
                yield self._copy()

    def sweep(self, lines_each: int) -> Iterator[Event]:
        """Sales of the first tills that touch every product of every location once."""
        for location_id, till_id in self._tills[:: self._shape.tills]:
            for at in range(0, len(self._skus), lines_each):
                number, self._number = self._number, self._number + 1
                self.sequences[till_id] += 1
                lines = [Line(sku, 1, 100) for sku in self._skus[at : at + lines_each]]
                sale = Sale(number, location_id, till_id, self.sequences[till_id], lines, number)
                yield self._made(sale)

    def _next(self, number: int) -> Event:
        return self._made(self._sale(number))

    def _made(self, sale: Sale) -> Event:
        value = self._encode(sale)
        keys = tuple(f"{sale.location_id}/{line.sku}" for line in sale.lines)
        for key, line in zip(keys, sale.lines, strict=True):
            self.on_hand[key] = self.on_hand.get(key, 0) - line.quantity
        self._keep((sale.location_id, sale.till_id, value), sale.number)
        self.messages += 1
        return Event(sale.location_id, value, keys)

    def _sale(self, number: int) -> Sale:
        chance, shape = self._random, self._shape
        skewed = shape.skew and chance.random() < shape.skew
        pick = int(chance.random() * (shape.tills if skewed else len(self._tills)))
        location_id, till_id = self._tills[pick]
        self.sequences[till_id] += 1
        count = shape.lines_min + int(chance.random() * (shape.lines_max - shape.lines_min + 1))
        lines = [
            Line(sku, 1 + int(chance.random() * 3), 99 + int(chance.random() * 2000))
            for sku in chance.choices(self._skus, cum_weights=self._weights, k=count)
        ]
        bits = chance.getrandbits(74)
        return Sale(number, location_id, till_id, self.sequences[till_id], lines, bits)

    def _keep(self, sent: tuple[str, str, bytes], number: int) -> None:
        if len(self._recent) < COPIES_REACH_BACK:
            self._recent.append(sent)
        else:
            self._recent[number % COPIES_REACH_BACK] = sent

    def _copy(self) -> Event:
        pick = int(self._random.random() * len(self._recent))
        location_id, till_id, value = self._recent[pick]
        self.copies[till_id] += 1
        self.messages += 1
        return Event(location_id, value, ())
