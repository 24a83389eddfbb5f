"""What changes by time alone: who has fallen silent, and what all locations add up to."""

import asyncio

from dashboards.board.feed.memory import Memory
from dashboards.board.live.board import Board
from dashboards.board.live.keys import SUMMARY, Key
from dashboards.board.live.scene import Scene, heard_state
from dashboards.board.locations import attention
from dashboards.board.wording.locales import DEFAULT

SWEEP_SECONDS = 1.0
"""How late a silence is noticed, and how often the sums of all locations are drawn: a thousand
locations cost some ten milliseconds."""


async def run(board: Board) -> None:
    """Until cancelled."""
    memory, viewers = board.memory, board.viewers
    states: dict[Key, str] = {}
    turn = 0
    while True:
        changed = _changed(memory, board.scene(DEFAULT), states)
        viewers.note_locations({key.location_id for key in changed})
        for key in changed:
            viewers.mark(key)
        if changed or memory.turn != turn:
            viewers.mark(SUMMARY)
        turn = memory.turn
        await asyncio.sleep(SWEEP_SECONDS)


def _changed(memory: Memory, scene: Scene, states: dict[Key, str]) -> list[Key]:
    """Locations and tills whose state is another than at the last look; notes it in ``states``.

    For how long a location has been silent is part of its state: the page says it in minutes.
    """
    now: dict[Key, str] = {}
    for location_id in memory.location_ids():
        silent = attention.silence(scene, location_id)
        state = silent[0].words if silent else scene.state(location_id)
        now[Key("location", location_id)] = state
        for till in memory.tills.at(location_id):
            key = Key("till", location_id, till.till_id)
            now[key] = heard_state(till.last_seen, scene.now)
    changed = [key for key, state in now.items() if states.get(key, state) != state]
    states.clear()
    states.update(now)
    return changed
