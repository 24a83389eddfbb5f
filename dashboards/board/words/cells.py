"""From rows to what stands in a page: one text for each cell, and marks that style a row.

The templates and the streams both show these, so a value that is pushed is, to the letter, the
value that a reload would show.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Alert, Level, Product, Till, Totals
from dashboards.board.live.scopes import Key
from dashboards.board.words import wording

SILENT_AFTER_SECONDS = 90
"""A location without an event or heartbeat for so long counts as silent. A heartbeat that is
late once must not look like an outage; a till that is cut off should be seen within two minutes."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of a page as it should look now.

    ``cells`` are texts by name. ``marks`` become ``data-*`` attributes of the row: ``seen`` is a
    time in milliseconds since 1970, the others are a word or empty. ``gone`` rows leave the page.
    """

    key: Key
    cells: dict[str, str] = field(default_factory=dict[str, str])
    marks: dict[str, str] = field(default_factory=dict[str, str])
    gone: bool = False


def show(memory: Memory, key: Key, now: datetime) -> Shown:
    """The row of that key, as the memory has it."""
    match key.kind:
        case "summary":
            return show_summary(memory)
        case "location":
            return show_location(memory, key.location_id, now)
        case "figures":
            return show_figures(memory, key.location_id, now)
        case "till":
            return show_till(memory, key.location_id, key.ident, now)
        case "stock":
            return show_stock(memory, key.location_id, key.ident, now)
        case "alert":
            return show_alert(memory, key.location_id, key.ident, now)


def show_summary(memory: Memory) -> Shown:
    """What all locations add up to. Money is not added: currencies differ."""
    ids = memory.location_ids()
    missing = sum(till.missing_events for each in ids for till in memory.tills(each))
    alerts = sum(len(memory.alerts(each)) for each in ids)
    cells = {
        "locations": wording.count(len(ids)),
        "alerts": wording.count(alerts),
        "missing": wording.count(missing),
    }
    return Shown(Key("summary"), cells, {"alerts": _some(alerts), "missing": _some(missing)})


def show_location(memory: Memory, location_id: str, now: datetime) -> Shown:
    """One line of the list of all locations."""
    place, totals = memory.place(location_id), memory.totals.get(location_id)
    missing = sum(till.missing_events for till in memory.tills(location_id))
    alerts = len(memory.alerts(location_id))
    where = wording.zone(place.time_zone)
    seen = memory.last_seen(location_id)
    cells = {
        "name": place.name or location_id,
        "kind": wording.KINDS.get(place.kind or "", "Not registered"),
        "heard": heard(seen, now),
        "heard_at": wording.clock_with_zone(seen, where, now) if seen else "",
        "alerts": wording.count(alerts),
        "missing": wording.count(missing) if seen else wording.NOTHING,
        **_day_cells(totals, place.currency),
    }
    marks = {
        "seen": milliseconds(seen),
        "state": state(seen, now),
        "alerts": _some(alerts),
        "missing": _some(missing),
        "discrepancies": _some(totals.discrepancies if totals else 0),
    }
    return Shown(Key("location", location_id), cells, marks)


def show_figures(memory: Memory, location_id: str, now: datetime) -> Shown:
    """The figures on top of one location's page."""
    place, totals = memory.place(location_id), memory.totals.get(location_id)
    line = show_location(memory, location_id, now)
    cells = {**line.cells, **_money_cells(totals, place.currency)}
    where = wording.zone(place.time_zone)
    cells["as_of"] = wording.clock(totals.as_of, where, now) if totals else wording.NOTHING
    return Shown(Key("figures", location_id), cells, line.marks)


def show_till(memory: Memory, location_id: str, till_id: str, now: datetime) -> Shown:
    """One till of a location."""
    key = Key("till", location_id, till_id)
    till = memory.till(location_id, till_id)
    if till is None:
        return Shown(key, gone=True)
    where = wording.zone(memory.place(location_id).time_zone)
    return Shown(
        key,
        _till_cells(till, wording.clock(till.last_seen, where, now), now),
        {
            "seen": milliseconds(till.last_seen),
            "state": state(till.last_seen, now),
            "missing": _some(till.missing_events),
            "duplicates": _some(till.duplicates),
        },
    )


