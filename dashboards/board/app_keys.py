"""Where the application keeps the board."""

from aiohttp import web

from dashboards.board.state import Board

BOARD: web.AppKey[Board] = web.AppKey("board", Board)
