"""Stock levels in words. Pure."""

from dashboards.board.alerts.words import alert_cells
from dashboards.board.feed.rows import Alert, Level
from dashboards.board.live.artist import Piece
from dashboards.board.live.keys import Key, KeyKind
from dashboards.board.live.scene import Scene, Shown, milliseconds
from dashboards.board.wording.words import NOTHING


def show_stock(scene: Scene, key: Key) -> Shown:
    """One SKU at a location. An alert may be raised for a SKU that never moved."""
    return _level(scene, key, scene.name_of(key.ident))


def show_place(scene: Scene, key: Key) -> Shown:
    """One location that has a SKU."""
    return _level(scene, key, scene.memory.name_of(key.location_id))


def show_product(scene: Scene, key: Key) -> Shown:
    """What all locations that are remembered have of a SKU."""
    sku = key.ident
    levels = [
        level
        for each in scene.memory.location_ids()
        if (level := scene.memory.levels.get(each, sku)) is not None
    ]
    cells = {
        "on_hand": scene.quantity(sum(level.on_hand for level in levels), sku),
        "in_carts": scene.quantity(sum(level.in_carts for level in levels), sku),
        "available": scene.quantity(sum(level.available for level in levels), sku),
        "locations": scene.words.count(len(levels)),
        "out": scene.words.count(sum(1 for level in levels if level.on_hand <= 0)),
        "doubt": scene.quantity(
            sum(scene.doubt(level.location_id, sku).at_most for level in levels), sku
        ),
    }
    return Shown(key, cells)


PIECES: dict[KeyKind, Piece] = {
    "stock": Piece("stock/pieces/stock.html", show_stock),
    "place": Piece("stock/pieces/place.html", show_place),
    "product": Piece("stock/pieces/product.html", show_product),
}


def _level(scene: Scene, key: Key, name: str) -> Shown:
    _, location_id, sku = key
    level = scene.memory.levels.get(location_id, sku)
    alert = scene.memory.alerts(location_id).get(sku)
    at = level.as_of if level else None
    cells = {
        "name": name,
        **_level_cells(scene, level, alert),
        "doubt": doubt_words(scene, location_id, sku),
        **alert_cells(scene, alert),
        "as_of": scene.words.clock(at, scene.where(location_id), scene.now) if at else NOTHING,
    }
    marks = {
        "reason": alert.reason if alert else "",
        "product": scene.known(sku),
        "sign": "negative" if level and level.on_hand < 0 else "",
    }
    return Shown(key, cells, marks, milliseconds(at))


def doubt_words(scene: Scene, location_id: str, sku: str) -> str:
    """How much less there may be; empty where nothing is in doubt."""
    doubt = scene.doubt(location_id, sku)
    return f"perhaps {scene.quantity(doubt.at_most, sku)} fewer" if doubt.at_most else ""


def _level_cells(scene: Scene, level: Level | None, alert: Alert | None) -> dict[str, str]:
    if level is None:
        on_hand = scene.quantity(alert.on_hand, alert.sku) if alert else NOTHING
        return {"on_hand": on_hand, "in_carts": NOTHING, "available": NOTHING}
    return {
        "on_hand": scene.quantity(level.on_hand, level.sku),
        "in_carts": scene.quantity(level.in_carts, level.sku),
        "available": scene.quantity(level.available, level.sku),
    }
