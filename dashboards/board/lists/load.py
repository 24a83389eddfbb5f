"""What a page of rows needs to be drawn, into memory."""

from collections.abc import Sequence

from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.rows import LastSale, Level, Product
from dashboards.board.live.keys import Key
from dashboards.board.state import Board


async def load(board: Board, keys: Sequence[Key]) -> None:
    """Read names of products as they are now, and levels that are not in memory.

    A level that is in memory is kept true by its topic. While the database is away, what is in
    memory is all there is.
    """
    stock = [key for key in keys if key.kind in ("stock", "place", "alert", "handling")]
    if not stock:
        return
    try:
        skus = sorted({key.ident for key in stock})
        board.memory.learn_products(await board.database.ask("products", Product, skus=skus))
        await _load_levels(board, stock)
    except DatabaseAway:
        return


async def learn_last_sales(board: Board, location_id: str) -> None:
    """Read when each till of a location sold last; nothing while the database is away."""
    tills = [till.till_id for till in board.memory.tills(location_id)]
    try:
        sales = await board.database.ask(
            "last_sales", LastSale, location_id=location_id, tills=tills
        )
    except DatabaseAway:
        return
    board.memory.learn_last_sales(location_id, sales)


async def _load_levels(board: Board, stock: Sequence[Key]) -> None:
    unknown = [key for key in stock if board.memory.level(key.location_id, key.ident) is None]
    if not unknown:
        return
    rows = await board.database.ask(
        "levels",
        Level,
        locations=[key.location_id for key in unknown],
        skus=[key.ident for key in unknown],
    )
    board.memory.take_stored(rows)
