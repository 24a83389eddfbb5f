"""What is done about an alert, in words."""

from dashboards.board.feed.rows import Alert
from dashboards.board.handling.rows import Handling, Proposal, exactly, raising_of
from dashboards.board.live.keys import Key
from dashboards.board.words import wording
from dashboards.board.words.scene import Scene, Shown

KINDS = {"transfer": "Transfer", "order": "Order"}

CLEARED = "Cleared: nothing is left to do"


def stage_of(handling: Handling) -> str:
    """``new``, ``seen`` or ``owned``."""
    if handling.owner:
        return "owned"
    return "seen" if handling.acknowledged_by else "new"


def handling_cells(scene: Scene, alert: Alert) -> dict[str, str]:
    """How far somebody is with an alert; the last two are for forms."""
    handling = scene.desk.handling(raising_of(alert))
    waiting = scene.desk.open_proposal(raising_of(alert))
    return {
        "stage": _stage(scene, alert, handling),
        "owner": handling.owner or wording.NOTHING,
        "note": _note(scene, alert, handling),
        "proposal": _proposal(scene, waiting) if waiting else "",
        "version": str(handling.version),
        "raising": exactly(alert.raised_at),
    }


def handling_marks(scene: Scene, alert: Alert) -> dict[str, str]:
    """What rows and forms look like for it."""
    raising = raising_of(alert)
    waiting = scene.desk.open_proposal(raising)
    return {
        "stage": stage_of(scene.desk.handling(raising)),
        "proposal": waiting.proposal_id if waiting else "",
    }


def show_handling(scene: Scene, location_id: str, sku: str) -> Shown:
    """All about one alert, on its own page; it stays there once the alert has cleared."""
    key = Key("handling", location_id, sku)
    alert = scene.memory.alerts(location_id).get(sku)
    if alert is None:
        empty = dict.fromkeys(("owner", "note", "proposal", "version", "raising"), "")
        return Shown(key, {**empty, "stage": CLEARED}, {"stage": "cleared", "proposal": ""})
    proposals = scene.desk.proposals(raising_of(alert))
    notes = tuple((each.state, _told(scene, each)) for each in reversed(proposals))
    return Shown(key, handling_cells(scene, alert), handling_marks(scene, alert), "", notes)


def _stage(scene: Scene, alert: Alert, handling: Handling) -> str:
    if handling.acknowledged_by is None or handling.acknowledged_at is None:
        return "New"
    where = scene.where(alert.location_id)
    at = scene.words.clock(handling.acknowledged_at, where, scene.now)
    return f"Acknowledged by {handling.acknowledged_by}, {at}"


def _note(scene: Scene, alert: Alert, handling: Handling) -> str:
    if handling.note is None or handling.noted_at is None:
        return ""
    at = scene.words.clock(handling.noted_at, scene.where(alert.location_id), scene.now)
    return f"{handling.note} ({handling.noted_by}, {at})"


def _proposal(scene: Scene, proposal: Proposal) -> str:
    product = scene.memory.products.get(proposal.sku)
    quantity = scene.words.quantity(proposal.quantity, product.unit if product else "each")
    if proposal.from_location_id is None:
        return f"Order of {quantity}"
    place = scene.memory.place(proposal.from_location_id)
    return f"Transfer of {quantity} from {place.name or proposal.from_location_id}"


def _told(scene: Scene, proposal: Proposal) -> str:
    where = scene.where(proposal.location_id)
    made = scene.words.clock(proposal.proposed_at, where, scene.now)
    told = f"{_proposal(scene, proposal)}, proposed by {proposal.proposed_by}, {made}."
    if proposal.decided_at is not None:
        at = scene.words.clock(proposal.decided_at, where, scene.now)
        told += f" {proposal.state.capitalize()} by {proposal.decided_by}, {at}."
    return f"{told} {proposal.reason}."
