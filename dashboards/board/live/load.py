"""What a page of rows needs to be drawn, into memory."""

import contextlib
from collections.abc import Sequence

from clients.statements import statement
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.rows import Level, ShownProduct
from dashboards.board.live.board import Board
from dashboards.board.live.keys import Key
from dashboards.board.wording.locales import DEFAULT
from dashboards.doubt.lately import sold_lately


async def load(board: Board, keys: Sequence[Key]) -> None:
    """Read names of products as they are now, and levels that are not in memory.

    A level that is in memory is kept true by its topic. While the database is away, what is in
    memory is all there is.
    """
    stock = [key for key in keys if key.kind in ("stock", "place", "alert", "handling")]
    if not stock:
        return
    with contextlib.suppress(DatabaseAway):
        skus = sorted({key.ident for key in stock})
        products = await board.database.query(
            statement(__file__, "products"), ShownProduct, skus=skus
        )
        board.memory.learn_products(products)
        await _load_levels(board, stock)
        await _load_sold(board, stock)


async def _load_levels(board: Board, stock: Sequence[Key]) -> None:
    unknown = [key for key in stock if board.memory.levels.get(key.location_id, key.ident) is None]
    if not unknown:
        return
    rows = await board.database.query(
        statement(__file__, "levels"),
        Level,
        locations=[key.location_id for key in unknown],
        skus=[key.ident for key in unknown],
    )
    board.memory.take_stored(rows)


async def _load_sold(board: Board, stock: Sequence[Key]) -> None:
    """What is usually sold, of levels that are in doubt."""
    scene = board.scene(DEFAULT)
    places = {key.location_id for key in stock}
    doubted = {each for each in places if scene.unheard(each).is_something}
    items = {(key.location_id, key.ident) for key in stock if key.location_id in doubted}
    if wanted := board.memory.sold.unknown(sorted(items)):
        board.memory.sold.learn(await sold_lately(board.database.query, wanted))
