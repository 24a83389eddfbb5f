"""Where the application keeps the board, and who lets people in."""

from aiohttp import web

from dashboards.board.access.door import Door
from dashboards.board.state import Board

BOARD: web.AppKey[Board] = web.AppKey("board", Board)
DOOR: web.AppKey[Door] = web.AppKey("door", Door)
