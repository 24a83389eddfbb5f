"""Simulated tills of a store keep journals, and what they say comes through its gateway."""

import json
from pathlib import Path
from typing import Any

from edge.journal.entries import TillPlace
from edge.journal.verifying import prove
from edge.simulator.places import STORE
from operations.kafka.reader import TopicReader
from tests.acceptance.stacks import Stack
from tests.links import access
from topics.envelope import numbered
from topics.registry import TILL_EVENTS
from topics.taken import read_taken_at

SIMULATE = ("simulate", "--through-gateway", "--json", "--rate", "400", "--steady")
FEW = ("--locations", "2", "--tills", "2", "--events", "240")


def simulated(stack: Stack) -> dict[str, Any]:
    """What the simulator says at its end."""
    ended = stack.python("tillstream", *SIMULATE, *FEW, timeout=300)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def through_gateway(stack: Stack) -> dict[TillPlace, set[int]]:
    """Numbers of the store's tills that a gateway has passed on, by till."""
    found: dict[TillPlace, set[int]] = {}
    with TopicReader(access(stack.status()), [TILL_EVENTS.name], STORE) as messages:
        for message in messages:
            event = numbered(message.value)
            if event and event.location_id == STORE and read_taken_at(message.headers):
                place = TillPlace(STORE, event.till_id)
                found.setdefault(place, set()).add(event.sequence)
    return found


def journals(stack: Stack) -> list[Path]:
    """Of the store's simulated tills."""
    return sorted((stack.home / "tills" / STORE).glob("*/journal.sqlite"))


def test_each_event_of_the_stores_tills_is_in_a_journal_and_in_the_topic(stack: Stack) -> None:
    first = simulated(stack)
    again = simulated(stack)
    assert first["events"] == again["events"] == 240

    passed_on = through_gateway(stack)
    proofs = [prove(path) for path in journals(stack)]
    assert len(proofs) == 2
    for proof in proofs:
        assert not proof.findings, "the second run did not go on where the first one ended"
        (epoch,) = proof.epochs
        assert passed_on[proof.till] == set(range(1, epoch.mark.sequence + 1))
        assert epoch.mark.sums.receipt_count > 0, "nobody bought anything"
