"""Restock alerts and what is done about them, in words. Pure."""

from functools import partial

from dashboards.board.alerts.handled import Handled
from dashboards.board.alerts.handling import Handling, Proposal, exactly, raising_of
from dashboards.board.feed.rows import Alert
from dashboards.board.live.artist import Piece
from dashboards.board.live.keys import Key, KeyKind
from dashboards.board.live.scene import Scene, Shown
from dashboards.board.wording.words import NOTHING

REASONS = {
    "below_reorder_point": "Below reorder point",
    "out_of_stock": "Out of stock",
    "negative_stock": "Negative stock",
}

CLEARED = "Cleared: nothing is left to do"


def pieces(handled: Handled) -> dict[KeyKind, Piece]:
    """How alerts and their handling are drawn."""
    return {
        "alert": Piece("alerts/pieces/alert.html", partial(show_alert, handled)),
        "handling": Piece("alerts/pieces/handling.html", partial(show_handling, handled)),
    }


def show_alert(handled: Handled, scene: Scene, key: Key) -> Shown:
    """One raised alert in the list of all."""
    _, location_id, sku = key
    alert = scene.memory.alerts(location_id).get(sku)
    if alert is None:
        return Shown(key, gone=True)
    point = alert.reorder_point
    cells = {
        "location": scene.memory.name_of(location_id),
        "name": scene.name_of(sku),
        "on_hand": scene.quantity(alert.on_hand, sku),
        "reorder_point": NOTHING if point is None else scene.quantity(point, sku),
        "raised_at": scene.words.clock_with_zone(
            alert.raised_at, scene.where(location_id), scene.now
        ),
        **alert_cells(scene, alert),
        **_handling_cells(handled, scene, alert),
    }
    marks = {
        "reason": alert.reason,
        "product": scene.known(sku),
        **_handling_marks(handled, alert),
    }
    return Shown(key, cells, marks)


def alert_cells(scene: Scene, alert: Alert | None) -> dict[str, str]:
    """Why an alert is raised and what to order; empty without one."""
    if alert is None:
        return {"alert": "", "suggested": ""}
    return {"alert": REASONS[alert.reason], "suggested": _suggested(scene, alert)}


def _suggested(scene: Scene, alert: Alert) -> str:
    if alert.suggested_quantity:
        return f"Order {scene.quantity(alert.suggested_quantity, alert.sku)}"
    # A policy without such a level is one that nobody has finished.
    return "" if alert.reorder_point is None else "No level to order up to"


def show_handling(handled: Handled, scene: Scene, key: Key) -> Shown:
    """All about one alert, on its own page; it stays there once the alert has cleared."""
    alert = scene.memory.alerts(key.location_id).get(key.ident)
    if alert is None:
        empty = dict.fromkeys(("owner", "note", "proposal", "version", "raising"), "")
        return Shown(key, {**empty, "stage": CLEARED}, {"stage": "cleared", "proposal": ""})
    proposals = handled.proposals(raising_of(alert))
    notes = tuple((each.state, _told(scene, each)) for each in reversed(proposals))
    cells, marks = _handling_cells(handled, scene, alert), _handling_marks(handled, alert)
    return Shown(key, cells, marks, "", notes)


def _handling_cells(handled: Handled, scene: Scene, alert: Alert) -> dict[str, str]:
    """How far somebody is with an alert; the last two are for forms."""
    handling = handled.handling(raising_of(alert))
    waiting = handled.open_proposal(raising_of(alert))
    return {
        "stage": _stage(scene, handling),
        "owner": handling.owner or NOTHING,
        "note": _note(scene, handling),
        "proposal": _proposal(scene, waiting) if waiting else "",
        "version": str(handling.version),
        "raising": exactly(alert.raised_at),
    }


def _handling_marks(handled: Handled, alert: Alert) -> dict[str, str]:
    """What rows and forms look like for it."""
    handling = handled.handling(raising_of(alert))
    waiting = handled.open_proposal(raising_of(alert))
    seen = "seen" if handling.acknowledged_by else "new"
    return {
        "stage": "owned" if handling.owner else seen,
        "proposal": waiting.proposal_id if waiting else "",
    }


def _stage(scene: Scene, handling: Handling) -> str:
    if handling.acknowledged_by is None or handling.acknowledged_at is None:
        return "New"
    at = scene.words.clock(handling.acknowledged_at, scene.where(handling.location_id), scene.now)
    return f"Acknowledged by {handling.acknowledged_by}, {at}"


def _note(scene: Scene, handling: Handling) -> str:
    if handling.note is None or handling.noted_at is None:
        return ""
    at = scene.words.clock(handling.noted_at, scene.where(handling.location_id), scene.now)
    return f"{handling.note} ({handling.noted_by}, {at})"


def _proposal(scene: Scene, proposal: Proposal) -> str:
    quantity = scene.quantity(proposal.quantity, proposal.sku)
    if proposal.from_location_id is None:
        return f"Order of {quantity}"
    return f"Transfer of {quantity} from {scene.memory.name_of(proposal.from_location_id)}"


def _told(scene: Scene, proposal: Proposal) -> str:
    where = scene.where(proposal.location_id)
    made = scene.words.clock(proposal.proposed_at, where, scene.now)
    told = f"{_proposal(scene, proposal)}, proposed by {proposal.proposed_by}, {made}."
    if proposal.decided_at is not None:
        at = scene.words.clock(proposal.decided_at, where, scene.now)
        told += f" {proposal.state.capitalize()} by {proposal.decided_by}, {at}."
    return f"{told} {proposal.reason}."
