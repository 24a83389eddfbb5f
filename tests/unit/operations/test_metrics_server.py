"""Who reads metrics, and what is said to everybody else."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, Counter

from clients.errors import AccessError
from clients.tls import Tls
from identity import files
from identity.authority import Authority, new_key
from identity.names import Name, ServiceName, TillName
from local import metrics_links
from local.vouching import prepare
from operations.upkeep.metrics_door import MetricsDoor
from operations.upkeep.metrics_server import AT_ONCE, MetricsServer

NOW = datetime.now(UTC)


class Issuer:
    """Makes identities in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        root = Authority.root("root", not_before=NOW, not_after=NOW + timedelta(days=9))
        self._below = root.below("services", not_before=NOW, not_after=NOW + timedelta(days=9))
        self.authorities = folder / "ca.pem"
        files.write_certificates(self.authorities, self._below.chain)

    def make(self, name: Name) -> Tls:
        """Files of a certificate for ``name``."""
        key = new_key()
        made = self._below.issue(
            key.public_key(),
            name,
            not_before=NOW,
            not_after=NOW + timedelta(days=1),
            hosts=("127.0.0.1",) if isinstance(name, ServiceName) else (),
            client=True,
            server=isinstance(name, ServiceName),
        )
        place = self._folder / str(name).replace("/", "-").replace(" ", "-")
        files.write_key(place.with_suffix(".key"), key)
        files.write_certificates(place.with_suffix(".pem"), (made, *self._below.chain[:-1]))
        return Tls(self.authorities, place.with_suffix(".pem"), place.with_suffix(".key"))


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    """An authority, and its folder."""
    folder = tmp_path / "ours"
    folder.mkdir()
    return Issuer(folder)


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    Counter("sold", "Sold.", registry=registry).inc(7)
    return registry


@pytest.fixture
def server(issuer: Issuer) -> Iterator[MetricsServer]:
    """Metrics that two services may read."""
    door = MetricsDoor("127.0.0.1", 0, issuer.make(ServiceName("sink")), {"metrics", "operator"})
    with closing(MetricsServer(door, _registry())) as opened:
        yield opened


def _read(address: str, tls: Tls | None, path: str = "") -> str:
    context = tls.context() if tls else None
    with urlopen(address + path, timeout=5, context=context) as answer:
        return answer.read().decode()


def test_who_may_read_reads(server: MetricsServer, issuer: Issuer) -> None:
    assert server.address.startswith("https://127.0.0.1:")
    for name in ("metrics", "operator"):
        assert "sold_total 7.0" in _read(server.address, issuer.make(ServiceName(name)))
    with pytest.raises(HTTPError, match="404"):
        _read(server.address, issuer.make(ServiceName("metrics")), "/else")


@pytest.mark.parametrize("name", [ServiceName("webhooks"), TillName("ulm", "1")])
def test_an_identity_that_may_not_is_refused(
    server: MetricsServer, issuer: Issuer, name: Name
) -> None:
    with pytest.raises(HTTPError, match="may not read"):
        _read(server.address, issuer.make(name))


def test_who_shows_nothing_or_something_foreign_learns_nothing(
    server: MetricsServer, issuer: Issuer, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    foreign = Issuer(elsewhere).make(ServiceName("metrics"))
    shown = Tls(issuer.authorities, foreign.certificate, foreign.key)
    for tls in (Tls(issuer.authorities), shown):
        with pytest.raises((URLError, ssl.SSLError, ConnectionError)):
            _read(server.address, tls)
    with pytest.raises((URLError, OSError)):
        _read(server.address.replace("https", "http"), None)


def test_who_issues_for_devices_makes_no_reader(tmp_path: Path) -> None:
    made = prepare(tmp_path / "identities")
    devices = Authority(files.read_certificates(made.devices[0]), files.read_key(made.devices[1]))
    key = new_key()
    forged = devices.issue(
        key.public_key(),
        ServiceName("metrics"),
        not_before=NOW,
        not_after=NOW + timedelta(days=1),
        client=True,
        server=False,
    )
    certificate, key_file = tmp_path / "forged.pem", tmp_path / "forged.key"
    files.write_certificates(certificate, (forged, *devices.chain[:-1]))
    files.write_key(key_file, key)
    told = metrics_links.settings(made, "sink")
    own = Tls(*(Path(told[f"metrics_{name}"]) for name in ("ca", "cert", "key")))
    with closing(
        MetricsServer(MetricsDoor("127.0.0.1", 0, own, {"metrics"}), _registry())
    ) as opened:
        reader = Tls(made.authorities, made.certificate("metrics"), made.key("metrics"))
        assert "sold_total" in _read(opened.address, reader)
        with pytest.raises((URLError, ssl.SSLError, ConnectionError)):
            _read(opened.address, Tls(made.authorities, certificate, key_file))


def test_who_says_nothing_holds_up_nobody(server: MetricsServer, issuer: Issuer) -> None:
    port = int(server.address.split(":")[2].split("/")[0])
    reader = issuer.make(ServiceName("metrics"))
    with ExitStack() as opened:
        for _ in range(AT_ONCE - 1):
            opened.enter_context(closing(socket.create_connection(("127.0.0.1", port))))
        time.sleep(0.1)
        assert "sold_total" in _read(server.address, reader)
        for _ in range(AT_ONCE):
            opened.enter_context(closing(socket.create_connection(("127.0.0.1", port))))
        time.sleep(0.1)
    for _ in range(50):
        try:
            assert "sold_total" in _read(server.address, reader)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nobody is answered after a crowd has left")


def test_without_a_certificate_metrics_stay_on_the_machine() -> None:
    with pytest.raises(AccessError, match="TILLSTREAM_METRICS_CERT"):
        MetricsDoor("0.0.0.0", 0)  # noqa: S104
    with closing(MetricsServer(MetricsDoor("127.0.0.1", 0), _registry())) as opened:
        assert "sold_total 7.0" in _read(opened.address, None)


def test_a_page_whose_name_leads_here_by_a_trick_reads_none() -> None:
    with closing(MetricsServer(MetricsDoor("127.0.0.1", 0), _registry())) as opened:
        port = int(opened.address.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), 5) as line:
            line.sendall(b"GET /metrics HTTP/1.0\r\nHost: evil.example\r\n\r\n")
            assert line.recv(4096).split()[1] == b"403"


def test_half_an_identity_is_refused(issuer: Issuer) -> None:
    sink = issuer.make(ServiceName("sink"))
    with pytest.raises(AccessError, match="TILLSTREAM_METRICS_CA"):
        MetricsServer(
            MetricsDoor("127.0.0.1", 0, Tls(None, sink.certificate, sink.key)), _registry()
        )
