"""A voucher is made where the stack's till has nothing to go on by, and only there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.till.identity.folder import CURRENT, DEVICE, VOUCHER
from local.home import StackHome
from local.own_till import OwnTill, needs_voucher, service
from local.programs import StoreDoors
from tests.gateways import Fleet
from tests.unit.edge.till.tills import enrolled
from tests.unit.local.own_tills import GATEWAY, RELAY, took

ELSEWHERE = "https://127.0.0.1:9"


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The home of a till that has been started once."""
    home = tmp_path / "own"
    (home / "till").mkdir(parents=True)
    return home


def test_a_till_that_was_never_started_needs_one(tmp_path: Path) -> None:
    assert needs_voucher(tmp_path / "nowhere", GATEWAY, RELAY)


def test_a_till_that_was_ended_before_it_enrolled_goes_on_by_what_it_took(own: Path) -> None:
    took(own)
    assert not needs_voucher(own, GATEWAY, RELAY), "its epoch and key would be thrown away"


def test_one_that_has_expired_is_followed_by_another(own: Path) -> None:
    took(own)
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    assert needs_voucher(own, GATEWAY, RELAY, tomorrow), "the till waits for ever"


def test_a_till_that_has_enrolled_needs_none_however_old_its_voucher(
    own: Path, fleet: Fleet
) -> None:
    enrolled(fleet, own / "till", GATEWAY)
    took(own, expires_at="2020-01-01T00:00:00+00:00", epoch=2)
    assert not needs_voucher(own, GATEWAY, RELAY)


def test_what_was_written_before_the_name_of_the_one_in_use_counts_for_nothing(
    own: Path, fleet: Fleet
) -> None:
    enrolled(fleet, own / "till", GATEWAY)
    (own / "till" / "identity" / CURRENT).unlink()
    assert needs_voucher(own, GATEWAY, RELAY)


@pytest.mark.parametrize(("gateway", "relay"), [(ELSEWHERE, RELAY), (GATEWAY, ELSEWHERE)])
def test_a_till_whose_doors_have_moved_is_led_to_them(
    own: Path, fleet: Fleet, gateway: str, relay: str
) -> None:
    enrolled(fleet, own / "till", GATEWAY)
    assert needs_voucher(own, gateway, relay), "it would never find its gateway again"
    took(own, gateway=gateway, registration=relay, epoch=2)
    assert not needs_voucher(own, gateway, relay)


def test_the_names_of_the_files_are_those_of_the_till(own: Path, fleet: Fleet) -> None:
    """They are read here by somebody who may not import it."""
    assert (CURRENT, DEVICE, VOUCHER) == ("current", "device.json", "voucher.json")


def test_its_process_has_a_home_of_its_own_and_nothing_of_the_stacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TILLSTREAM_TILL_TERMINAL", raising=False)
    home, till = StackHome(tmp_path), OwnTill("shop-1", "counter-1", "DE", "Shop")
    made, page = service(home, home, till, StoreDoors("shop-1", GATEWAY, RELAY), 8000, {})
    assert page == "http://127.0.0.1:8000"
    told = made.environment
    assert told["TILLSTREAM_HOME"] == str(tmp_path / "counters" / "counter-1")
    assert told["TILLSTREAM_TILL_TERMINAL"] == "simulated"
    own = {"HOME", "TILL_COUNTRY", "TILL_HEADING", "TILL_TERMINAL"}
    assert {name for name in told if name.startswith("TILLSTREAM_")} == {
        f"TILLSTREAM_{name}" for name in own
    }


def test_it_asks_the_terminal_that_somebody_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILLSTREAM_TILL_TERMINAL", "127.0.0.1:9100")
    home, till = StackHome(tmp_path), OwnTill("shop-1", "counter-1", "DE", "Shop")
    made, _ = service(home, home, till, StoreDoors("shop-1", GATEWAY, RELAY), 8000, {})
    assert made.environment["TILLSTREAM_TILL_TERMINAL"] == "127.0.0.1:9100"
