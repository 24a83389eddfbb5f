"""Which catalog a cart sells by: the one that it was opened with, whatever has come since."""

from collections.abc import Callable

from edge.till.deciding import SellingCatalog

CATALOGS_MAX = 2
"""In memory at once: the newest, and the one before for carts that are still open. A catalog of
10,000 products takes tens of megabytes; a cart that waited through more of them goes by today's."""


class CartCatalogs:
    """Remembers it for as long as a cart is there, and this process."""

    def __init__(self, current: Callable[[], SellingCatalog | None]) -> None:
        """``current`` tells the newest, None before the first."""
        self._current = current
        self._held: list[SellingCatalog] = []
        self._of: dict[str, SellingCatalog] = {}

    def of(self, cart_id: str) -> SellingCatalog | None:
        """What the cart sells by."""
        return self._of.get(cart_id) or self._current()

    def begin(self, cart_id: str) -> None:
        """The cart is new: it sells by the newest from now on."""
        newest = self._current()
        if newest is None or cart_id in self._of:
            return
        if not any(each is newest for each in self._held):
            self._held = [newest, *self._held][:CATALOGS_MAX]
            self._of = {
                each: catalog
                for each, catalog in self._of.items()
                if any(catalog is held for held in self._held)
            }
        self._of[cart_id] = newest

    def end(self, cart_id: str) -> None:
        """The cart has ended."""
        self._of.pop(cart_id, None)

    def version_of(self, cart_id: str | None) -> int | None:
        """The number of what the cart sells by, or of the newest."""
        catalog = self._current() if cart_id is None else self.of(cart_id)
        return None if catalog is None else catalog.name.catalog_version
