"""The command of the stack's till makes a voucher, hands it on, and becomes the till."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from local import start_till
from local.home import StackHome
from tests.unit.local.own_tills import GATEWAY, open_doors, took, voucher

Became = list[list[str]]


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> StackHome:
    """One whose path leaves room for a till's socket: a test's own is as long as its name."""
    return StackHome(tmp_path_factory.mktemp("s"))


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> Became:
    """The commands that it became."""
    told: Became = []
    monkeypatch.setattr(os, "execv", lambda _, command: told.append(command[4:]))
    return told


def registration(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """What `tillstream devices add` does, as a script of Python."""
    real = start_till.module

    def module(*words: str) -> list[str]:
        if words[1] == "till":
            return real(*words)
        assert words == ("tillstream", "devices", "add", "shop-0042", "till-3", "--json")
        return [sys.executable, "-c", script]

    monkeypatch.setattr(start_till, "module", module)


def start(stack: StackHome, relay: str) -> Path:
    """Start the till; its home."""
    own = stack.folder / "counters" / "till-3"
    place = [str(stack.folder), str(own), "shop-0042", "till-3"]
    start_till.main([*place, "8000", GATEWAY, relay])
    return own


def test_a_new_till_is_handed_a_voucher_that_nobody_else_can_read(
    stack: StackHome, became: Became, monkeypatch: pytest.MonkeyPatch
) -> None:
    gave = voucher()
    registration(monkeypatch, f"print({json.dumps(gave)!r})")
    with open_doors(stack) as relay:
        given = start(stack, relay) / "voucher.json"
    assert became == [["till", "--page-port", "8000", "--voucher", str(given)]]
    assert json.loads(given.read_text()) == gave
    assert stat.S_IMODE(given.stat().st_mode) == 0o600


def test_one_that_has_taken_it_goes_on_without_and_the_token_does_not_lie_about(
    stack: StackHome, became: Became, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration(monkeypatch, "raise SystemExit('nobody may be asked')")
    with open_doors(stack) as relay:
        own = stack.folder / "counters" / "till-3"
        (own / "till").mkdir(parents=True)
        took(own, registration=relay)
        (own / "voucher.json").write_text("{}")
        start(stack, relay)
    assert became == [["till", "--page-port", "8000"]]
    assert not (own / "voucher.json").exists()


def test_a_home_that_lies_too_deep_for_a_socket_has_a_till_all_the_same(
    tmp_path: Path, became: Became
) -> None:
    stack = StackHome(tmp_path / ("deep" * 25))
    with open_doors(stack) as relay:
        own = stack.folder / "counters" / "till-3"
        (own / "till").mkdir(parents=True)
        took(own, registration=relay)
        start(stack, relay)
    assert became == [["till", "--page-port", "8000", "--port", "0"]]


def test_it_waits_for_a_registration_that_is_on_its_way_up(
    stack: StackHome, became: Became, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    registration(
        monkeypatch,
        f"import pathlib, sys; seen = pathlib.Path({str(seen)!r})\n"
        f"if not seen.exists(): seen.touch(); sys.exit('not yet')\n"
        f"print({json.dumps(voucher())!r})",
    )
    with open_doors(stack) as relay:
        start(stack, relay)
    assert len(became) == 1


def test_one_that_gives_none_is_told_by_its_own_words(
    stack: StackHome, became: Became, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration(monkeypatch, "raise SystemExit('the database is full')")
    monkeypatch.setattr(start_till, "PATIENCE_SECONDS", 0.5)
    with open_doors(stack) as relay, pytest.raises(start_till.NoVoucher, match="database is full"):
        start(stack, relay)
    assert became == []
