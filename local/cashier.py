"""Somebody who may sell at the stack's own till: a card and a PIN, drawn at the first start.

    python -m local.cashier STACK_HOME LOCATION STORE_HOME

They lie in the store's home, for their owner's eyes, and `tillstream local status` shows them. That
is the stack's own home where the store's gateway stands at the centre.
"""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from local.checkout import environment, module
from local.child import Service
from local.home import StackHome, write_json

FILE = "cashier.json"

LIMITS = ("discount_percent=10", "refund_minor=5000", "drawer=1")
"""Enough to try what the page has, and not so much that nothing is ever refused."""


class NotLetIn(Exception):
    """The cashier could not be added; the text says why."""


@dataclass(frozen=True)
class StackCashier:
    """Whom the page lets in. No product's code has ten digits, as the card has."""

    employee_id: str
    card: str
    pin: str


def drawn() -> StackCashier:
    """Somebody new."""
    number = secrets.randbelow(10**4)
    return StackCashier(
        f"cashier-{number:04}",
        f"{secrets.randbelow(10**10):010}",
        f"{secrets.randbelow(10**4):04}",
    )


def known(home: StackHome) -> StackCashier | None:
    """Who was drawn for the store with that home, if anybody was."""
    file = home.folder / FILE
    return StackCashier(**json.loads(file.read_text())) if file.exists() else None


def let_in(home: StackHome, location_id: str, store: StackHome | None = None) -> None:
    """Add the cashier and give the store's gateway its list of cards, unless it has one; ``store``
    is the home of a store that has one of its own.

    Ended at any step, the next start goes on with the same card. Raises `NotLetIn`.
    """
    own = store or home
    cards = own.folder / "gateway" / location_id / "own" / "cards.json"
    if cards.exists():
        return
    cashier = known(own) or drawn()
    write_json(own.folder / FILE, asdict(cashier))
    try:
        _add(home, location_id, cashier)
    except NotLetIn:
        if cashier.employee_id not in _employees(home):
            raise
    _command(home, "employees", "cards", location_id, "--out", str(cards))


def step(home: StackHome, location_id: str, store: StackHome) -> Service:
    """The step that lets somebody in; see `let_in`."""
    folders = [str(each.folder.absolute()) for each in (home, store)]
    command = module("local.cashier", folders[0], location_id, folders[1])
    return Service("cashier", command, store.log("cashier"), lambda: False, environment({}))


def _employees(home: StackHome) -> set[str]:
    listed = json.loads(_command(home, "employees", "list", "--json"))
    return {each["employee_id"] for each in listed["employees"]}


def _add(home: StackHome, location_id: str, cashier: StackCashier) -> None:
    limits = [word for limit in LIMITS for word in ("--limit", limit)]
    place = ("--location", location_id, "--role", "cashier", *limits)
    secret = json.dumps({"card": cashier.card, "pin": cashier.pin})
    _command(home, "employees", "add", cashier.employee_id, *place, "--stdin", said=secret)


def _command(home: StackHome, *words: str, said: str = "") -> str:
    done = subprocess.run(
        module("tillstream", *words),
        env={**os.environ, **environment({"home": str(home.folder)})},
        input=said,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NotLetIn(f"nobody is let in at {' '.join(words[:2])}: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    try:
        let_in(StackHome(Path(sys.argv[1])), sys.argv[2], StackHome(Path(sys.argv[3])))
    except NotLetIn as error:
        sys.exit(f"tillstream: {error}")
