"""Stock of one SKU over all locations, as the sum of what each location last said of it."""

from datetime import datetime

import msgspec

from tables.limits import fits
from tables.offsets import UNSEEN


class Share(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """What one location has of a SKU; key ``sku/location_id``.

    ``version`` is the offset of the level that said so, ``level_version`` that level's version.
    """

    on_hand: int
    in_carts: int
    version: int
    level_version: int = 0


class ProductSum(msgspec.Struct, array_like=True, gc=False):
    """One SKU over all locations; key ``sku``.

    ``stocked`` are locations that have some on hand, ``empty`` those that have none or less.
    ``offset`` is the newest record that changed it.
    """

    on_hand: int = 0
    in_carts: int = 0
    stocked: int = 0
    empty: int = 0
    as_of: datetime | None = None
    offset: int = UNSEEN

    @property
    def is_gone(self) -> bool:
        """Whether no location has a level of it."""
        return self.stocked + self.empty == 0

    @property
    def version(self) -> int:
        """Grows with every level that changed the sum."""
        return self.offset + 1


def is_newer(known: Share | None, offset: int, level_version: int | None) -> bool:
    """Whether a level at that offset says something that is not known yet.

    While a rebuild hands over, two generations say levels: what the older one says after the newer
    is passed over, as by every reader. A level that is gone has no version, and is believed.
    """
    if known is None:
        return True
    is_of_its_day = level_version is None or level_version >= known.level_version
    return offset > known.version and is_of_its_day


def has_room(product: ProductSum, known: Share | None, share: Share) -> bool:
    """Whether the sums stay within the bound with ``share`` in place of ``known``."""
    on_hand = product.on_hand + share.on_hand - (known.on_hand if known else 0)
    in_carts = product.in_carts + share.in_carts - (known.in_carts if known else 0)
    return fits(on_hand, in_carts, on_hand - in_carts)


def add(product: ProductSum, share: Share) -> None:
    """Count in what a location has."""
    product.on_hand += share.on_hand
    product.in_carts += share.in_carts
    if share.on_hand > 0:
        product.stocked += 1
    else:
        product.empty += 1


def subtract(product: ProductSum, share: Share) -> None:
    """Take out what a location had."""
    product.on_hand -= share.on_hand
    product.in_carts -= share.in_carts
    if share.on_hand > 0:
        product.stocked -= 1
    else:
        product.empty -= 1


def touch(product: ProductSum, as_of: datetime | None, offset: int) -> None:
    """Note that the record at ``offset`` changed the sum; a level that is gone has no ``as_of``."""
    product.offset = offset
    if as_of is not None and (product.as_of is None or as_of > product.as_of):
        product.as_of = as_of
