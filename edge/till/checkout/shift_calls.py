"""Shifts and the drawer over the local API."""

from functools import partial

from aiohttp import web

from edge.till import asked
from edge.till.answering import ROOT, SellingTill, free, told
from edge.till.checkout import drawer

_SHIFTS = ROOT + "/shifts"


def add_shifts(router: web.UrlDispatcher, till: SellingTill) -> None:
    """Let ``router`` answer them."""
    call = partial(free, till)
    router.add_post(_SHIFTS, call(asked.AskedShift, drawer.open_shift))
    router.add_post(_SHIFTS + "/cash", call(asked.AskedCash, drawer.move_cash))
    router.add_post(_SHIFTS + "/counts", call(asked.AskedCount, drawer.count_cash))
    router.add_post(_SHIFTS + "/close", call(asked.AskedEnd, drawer.close_shift))
    router.add_post(ROOT + "/drawer", call(asked.AskedDrawer, drawer.open_drawer))
    router.add_get(_SHIFTS, told(lambda _: till.shifts(drawer.told_of_shifts)))
    router.add_get(
        _SHIFTS + "/{shift}",
        told(
            lambda request: till.shifts(
                lambda book: drawer.report_of(book, request.match_info["shift"])
            )
        ),
    )
