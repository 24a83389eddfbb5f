"""The tills of a location, as rows."""

from collections.abc import Iterator

from dashboards.board.feed.rows import Till
from dashboards.board.live.keys import Key
from dashboards.board.live.scene import Scene, Shown, heard_state, milliseconds, some
from dashboards.board.locations.attention import counted
from dashboards.board.locations.words import STATES, heard
from dashboards.board.wording.words import NOTHING, missing

OLDER_TOLD = 3
"""Older epochs told by number; a till that has more of them open has one trouble, not four."""

SHARED_WORDS = "Two devices use this identity"


def show_till(scene: Scene, key: Key) -> Shown:
    """One till of a location, and what is wrong with it."""
    _, location_id, till_id = key
    till = scene.memory.tills.get(location_id, till_id)
    if till is None:
        return Shown(key, gone=True)
    shared = scene.memory.tills.is_shared(till, scene.now)
    marks = {
        "state": heard_state(till.last_seen, scene.now),
        "missing": some(till.missing_events),
        "duplicates": some(till.duplicates),
        "shared": some(shared),
        "help": some(shared or till.missing_events),
    }
    cells = {**heard(scene, location_id, till.last_seen), **_cells(scene, till)}
    cells["state"] = STATES[marks["state"]]
    return Shown(key, cells, marks, milliseconds(till.last_seen), tuple(_notes(scene, till)))


def _cells(scene: Scene, till: Till) -> dict[str, str]:
    count = scene.words.count
    return {
        "last_sale": _last_sale(scene, till),
        "last_sequence": count(till.last_sequence),
        "missing": count(till.missing_events),
        "ranges": missing(till.missing, till.unnamed_missing),
        "duplicates": count(till.duplicates),
    }


def _last_sale(scene: Scene, till: Till) -> str:
    where, words = till.location_id, scene.words
    sale = scene.memory.tills.last_sale(where, till.till_id)
    if sale is None:
        return NOTHING
    amount = words.money(sale.total_minor, scene.memory.place(where).currency)
    return f"{amount}, {words.clock(sale.occurred_at, scene.where(where), scene.now)}"


def _notes(scene: Scene, till: Till) -> Iterator[tuple[str, str]]:
    """What wants a look, the worst first, with its severity."""
    forks = counted(scene, till.forks, "fork")
    shared = scene.memory.tills.is_shared(till, scene.now)
    if shared:
        yield "bad", f"{SHARED_WORDS}: {forks}"
    for each in [older for older in till.older if older.missing][-OLDER_TOLD:]:
        told = counted(scene, each.missing_events, "event")
        yield "bad", f"Epoch {each.epoch} still lacks {told}: {missing(each.missing)}"
    if till.quarantined:
        yield "warn", f"{counted(scene, till.quarantined, 'event')} unreadable"
    if till.unlisted:
        yield "warn", f"{counted(scene, till.unlisted, 'event')} of a device that no list names"
    if till.forks and not shared:
        yield "past", f"{forks} in the past"
