"""Locations, as rows and figures."""

from datetime import datetime

from dashboards.board.feed.rows import Totals
from dashboards.board.live.keys import Key
from dashboards.board.live.scene import Scene, Shown, milliseconds, some
from dashboards.board.locations import attention
from dashboards.board.wording.words import NOTHING, age, span

KINDS = {"shop": "Shop", "warehouse": "Warehouse", "online": "Online"}

STATES = {"open": "Open", "silent": "Silent", "closed": "Closed", "unheard": "No tills heard"}

NOTES_SHOWN = 3
"""Reasons told in a row of the overview; more make it long, and three are enough to go there."""


def show_summary(scene: Scene, key: Key) -> Shown:
    """What all locations add up to. Money is not added: currencies differ."""
    memory, count = scene.memory, scene.words.count
    ids = memory.location_ids()
    states = [scene.state(each) for each in ids]
    missing = sum(till.missing_events for each in ids for till in memory.tills.at(each))
    alerts = sum(len(memory.alerts(each)) for each in ids)
    helped = sum(attention.urgency(scene, each)[0] for each in ids)
    cells = {
        "locations": count(len(ids)),
        "help": count(helped),
        "open": count(states.count("open")),
        "silent": count(states.count("silent")),
        "alerts": count(alerts),
        "missing": count(missing),
    }
    marks = {"alerts": some(alerts), "missing": some(missing), "help": some(helped)}
    return Shown(key, cells, marks)


def show_location(scene: Scene, key: Key) -> Shown:
    """One line of the list of all locations."""
    location_id = key.location_id
    memory, words = scene.memory, scene.words
    place, totals = memory.place(location_id), memory.totals.get(location_id)
    missing = sum(till.missing_events for till in memory.tills.at(location_id))
    alerts = len(memory.alerts(location_id))
    seen = memory.tills.last_seen(location_id)
    found = attention.needs(scene, location_id)
    cells = {
        "name": memory.name_of(location_id),
        "kind": KINDS.get(place.kind or "", "Not registered"),
        **heard(scene, location_id, seen),
        "alerts": words.count(alerts),
        "missing": words.count(missing) if seen else NOTHING,
        "usual": _usual(scene, location_id),
        **_day_cells(scene, totals, place.currency),
    }
    marks = {
        "state": scene.state(location_id),
        "help": some(attention.calls_for_help(found)),
        "alerts": some(alerts),
        "missing": some(missing),
        "discrepancies": some(totals.discrepancies if totals else 0),
        "named": "" if place.name else "no",
    }
    return Shown(
        key,
        cells,
        marks,
        milliseconds(seen),
        tuple((need.severity, need.words) for need in found[:NOTES_SHOWN]),
    )


def show_figures(scene: Scene, key: Key) -> Shown:
    """The figures on top of one location's page."""
    location_id = key.location_id
    place, totals = scene.memory.place(location_id), scene.memory.totals.get(location_id)
    line = show_location(scene, key)
    cells = {**line.cells, **_money_cells(scene, totals, place.currency)}
    where = scene.where(location_id)
    cells |= _unheard_cells(scene, location_id)
    cells["as_of"] = scene.words.clock(totals.as_of, where, scene.now) if totals else NOTHING
    return Shown(key, cells, line.marks, line.seen, line.notes)


def _unheard_cells(scene: Scene, location_id: str) -> dict[str, str]:
    """How much of what happens there nobody has heard, and what left for elsewhere."""
    unheard, left = scene.unheard(location_id), scene.memory.in_transit.get(location_id)
    on_way = "Nothing"
    if left is not None:
        age_words = span((scene.now - left.since).total_seconds())
        on_way = f"{attention.counted(scene, left.products, 'product')}, for {age_words}"
    return {"unheard": unheard_words(scene, unheard.days), "in_transit": on_way}


def unheard_words(scene: Scene, days: float) -> str:
    """A share of usual days, in words."""
    if days <= 0:
        return "Nothing"
    if days < 1:
        return f"{max(1, round(days * 100))} % of a usual day"
    return f"{scene.words.count(round(days))} usual day{'' if round(days) == 1 else 's'}"


def heard(scene: Scene, location_id: str, seen: datetime | None) -> dict[str, str]:
    """When something was last heard of a location or a till, as cells."""
    state = STATES[scene.state(location_id)]
    if seen is None:
        return {"state": state, "age": "", "heard_at": ""}
    where = scene.where(location_id)
    return {
        "state": state,
        "age": age((scene.now - seen).total_seconds()),
        "heard_at": scene.words.clock_with_zone(seen, where, scene.now),
    }


def _usual(scene: Scene, location_id: str) -> str:
    """How the day compares, in words; empty where nothing is known to compare with."""
    totals, usual = scene.memory.totals.get(location_id), scene.usual.by_now(location_id, scene.now)
    if totals is None or usual is None:
        return ""
    day = scene.words.weekday(totals.business_date)
    if usual <= 0:
        return f"usually nothing by now on a {day}"
    share = totals.net_sales_minor / usual
    return f"{scene.words.change(share - 1)} against a usual {day}"


def _day_cells(scene: Scene, totals: Totals | None, currency: str | None) -> dict[str, str]:
    names = ("net_sales", "receipts", "units", "open_carts", "discrepancies", "business_date")
    if totals is None:
        return dict.fromkeys(names, NOTHING)
    words = scene.words
    return {
        "net_sales": words.money(totals.net_sales_minor, currency),
        "receipts": words.count(totals.receipts),
        "units": words.sold(totals.units, totals.weight_grams),
        "open_carts": words.count(totals.open_carts),
        "discrepancies": words.count(totals.discrepancies),
        "business_date": words.day(totals.business_date),
    }


def _money_cells(scene: Scene, totals: Totals | None, currency: str | None) -> dict[str, str]:
    if totals is None:
        return dict.fromkeys(("gross", "discount", "tax", "returns"), NOTHING)
    words = scene.words
    return {
        "gross": words.money(totals.gross_minor, currency),
        "discount": words.money(totals.discount_minor, currency),
        "tax": words.money(totals.tax_minor, currency),
        "returns": words.count(totals.returns),
    }
