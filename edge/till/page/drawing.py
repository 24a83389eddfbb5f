"""From the scene to HTML, whole or as what has changed since the last picture.

Every name comes from a database that people fill in, so templates escape all that they are given.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import jinja2

from edge.till.ages import AgeCheck
from edge.till.carts import TillCart
from edge.till.checking import open_checks
from edge.till.employees.attempts import WRONG_MAX
from edge.till.page.actions import TillActions
from edge.till.page.scene import PageScene, PageView
from edge.till.page.sums import asked_for, due_of
from edge.till.page.wording import (
    DISCOUNT_REASONS,
    OPENING_REASONS,
    check_words,
    doubt_words,
    given_words,
    line_words,
    lines_words,
    standing_words,
    stock_words,
    waiting_words,
)
from edge.till.receipts.amounts import money
from edge.till.ruling import PricedCart
from topics.wire_parts import WireLine

LINES_DRAWN_MAX = 4_096
"""Lines that are remembered as they were drawn, at half a kilobyte each: a scan into the largest
cart draws one line, and not a thousand."""

APART = ("head", "said", "ask", "ending")
"""Regions that every view has beside its main one."""

NOTES_MINOR = (500, 1_000, 2_000, 5_000, 10_000)
"""What customers hand over, as buttons: of these the ones that are enough."""


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def draw(template: str, context: Mapping[str, Any]) -> str:
    """A template with what it shows."""
    return _templates().get_template(template).render(context)


@lru_cache(LINES_DRAWN_MAX)
def _line(line: WireLine, name: str, currency: str) -> str:
    shown = {
        "line": line,
        "name": name,
        "how": line_words(line, currency),
        "amount": money(line.amount_minor, currency),
    }
    return draw("line.html", shown)


@dataclass(frozen=True)
class Picture:
    """What the pages show: each region's HTML, and a cart's lines by number."""

    regions: dict[str, str] = field(default_factory=dict[str, str])
    lines: dict[int, str] | None = None
    """None where no cart is shown."""

    cart_id: str = ""

    @classmethod
    def of(cls, scene: PageScene, actions: TillActions) -> "Picture":
        """The scene as it is now."""
        context = _context(scene, actions)
        regions = {each: draw(f"{each}.html", context) for each in APART}
        if scene.view is not PageView.CART:
            return cls(regions | {"main": draw(f"{scene.view}.html", context)})
        regions |= {each: draw(f"{each}.html", context) for each in ("sums", "side")}
        return cls(regions, _lines(scene, actions), scene.cart.cart_id if scene.cart else "")

    @property
    def main(self) -> str:
        """The largest region with all that is in it."""
        if self.lines is None:
            return self.regions["main"]
        newest_first = "".join(reversed(self.lines.values()))
        return draw("cart.html", {"regions": self.regions, "lines": newest_first})


def _context(scene: PageScene, actions: TillActions) -> dict[str, Any]:
    cart, sale, currency = scene.cart, scene.sale, actions.currency
    return {
        "scene": scene,
        "till_name": actions.till_name,
        "standing": standing_words(scene.standing),
        "currency": currency,
        "money": partial(_money, currency),
        "stock_words": stock_words,
        "lines_words": lines_words,
        "on_screen": actions.on_screen() if scene.view is PageView.START else {},
        "discount_reasons": DISCOUNT_REASONS,
        "opening_reasons": OPENING_REASONS,
        "wrong_pins_max": WRONG_MAX,
        "born_by": AgeCheck(scene.age_years or 0, actions.today()).born_by,
        "has_printer": actions.store.has_printer,
        "has_drawer": actions.has_drawer,
        "elsewhere": [
            (each, waiting_words(each, actions.now(), actions.time_zone))
            for each in scene.elsewhere
        ]
        if scene.view is PageView.WAITING  # a scan words no carts that nobody looks at
        else (),
        **_of_cart(cart, currency),
        **_of_sale(sale),
    }


def _of_cart(cart: TillCart | None, currency: str) -> dict[str, Any]:
    in_doubt = asked_for(cart) if cart else None
    given = cart.given if cart else ()
    return {
        "paid": cart.captured if cart else (),
        "asked_for": in_doubt,
        "doubt": doubt_words(in_doubt[1], currency) if in_doubt else None,
        "given": [(each.discount_no, given_words(each, currency)) for each in given],
    }


def _of_sale(sale: PricedCart | None) -> dict[str, Any]:
    """What the cart's tables say."""
    due_minor = due_of(sale) if sale else 0
    check = next(iter(open_checks(sale)), None) if sale else None
    checks = sale.verdict.checks if sale else ()
    return {
        "due_minor": due_minor,
        "discounts": sale.verdict.told() if sale else (),
        "displaced": sale.verdict.displaced if sale else (),
        "says": [each.say for each in checks if each.say and not each.check],
        "check": check,
        "check_words": check_words(check) if check else "",
        "notes_minor": [each for each in NOTES_MINOR if each > due_minor > 0][:3],
    }


def _money(currency: str, amount_minor: int) -> str:
    return money(amount_minor, currency)


def _lines(scene: PageScene, actions: TillActions) -> dict[int, str]:
    if scene.cart is None:
        return {}
    catalog, currency = actions.catalog, actions.currency
    drawn: dict[int, str] = {}
    for line in scene.cart.lines:
        product = catalog.product(line.sku) if catalog else None
        drawn[line.line_no] = _line(line, product.name if product else line.sku, currency)
    return drawn


def difference(old: Picture, new: Picture) -> str:
    """What makes pages that show the one show the other: elements that htmx puts where they
    belong; empty where they look the same."""
    if _is_same_cart(old, new):
        lines = _changed_lines(old.lines or {}, new.lines or {})
        return "".join([*lines, *_changed(old, new, (*APART, "sums", "side"))])
    parts = _changed(old, new, APART)
    is_same = new.lines is None and old.regions.get("main") == new.regions["main"]
    return "".join(parts if is_same else [*parts, _partial("main", new.main)])


def _changed(old: Picture, new: Picture, names: Iterable[str]) -> list[str]:
    return [
        _partial(name, new.regions[name])
        for name in names
        if old.regions.get(name) != new.regions[name]
    ]


def _is_same_cart(old: Picture, new: Picture) -> bool:
    return None not in (old.lines, new.lines) and old.cart_id == new.cart_id


def whole(picture: Picture) -> str:
    """What makes any page show the picture."""
    parts = [_partial(name, picture.regions[name]) for name in APART]
    return "".join([*parts, _partial("main", picture.main)])


def _changed_lines(old: Mapping[int, str], new: Mapping[int, str]) -> list[str]:
    left_out = sorted(old.keys() - new.keys())
    gone = [f'<hx-partial id="line-{each}" hx-swap="delete"></hx-partial>' for each in left_out]
    added = "".join(new[each] for each in reversed(list(new)) if each not in old)
    if not added:
        return gone
    return [*gone, f'<hx-partial id="lines" hx-swap="afterbegin">{added}</hx-partial>']


def _partial(name: str, html: str) -> str:
    return f'<hx-partial id="{name}" hx-swap="outerMorph">{html}</hx-partial>'
