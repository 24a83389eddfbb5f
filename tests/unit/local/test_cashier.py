"""Somebody may sell at the stack's till from the first start on, by what lies in its home alone."""

import json
import stat
import sys
from pathlib import Path

import pytest

from local import cashier
from local.control import Status
from local.home import StackHome
from sealing.cards import PIN, card_id

COMMANDS = """
import json, pathlib, sys
folder, words = pathlib.Path({folder!r}), sys.argv[1:]
(folder / "said").open("a").write(" ".join(words[:2]) + "\\n")
employees = folder / "employees"
if words[1] == "add":
    if employees.exists() or (folder / "closed").exists():
        sys.exit("it cannot be added")
    employees.write_text(json.dumps([words[2], json.load(sys.stdin)]))
elif words[1] == "list":
    known = [json.loads(employees.read_text())[0]] if employees.exists() else []
    print(json.dumps(dict(employees=[dict(employee_id=each) for each in known])))
elif (folder / "dark").exists():
    sys.exit("no list can be written")
else:
    out = pathlib.Path(words[-1])
    out.parent.mkdir(parents=True)
    out.write_text("the cards")
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackHome:
    """Of a stack whose commands write down what they were asked."""
    script = COMMANDS.format(folder=str(tmp_path))

    def module(_: str, *words: str) -> list[str]:
        return [sys.executable, "-c", script, *words]

    monkeypatch.setattr(cashier, "module", module)
    return StackHome(tmp_path / "home")


def said(home: StackHome) -> list[str]:
    """The commands that were given."""
    return (home.folder.parent / "said").read_text().splitlines()


def cards(home: StackHome) -> Path:
    return home.folder / "gateway" / "shop-1" / "own" / "cards.json"


def test_card_and_pin_are_drawn_once_and_are_their_owners_alone(home: StackHome) -> None:
    cashier.let_in(home, "shop-1")
    who = cashier.known(home)
    assert who is not None and cards(home).exists()
    assert card_id(who.card) == who.card and PIN.match(who.pin)
    added = json.loads((home.folder.parent / "employees").read_text())
    assert added == [who.employee_id, {"card": who.card, "pin": who.pin}]
    assert stat.S_IMODE((home.folder / cashier.FILE).stat().st_mode) == 0o600

    cashier.let_in(home, "shop-1")
    assert cashier.known(home) == who
    assert said(home) == ["employees add", "employees cards"], "a later start repeats it"


def test_two_stacks_draw_different_cards() -> None:
    assert cashier.drawn().card != cashier.drawn().card


def test_a_start_that_was_ended_between_the_two_goes_on_with_the_same_card(home: StackHome) -> None:
    dark = home.folder.parent / "dark"
    dark.touch()
    with pytest.raises(cashier.NotLetIn, match="no list can be written"):
        cashier.let_in(home, "shop-1")
    who = cashier.known(home)
    dark.unlink()
    cashier.let_in(home, "shop-1")
    assert cashier.known(home) == who and cards(home).exists()


def test_who_cannot_be_added_is_no_cashier(home: StackHome) -> None:
    (home.folder.parent / "closed").touch()
    with pytest.raises(cashier.NotLetIn, match="it cannot be added"):
        cashier.let_in(home, "shop-1")
    assert not cards(home).exists()


def test_a_reset_forgets_the_card(home: StackHome) -> None:
    cashier.let_in(home, "shop-1")
    home.reset()
    assert cashier.known(home) is None and not cards(home).exists()


def test_programs_are_told_of_no_pin(home: StackHome) -> None:
    who = cashier.drawn()
    told = json.dumps(Status("stopped", None, who).as_json())
    assert who.card not in told and who.pin not in told
