"""What stands open is told, with what to do; what is shut is told as good."""

import os
import threading
from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from clients.tls import Tls
from identity import files as identity_files
from identity.authority import Authority
from operations.doctor.finding import Finding, Patient
from operations.installation import Installation
from operations.security import connect_door, files, kafka_door, metrics_doors
from operations.security.kafka_rules import judged

SHUT = "127.0.0.1:1"


def _patient(home: Path, metrics: tuple[str, ...] = (), **access: object) -> Patient:
    given: dict[str, object] = {
        "kafka_access": None,
        "postgres_access": None,
        "connect_access": None,
        "metrics_tls": None,
        "capture_access": None,
        "application_id": "t",
        "partitions": 1,
        "replication": 1,
    }
    return Patient(Installation(home=home, **{**given, **access}), metrics)  # pyright: ignore[reportArgumentType]


def _verdicts(found: list[Finding]) -> list[str]:
    assert all(each.remedy for each in found if each.verdict == "bad"), "a fault without advice"
    return [each.verdict for each in found]


@pytest.fixture
def talkative() -> Generator[str]:
    """A server that tells everybody everything, in cleartext."""

    class Talker(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what fails is told by what is tested."""

    with HTTPServer(("127.0.0.1", 0), Talker) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_key_that_others_can_read_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "identities"
    folder.mkdir()
    (folder / "sink.key").touch(0o600)
    assert _verdicts(list(files.keys(_patient(tmp_path)))) == ["good"]
    os.chmod(folder / "sink.key", 0o640)
    (found,) = files.keys(_patient(tmp_path))
    assert found.verdict == "bad" and "sink.key" in found.finding


def test_a_certificate_that_ends_soon_is_told(tmp_path: Path) -> None:
    folder, now = tmp_path / "identities", datetime.now(UTC)
    folder.mkdir()
    for name, days in (("sink", 10), ("board", 300)):
        ends = now + timedelta(days=days)
        authority = Authority.root(name, not_before=now, not_after=ends)
        identity_files.write_certificates(folder / f"{name}.pem", authority.chain)
    found = list(files.certificates(_patient(tmp_path)))
    assert [each.finding[:4] for each in found] == ["sink"]
    (folder / "torn.pem").write_text("-----BEGIN")
    assert _verdicts(list(files.certificates(_patient(tmp_path)))) == ["bad", "unknown"]


def test_metrics_that_everybody_may_read_are_told(tmp_path: Path, talkative: str) -> None:
    there = (f"{talkative}/metrics", f"https://{SHUT}/metrics")
    assert _verdicts(list(metrics_doors.metrics(_patient(tmp_path, there)))) == ["bad", "good"]


def test_a_connect_that_takes_orders_from_everybody_is_told(tmp_path: Path, talkative: str) -> None:
    patient = _patient(tmp_path, connect_access=ConnectAccess(talkative))
    assert _verdicts(list(connect_door.link(patient))) == ["bad"]
    assert _verdicts(list(connect_door.strangers(patient))) == ["bad"]
    shut = _patient(tmp_path, connect_access=ConnectAccess(f"https://{SHUT}"))
    assert _verdicts([*connect_door.link(shut), *connect_door.strangers(shut)]) == ["good"] * 2


def test_a_link_to_kafka_without_tls_or_identity_is_told(tmp_path: Path) -> None:
    own = Tls(certificate=tmp_path / "own.pem", key=tmp_path / "own.key")
    for tls, verdict in ((None, "bad"), (Tls(), "bad"), (own, "good")):
        patient = _patient(tmp_path, kafka_access=KafkaAccess(SHUT, tls))
        assert _verdicts(list(kafka_door.link(patient))) == [verdict]


@pytest.mark.parametrize(
    ("settings", "verdicts"),
    [
        ({}, ["bad"]),
        ({"authorizer.class.name": "A", "super.users": "User:broker"}, ["good"]),
        ({"authorizer.class.name": "A", "super.users": "User:a;User:b"}, ["bad"]),
        (
            {"authorizer.class.name": "A", "allow.everyone.if.no.acl.found": "true"},
            ["bad", "good"],
        ),
    ],
)
def test_a_broker_that_asks_nobody_what_they_may_do_is_told(
    settings: Mapping[str, str], verdicts: list[str]
) -> None:
    assert _verdicts(list(judged(settings))) == verdicts