def show_stock(memory: Memory, location_id: str, sku: str, now: datetime) -> Shown:
    """One SKU at a location. An alert may be raised for a SKU that never moved."""
    level = memory.level(location_id, sku)
    alert = memory.alerts(location_id).get(sku)
    product = memory.products.get(sku)
    where = wording.zone(memory.place(location_id).time_zone)
    cells = {
        "name": product.name if product else "Unknown product",
        **_level_cells(level, alert, _unit(product)),
        **_alert_cells(alert, _unit(product)),
        "as_of": wording.clock(level.as_of, where, now) if level else wording.NOTHING,
    }
    marks = {
        "reason": alert.reason if alert else "",
        "product": "known" if product else "unknown",
        "sign": "negative" if level and level.on_hand < 0 else "",
    }
    return Shown(Key("stock", location_id, sku), cells, marks)


def show_alert(memory: Memory, location_id: str, sku: str, now: datetime) -> Shown:
    """One raised alert in the list of all."""
    key = Key("alert", location_id, sku)
    alert = memory.alerts(location_id).get(sku)
    if alert is None:
        return Shown(key, gone=True)
    place, product = memory.place(location_id), memory.products.get(sku)
    point = alert.reorder_point
    cells = {
        "location": place.name or location_id,
        "name": product.name if product else "Unknown product",
        "on_hand": wording.quantity(alert.on_hand, _unit(product)),
        "reorder_point": wording.NOTHING
        if point is None
        else wording.quantity(point, _unit(product)),
        "raised_at": wording.clock_with_zone(alert.raised_at, wording.zone(place.time_zone), now),
        **_alert_cells(alert, _unit(product)),
    }
    marks = {"reason": alert.reason, "product": "known" if product else "unknown"}
    return Shown(key, cells, marks)


def heard(seen: datetime | None, now: datetime) -> str:
    """How long ago something was heard."""
    return "never heard" if seen is None else wording.age((now - seen).total_seconds())


def state(seen: datetime | None, now: datetime) -> str:
    """``open``, ``silent`` or ``unheard``: the word that is shown."""
    if seen is None:
        return "unheard"
    return "silent" if (now - seen).total_seconds() > SILENT_AFTER_SECONDS else "open"


def milliseconds(seen: datetime | None) -> str:
    """Milliseconds since 1970, as the page's script counts."""
    return str(int(seen.astimezone(UTC).timestamp() * 1000)) if seen else ""


def _day_cells(totals: Totals | None, currency: str | None) -> dict[str, str]:
    names = ("net_sales", "receipts", "units", "open_carts", "discrepancies", "business_date")
    if totals is None:
        return dict.fromkeys(names, wording.NOTHING)
    return {
        "net_sales": wording.money(totals.net_sales_minor, currency),
        "receipts": wording.count(totals.receipts),
        "units": wording.count(totals.units),
        "open_carts": wording.count(totals.open_carts),
        "discrepancies": wording.count(totals.discrepancies),
        "business_date": wording.day(totals.business_date),
    }


def _money_cells(totals: Totals | None, currency: str | None) -> dict[str, str]:
    if totals is None:
        return dict.fromkeys(("gross", "discount", "tax", "returns"), wording.NOTHING)
    return {
        "gross": wording.money(totals.gross_minor, currency),
        "discount": wording.money(totals.discount_minor, currency),
        "tax": wording.money(totals.tax_minor, currency),
        "returns": wording.count(totals.returns),
    }


def _till_cells(till: Till, seen_at: str, now: datetime) -> dict[str, str]:
    return {
        "epoch": wording.count(till.epoch),
        "last_sequence": wording.count(till.last_sequence),
        "missing": wording.count(till.missing_events),
        "ranges": wording.missing(till.missing),
        "duplicates": wording.count(till.duplicates),
        "heard": heard(till.last_seen, now),
        "heard_at": seen_at,
    }


def _level_cells(level: Level | None, alert: Alert | None, unit: str) -> dict[str, str]:
    if level is None:
        on_hand = wording.quantity(alert.on_hand, unit) if alert else wording.NOTHING
        return {"on_hand": on_hand, "in_carts": wording.NOTHING, "available": wording.NOTHING}
    return {
        "on_hand": wording.quantity(level.on_hand, unit),
        "in_carts": wording.quantity(level.in_carts, unit),
        "available": wording.quantity(level.available, unit),
    }


def _alert_cells(alert: Alert | None, unit: str) -> dict[str, str]:
    if alert is None:
        return {"alert": "", "suggested": ""}
    suggested = alert.suggested_quantity
    return {
        "alert": wording.REASONS[alert.reason],
        "suggested": f"Order {wording.quantity(suggested, unit)}" if suggested else "",
    }


def _unit(product: Product | None) -> str:
    return product.unit if product else "each"


def _some(number: int) -> str:
    return "some" if number else ""
