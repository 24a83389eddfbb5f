"""From a key to what is shown of it."""

from dashboards.board.live.keys import Key
from dashboards.board.words import places, publishing, stock
from dashboards.board.words.scene import Scene, Shown


def show(scene: Scene, key: Key) -> Shown:
    """The piece of a page of that key, as the memory has it."""
    match key.kind:
        case "summary":
            return places.show_summary(scene)
        case "location":
            return places.show_location(scene, key.location_id)
        case "figures":
            return places.show_figures(scene, key.location_id)
        case "till":
            return places.show_till(scene, key.location_id, key.ident)
        case "stock":
            return stock.show_stock(scene, key.location_id, key.ident)
        case "place":
            return stock.show_place(scene, key.location_id, key.ident)
        case "product":
            return stock.show_product(scene, key.ident)
        case "alert":
            return stock.show_alert(scene, key.location_id, key.ident)
        case "publication":
            return publishing.show_publication(scene, key.ident)
        case "notices" | "list" | "hours":
            raise ValueError(f"{key.kind} is no row: the page fetches it")
