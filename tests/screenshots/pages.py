"""Which pages there are, and how large they are looked at."""

from dataclasses import dataclass
from typing import Literal

Scheme = Literal["light", "dark"]

SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@dataclass(frozen=True)
class Page:
    """A page by the name of its pictures; ``{shop}`` and such in its path are filled in.

    ``locked`` pages are those of a board at which nobody has signed in yet.
    """

    name: str
    path: str
    locked: bool = False


@dataclass(frozen=True)
class Size:
    """Of a window, in CSS pixels. A page that is longer is shown for ``screens`` of them."""

    name: str
    width: int
    height: int
    screens: int


PAGES = (
    Page("overview", "/"),
    Page("location", "/locations/{shop}"),
    Page("product", "/products/{sku}?location={shop}"),
    Page("alerts", "/alerts"),
    Page("alert", "/alerts/{alert}"),
    Page("totals", "/totals"),
    Page("products", "/manage/products"),
    Page("change-product", "/manage/products/{sku}"),
    Page("locations", "/manage/locations"),
    Page("assortment", "/manage/assortment"),
    Page("log", "/audit"),
    Page("devices", "/devices"),
    Page("sessions", "/sessions"),
    Page("subscribe", "/subscribe"),
    Page("sign-in", "/sign-in", locked=True),
)

SIZES = (
    Size("desktop", 1440, 900, screens=2),
    Size("phone", 390, 844, screens=3),
    Size("wall", 2560, 1440, screens=1),
)

README: tuple[tuple[str, str, Scheme], ...] = (
    ("overview", "desktop", "light"),
    ("location", "desktop", "light"),
    ("product", "desktop", "dark"),
    ("alerts", "phone", "light"),
)
"""The pictures of the README: (page, size, scheme)."""
