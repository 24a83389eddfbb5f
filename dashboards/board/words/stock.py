"""Stock levels and restock alerts, as rows."""

from datetime import datetime

from dashboards.board.feed.rows import Alert, Level, Product
from dashboards.board.live.keys import Key
from dashboards.board.words import wording
from dashboards.board.words.handling import handling_cells, handling_marks
from dashboards.board.words.scene import Scene, Shown, milliseconds

UNKNOWN_PRODUCT = "Unknown product"


def show_stock(scene: Scene, location_id: str, sku: str) -> Shown:
    """One SKU at a location. An alert may be raised for a SKU that never moved."""
    product = scene.memory.products.get(sku)
    name = product.name if product else UNKNOWN_PRODUCT
    return _level(scene, Key("stock", location_id, sku), {"name": name})


def show_place(scene: Scene, location_id: str, sku: str) -> Shown:
    """One location that has a SKU."""
    place = scene.memory.place(location_id)
    return _level(scene, Key("place", location_id, sku), {"name": place.name or location_id})


def show_product(scene: Scene, sku: str) -> Shown:
    """What all locations that are remembered have of a SKU."""
    product, words = scene.memory.products.get(sku), scene.words
    levels = [
        level
        for each in scene.memory.location_ids()
        if (level := scene.memory.level(each, sku)) is not None
    ]
    unit = _unit(product)
    cells = {
        "on_hand": words.quantity(sum(level.on_hand for level in levels), unit),
        "in_carts": words.quantity(sum(level.in_carts for level in levels), unit),
        "available": words.quantity(sum(level.available for level in levels), unit),
        "locations": words.count(len(levels)),
        "out": words.count(sum(1 for level in levels if level.on_hand <= 0)),
    }
    return Shown(Key("product", "", sku), cells)


def show_alert(scene: Scene, location_id: str, sku: str) -> Shown:
    """One raised alert in the list of all."""
    key = Key("alert", location_id, sku)
    memory, words = scene.memory, scene.words
    alert = memory.alerts(location_id).get(sku)
    if alert is None:
        return Shown(key, gone=True)
    place, product = memory.place(location_id), memory.products.get(sku)
    point, unit = alert.reorder_point, _unit(product)
    cells = {
        "location": place.name or location_id,
        "name": product.name if product else UNKNOWN_PRODUCT,
        "on_hand": words.quantity(alert.on_hand, unit),
        "reorder_point": wording.NOTHING if point is None else words.quantity(point, unit),
        "raised_at": words.clock_with_zone(alert.raised_at, scene.where(location_id), scene.now),
        **_alert_cells(scene, alert, unit),
        **handling_cells(scene, alert),
    }
    marks = {
        "reason": alert.reason,
        "product": "known" if product else "unknown",
        **handling_marks(scene, alert),
    }
    return Shown(key, cells, marks)


def _level(scene: Scene, key: Key, more: dict[str, str]) -> Shown:
    _, location_id, sku = key
    level = scene.memory.level(location_id, sku)
    alert = scene.memory.alerts(location_id).get(sku)
    product = scene.memory.products.get(sku)
    cells = {
        **more,
        **_level_cells(scene, level, alert, _unit(product)),
        **_alert_cells(scene, alert, _unit(product)),
        **_as_of(scene, location_id, level.as_of if level else None),
    }
    marks = {
        "reason": alert.reason if alert else "",
        "product": "known" if product else "unknown",
        "sign": "negative" if level and level.on_hand < 0 else "",
    }
    return Shown(key, cells, marks, milliseconds(level.as_of if level else None))


def _as_of(scene: Scene, location_id: str, at: datetime | None) -> dict[str, str]:
    if at is None:
        return {"as_of": wording.NOTHING}
    return {"as_of": scene.words.clock(at, scene.where(location_id), scene.now)}


def _level_cells(
    scene: Scene, level: Level | None, alert: Alert | None, unit: str
) -> dict[str, str]:
    quantity = scene.words.quantity
    if level is None:
        on_hand = quantity(alert.on_hand, unit) if alert else wording.NOTHING
        return {"on_hand": on_hand, "in_carts": wording.NOTHING, "available": wording.NOTHING}
    return {
        "on_hand": quantity(level.on_hand, unit),
        "in_carts": quantity(level.in_carts, unit),
        "available": quantity(level.available, unit),
    }


def _alert_cells(scene: Scene, alert: Alert | None, unit: str) -> dict[str, str]:
    if alert is None:
        return {"alert": "", "suggested": ""}
    return {
        "alert": wording.REASONS[alert.reason],
        "suggested": _suggested(scene, alert, unit),
    }


def _suggested(scene: Scene, alert: Alert, unit: str) -> str:
    if alert.suggested_quantity:
        return f"Order {scene.words.quantity(alert.suggested_quantity, unit)}"
    # A policy without such a level is one that nobody has finished.
    return "" if alert.reorder_point is None else "No level to order up to"


def _unit(product: Product | None) -> str:
    return product.unit if product else "each"
