"""A board that speaks https itself, with a certificate from files."""

import asyncio
import shutil
import ssl
from pathlib import Path

import aiohttp
import pytest

from clients import renewal
from clients.errors import AccessError
from clients.tls import Tls
from dashboards.board.people.policy import AccessPolicy
from tests.boards import open_board
from tests.certificates import Authority
from tillstream import board as board_module
from tillstream.board import certificate_of
from tillstream.settings import SettingsError, load_settings

NO_KAFKA = "127.0.0.1:1"


async def _served(address: str) -> bytes:
    """The certificate that is shown, whoever signed it."""
    host, _, port = address.removeprefix("https://").partition(":")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(host, int(port), ssl=context)
    shown: ssl.SSLSocket = writer.get_extra_info("ssl_object")
    writer.close()
    return shown.getpeercert(binary_form=True) or b""


async def test_a_board_with_a_certificate_speaks_https_and_nothing_else(
    fresh_postgres: str, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    files = authority.identity("board")
    trust = ssl.create_default_context(cafile=str(files.authority))
    certificate = Tls(None, files.certificate, files.key)
    policy = AccessPolicy(has_certificate=True)
    async with (
        open_board(NO_KAFKA, fresh_postgres, policy=policy, certificate=certificate) as board,
        aiohttp.ClientSession() as http,
    ):
        assert board.address.startswith("https://127.0.0.1:")
        async with http.get(f"{board.address}/sign-in", ssl=trust) as answer:
            assert answer.status == 200
            assert "Strict-Transport-Security" in answer.headers
            assert "__Host-tillstream_visit" in answer.cookies
        with pytest.raises(aiohttp.ClientError):
            await http.get(board.address.replace("https", "http") + "/sign-in")
        async with http.get(
            f"{board.address}/sign-in", ssl=trust, headers={"Host": "stock.example"}
        ) as answer:
            assert answer.status == 200, "the name is the certificate's, and it knows more"


async def test_a_renewed_certificate_serves_without_a_restart(
    fresh_postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (renewal, board_module):
        monkeypatch.setattr(each, "LOOK_SECONDS", 0.05)
    authority = Authority(tmp_path)
    old, new = authority.identity("old"), authority.identity("new")
    chain, key = tmp_path / "chain", tmp_path / "key"
    certificate = Tls(None, chain, key)
    shutil.copy(old.certificate, chain)
    shutil.copy(old.key, key)
    policy = AccessPolicy(has_certificate=True)
    async with open_board(
        NO_KAFKA, fresh_postgres, policy=policy, certificate=certificate
    ) as board:
        first = await _served(board.address)
        # The chain first: for a moment the key is another's, and the old pair goes on serving.
        shutil.copy(new.certificate, chain)
        await asyncio.sleep(0.3)
        assert await _served(board.address) == first
        shutil.copy(new.key, key)
        for _ in range(100):
            if await _served(board.address) != first:
                return
            await asyncio.sleep(0.05)
    raise AssertionError("the renewed certificate was never shown")


def test_files_that_are_none_are_refused_by_name(tmp_path: Path) -> None:
    files = Authority(tmp_path).identity("board")
    other = Authority(tmp_path, "elsewhere").identity("other")
    (tmp_path / "empty").write_bytes(b"")
    for chain, key in (
        (tmp_path / "none", files.key),
        (files.certificate, tmp_path / "none"),
        (tmp_path / "empty", files.key),
        (files.certificate, other.key),
    ):
        with pytest.raises(AccessError, match=str(chain.name)):
            Tls(None, chain, key).public_context()


def test_half_of_a_pair_is_refused() -> None:
    with pytest.raises(SettingsError, match="belong together"):
        certificate_of(load_settings(board_cert="/etc/board.pem"))
