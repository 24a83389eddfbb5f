"""What tills say that moves no stock: their cash, card terminals, and what is kept for audit."""

from __future__ import annotations

import random
from typing import Any

Event = dict[str, Any]


def aside(rng: random.Random) -> Event:
    """The body of one such event."""
    makers = (_shift, _tender, _audited, _noted)
    return rng.choice(makers)(rng)


def _shift(rng: random.Random) -> Event:
    kinds = ("shift_opened", "shift_counted", "shift_closed", "cash_moved")
    body: Event = {"type": rng.choice(kinds), "shift_id": "sh-1", "cashier_id": "c-1"}
    more: Event = {
        "float_minor": rng.randint(0, 50_000),
        "counted": {"5000": rng.randint(0, 9), "10": 3},
        "expected_minor": rng.randint(0, 10**12),
        "over_short_minor": -rng.randint(0, 500),
        "amount_minor": rng.choice((-20_000, 20_000)),
        "reason": "Wechselgeld, größer",
    }
    return body | {name: value for name, value in more.items() if rng.random() < 0.6}


def _tender(rng: random.Random) -> Event:
    kind = rng.choice(("tender_requested", "tender_settled"))
    body: Event = {"type": kind, "cart_id": f"at-terminal-{rng.randint(1, 99)}"}
    body |= {"tender_id": f"te-{rng.randint(1, 999)}", "kind": "card", "amount_minor": 1250}
    if kind == "tender_settled":
        body["outcome"] = rng.choice(("captured", "declined", "unknown"))
    return body


def _audited(rng: random.Random) -> Event:
    kind = rng.choice(("age_checked", "drawer_opened"))
    return {"type": kind, "cashier_id": "c-1", "outcome": "refused", "reason": "no sale"}


def _noted(rng: random.Random) -> Event:
    kind = rng.choice(("survey", "reprint", "pin_failed", "card_locked", "price_checked"))
    return {"type": "noted", "kind": kind, "detail": {"answer": 4, "words": "très bien"}}
