"""The registration as a process, and `tillstream devices` as an operator gives it."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from identity import files
from identity.names import ServiceName
from local.ports import answers_ok, choose
from tests.integration.process import HOME, PATIENCE_SECONDS, Process
from tests.integration.registration_world import Pki


class Registration:
    """One that runs, and who may ask it."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.pki = Pki.new(folder / "pki")
        own = self.pki.certified(ServiceName("registration"), server=True)
        port, metrics_port = choose(2)
        self.address = f"https://127.0.0.1:{port}"
        self.metrics = f"http://127.0.0.1:{metrics_port}/metrics"
        self.settings = {
            "home": str(folder / "home"),
            "postgres": dsn,
            "registration": self.address,
            "registration_port": str(port),
            "metrics_port": str(metrics_port),
            "registration_ca": str(self.pki.ca),
            "registration_cert": str(own.certificate),
            "registration_key": str(own.key),
            "registration_issuing_cert": str(self.pki.folder / "devices.chain"),
            "registration_issuing_key": str(self.pki.folder / "devices.key"),
            "gateway": "https://gateway.example",
        }
        operator = self.pki.certified(ServiceName("operator"))
        self.operator = {
            "home": str(folder / "home"),
            "registration": self.address,
            "registration_ca": str(self.pki.ca),
            "registration_cert": str(operator.certificate),
            "registration_key": str(operator.key),
        }

    def devices(self, *arguments: str, **other: str) -> subprocess.CompletedProcess[str]:
        """The command, as the operator unless ``other`` settings say otherwise."""
        given = {f"TILLSTREAM_{k.upper()}": v for k, v in (self.operator | other).items()}
        return subprocess.run(
            [sys.executable, "-m", "tillstream", "devices", *arguments],
            cwd=HOME,
            env={**os.environ, **given},
            capture_output=True,
            text=True,
        )


@pytest.fixture(scope="module")
def registration(
    postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Registration]:
    folder = tmp_path_factory.mktemp("registration")
    made = Registration(postgres, folder)
    process = Process(["-m", "tillstream", "registration"], folder / "log", made.settings)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not answers_ok(made.metrics):
        assert process.process.poll() is None and time.monotonic() < deadline, process.log
        time.sleep(0.1)
    yield made
    assert process.stop() == 0, process.log


def _json(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_operator_registers_lists_and_revokes(registration: Registration, shop: str) -> None:
    voucher = _json(registration.devices("add", shop, "1", "--json"))
    root = registration.pki.devices.chain[-1].public_bytes(Encoding.DER)
    assert voucher["ca_sha256"] == hashlib.sha256(root).hexdigest()
    assert voucher["registration"] == registration.address
    assert voucher["gateway"] == "https://gateway.example"
    assert _json(registration.devices("spare", shop, "1", "--json"))["epoch"] == 2

    (listed,) = _json(registration.devices("list", "--location", shop, "--json"))
    assert (listed["status"], listed["vouchers"], listed["spares"]) == ("registered", 1, 1)
    assert "token" not in json.dumps(listed), "the list tells a secret"

    assert registration.devices("revoke", shop, "1").stdout == f"{shop}/1 is revoked\n"
    (listed,) = _json(registration.devices("list", "--location", shop, "--json"))
    assert (listed["status"], listed["vouchers"], listed["spares"]) == ("revoked", 0, 0)
    shown = registration.devices("list", "--location", shop)
    assert shown.stdout == f"{shop}/1  revoked, epoch 0\n" and shown.stderr == "1 devices\n"


def test_a_voucher_for_people_says_that_it_is_shown_once(
    registration: Registration, shop: str
) -> None:
    said = registration.devices("add", shop, "1").stdout
    assert "under epoch 1, for 24 hours" in said and "It is not shown again." in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("revoke", "nowhere", "1"), "there is no till nowhere/1"),
        (("spare", "nowhere", "1"), "register it first"),
        (("add", "shop 1", "1"), "is no name of a till"),
        (("add", "shop", "<b>"), "is no name of a till"),
        (("revoke", "a/b", "1"), "is no name of a till"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    registration: Registration, arguments: tuple[str, ...], told: str
) -> None:
    done = registration.devices(*arguments)
    assert done.returncode == 1 and told in done.stderr, done.stderr
    assert done.stderr.startswith("tillstream: ") and done.stderr.count("\n") == 1


def test_who_is_nobody_or_finds_nobody_is_told_so(
    registration: Registration, tmp_path: Path
) -> None:
    worker = registration.pki.certified(ServiceName("worker"))
    identity = {
        "registration_cert": str(worker.certificate),
        "registration_key": str(worker.key),
    }
    assert "who may look after devices" in registration.devices("list", **identity).stderr
    foreign = Pki.new(tmp_path / "foreign")
    assert "does not answer" in registration.devices("list", registration_ca=str(foreign.ca)).stderr
    away = registration.devices("list", registration=f"https://127.0.0.1:{choose(1)[0]}")
    assert away.returncode == 1 and "does not answer" in away.stderr
    assert "write https://" in registration.devices("list", registration="http://x").stderr


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("registration_issuing_cert", "TILLSTREAM_REGISTRATION_ISSUING_CERT"),
        ("registration_key", "TILLSTREAM_REGISTRATION_KEY"),
        ("registration", "TILLSTREAM_REGISTRATION"),
    ],
)
def test_a_registration_that_lacks_something_says_what(
    registration: Registration, setting: str, told: str
) -> None:
    settings = {k: v for k, v in registration.settings.items() if k != setting}
    assert told in _refused(settings)


def test_a_key_that_others_may_read_is_refused(registration: Registration, tmp_path: Path) -> None:
    key = tmp_path / "open.key"
    files.write_key(key, registration.pki.devices.key)
    key.chmod(0o640)
    assert "chmod 600" in _refused(registration.settings | {"registration_issuing_key": str(key)})


def _refused(settings: dict[str, str]) -> str:
    given = {f"TILLSTREAM_{name.upper()}": value for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "tillstream", "registration", "--port", "0", "--metrics-port", "0"],
        cwd=HOME,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and done.stderr.startswith("tillstream: "), done.stderr
    return done.stderr
