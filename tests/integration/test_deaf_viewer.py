"""A viewer that never reads its stream: let go in time, and nobody else's concern."""

import re
import socket
import uuid
from urllib.parse import urlsplit

import pytest

from dashboards.board.live import streams
from tests.boards import open_board
from tests.integration.board_world import (
    listening,
    make_topics,
    read,
    register,
    say,
    totals,
    until,
    watching,
)
from tillstream.board import OpenBoard

SHOPS = 100
"""Rows of the overview that change at once: some 130 kB for whoever looks at it."""


def _deaf_viewer(address: str, page: str) -> socket.socket:
    found = re.search(r"/stream\?viewer=[\w-]+", page)
    assert found is not None, "the page has no stream"
    where = urlsplit(address)
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect((where.hostname, where.port))
    deaf.sendall(f"GET {found.group()} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
    return deaf


async def _open_pages(board: OpenBoard, number: int) -> bool:
    return f"tillstream_board_viewers {number}.0" in await read(board.metrics, "")


async def test_a_viewer_that_never_reads_is_let_go_and_others_go_on(
    kafka: str, fresh_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "SEND_SECONDS", 1.0)
    make_topics(kafka)
    run = uuid.uuid4().hex[:8]
    shops, page = [f"{run}-{number:03}" for number in range(SHOPS)], f"/?q={run}"
    for shop in shops:
        register(fresh_postgres, shop, f"Shop {shop}")
    async with open_board(kafka, fresh_postgres) as board, watching(board.address, page) as other:
        await listening(board)
        with _deaf_viewer(board.address, await read(board.address, page)):
            await until(lambda: _open_pages(board, 2), "both had their streams")
            for version in range(1, 5):
                await say(kafka, [totals(each, version, receipts=version) for each in shops])
                await other.row(f"location/{shops[-1]}/", receipts=str(version))
            await until(lambda: _open_pages(board, 1), "the deaf one was let go")
            await say(kafka, [totals(shops[0], 9, receipts=9)])
            await other.row(f"location/{shops[0]}/", receipts="9")
