"""Who is started by hand beside a local stack comes as itself, not as who gives commands."""

from pathlib import Path

import pytest

from local import connect, kafka_clients, metrics_links
from local.home import StackHome
from local.identities import Identities
from local.vouching import CLIENTS, SERVERS, prepare
from operations.applications import REBUILT
from operations.shadow.sides import Shadow
from tillstream import crews
from tillstream.settings import SettingsError, load_settings


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a stack that runs, with all that it notes for commands."""
    home = StackHome(tmp_path_factory.mktemp("home"))
    own = prepare(home.identities)
    registration = {
        "registration_cert": str(own.certificate("operator")),
        "registration_key": str(own.key("operator")),
    }
    noted = {"kafka": "127.0.0.1:9", "connect": "https://127.0.0.1:9", **registration}
    noted |= kafka_clients.settings(own, "operator") | connect.settings(own, "operator")
    home.note_addresses(noted | dict(metrics_links.settings(own, "operator")))
    return home.folder


@pytest.fixture(autouse=True)
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILLSTREAM_HOME", str(home))


@pytest.mark.parametrize("service", sorted({*SERVERS, *CLIENTS} - {"operator"}))
def test_a_process_takes_its_own_identity_at_every_door(home: Path, service: str) -> None:
    settings = load_settings().as_service(service)
    own = Identities(home / "identities")
    for door in ("kafka", "connect", "registration", "metrics"):
        assert getattr(settings, f"{door}_cert") == own.certificate(service), door
        assert getattr(settings, f"{door}_key") == own.key(service), door
    named = [value.name for _, value in settings if isinstance(value, Path)]
    assert not any("operator" in each for each in named), "something of the operator is left"


def test_an_identity_that_somebody_names_stays(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TILLSTREAM_KAFKA_CERT", str(tmp_path / "own.pem"))
    assert load_settings().as_service("sink").kafka_cert == tmp_path / "own.pem"


def test_who_has_no_identity_is_told_how_to_get_one() -> None:
    with pytest.raises(SettingsError, match="start the local stack anew"):
        load_settings().as_service("somebody")


def test_a_till_has_nothing_of_the_stacks_that_it_could_serve_by() -> None:
    assert load_settings().metrics_tls() is not None
    assert load_settings().as_till().metrics_tls() is None


def test_a_rebuilds_workers_are_workers_and_a_shadows_are_shadows(home: Path) -> None:
    settings = load_settings()
    own = Identities(home / "identities")
    started = {kept.service: crews.builders(settings)(kept, 1, 1, 9) for kept in REBUILT.values()}
    (started["shadow"],) = crews.shadows(settings, Shadow("tillstream", "other"), 1)
    for name, service in started.items():
        told = service.environment
        assert told["TILLSTREAM_KAFKA"] == "127.0.0.1:9"
        assert told["TILLSTREAM_KAFKA_CA"] == str(own.authorities), "the link would be unsecured"
        assert told["TILLSTREAM_KAFKA_CERT"] == str(own.certificate(name))
        assert told["TILLSTREAM_KAFKA_KEY"] == str(own.key(name))
