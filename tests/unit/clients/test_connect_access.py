"""Connect is reached by what the settings say, or refused with what is wrong."""

import ssl
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from clients.connect import ConnectAccess
from clients.errors import AccessError
from clients.tls import Tls
from tests.certificates import HOST, Authority

USER = "operator"


class GuardedConnect(NamedTuple):
    """A server that asks for a certificate, and what it was told of a login."""

    url: str
    authority: Authority
    logins: list[str | None]


@pytest.fixture
def guarded(tmp_path: Path) -> Generator[GuardedConnect]:
    authority, logins = Authority(tmp_path), list[str | None]()
    own = authority.identity("connect")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=own.authority)
    context.load_cert_chain(own.certificate, own.key)
    context.verify_mode = ssl.CERT_REQUIRED

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            logins.append(self.headers["Authorization"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.path.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what fails is told by what is tested."""

    server = HTTPServer((HOST, 0), Answer)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield GuardedConnect(f"https://{HOST}:{server.server_port}/base/", authority, logins)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_who_shows_a_certificate_and_a_password_is_answered(
    guarded: GuardedConnect, tmp_path: Path
) -> None:
    own = guarded.authority.identity(USER)
    password = tmp_path / "password"
    password.write_text("s3cret\n")
    tls = Tls(own.authority, own.certificate, own.key)
    access = ConnectAccess(guarded.url, tls, USER, password)
    assert access.request("GET", "/connectors", patience_seconds=5) == (200, b"/base/connectors")
    assert guarded.logins == ["Basic b3BlcmF0b3I6czNjcmV0"]
    assert "s3cret" not in repr(access)


def test_a_server_of_another_authority_is_told_nothing(
    guarded: GuardedConnect, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other").identity(USER)
    access = ConnectAccess(guarded.url, Tls(other.authority, other.certificate, other.key))
    with pytest.raises(ssl.SSLError):
        access.request("GET", "/connectors", patience_seconds=5)
    assert guarded.logins == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://connect.example:8083", "would go in cleartext: write https://"),
        ("http://10.0.0.7:8083", "would go in cleartext: write https://"),
        ("https://user:s3cret@connect.example", "settings of their own"),
        ("connect.example:8083", "no https://host:port"),
        ("https://connect.example:port", "no https://host:port"),
        ("https://", "no https://host:port"),
    ],
)
def test_an_address_that_is_none_or_not_safe_is_refused(url: str, told: str) -> None:
    with pytest.raises(AccessError, match=told) as refused:
        ConnectAccess(url)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8083", "http://localhost:1", "http://[::1]:1"])
def test_this_machine_may_be_asked_in_clear(url: str) -> None:
    assert str(ConnectAccess(url)) == url


def test_a_user_without_the_passwords_file_is_refused() -> None:
    with pytest.raises(AccessError, match="go together"):
        ConnectAccess("https://connect.example", user=USER)
