"""From a key to what is shown of it."""

from collections.abc import Callable

from dashboards.board.live.keys import Key, Kind
from dashboards.board.words import handling, places, publishing, stock, tills
from dashboards.board.words.scene import Scene, Shown

_SHOWN: dict[Kind, Callable[[Scene, Key], Shown]] = {
    "summary": lambda scene, key: places.show_summary(scene),
    "location": lambda scene, key: places.show_location(scene, key.location_id),
    "figures": lambda scene, key: places.show_figures(scene, key.location_id),
    "till": lambda scene, key: tills.show_till(scene, key.location_id, key.ident),
    "stock": lambda scene, key: stock.show_stock(scene, key.location_id, key.ident),
    "place": lambda scene, key: stock.show_place(scene, key.location_id, key.ident),
    "product": lambda scene, key: stock.show_product(scene, key.ident),
    "alert": lambda scene, key: stock.show_alert(scene, key.location_id, key.ident),
    "handling": lambda scene, key: handling.show_handling(scene, key.location_id, key.ident),
    "publication": lambda scene, key: publishing.show_publication(scene, key.ident),
}


def show(scene: Scene, key: Key) -> Shown:
    """The piece of a page of that key, as the memory has it; lists and charts are no pieces."""
    return _SHOWN[key.kind](scene, key)
