"""Till, line and terminal as a model: every order of loss, delay and crash is walked through.

The till is the real rule. A request that is on its way may be lost, or come late, but not after its
life; a reply may be lost. The till may crash between any two steps: what it has noted stays, what
it has heard goes. Time is young or old: before or after a request's life, since this process learnt
of the payment.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from edge.till.carts import Outcome
from edge.till.terminals.rule import (
    REQUEST_LIFE_SECONDS,
    Heard,
    Step,
    TenderSight,
    next_step,
)

Rule = Callable[[TenderSight], Step]

NEW = TenderSight(is_noted=False)
CAPTURES_SEEN_MAX = 2
"""Two are one too many; more need not be told apart."""


class World(NamedTuple):
    """One state of all."""

    sight: TenderSight = NEW
    is_waiting: bool = False
    """The till has asked for the money, and has heard nothing yet."""

    requests: int = 0
    """On their way to the terminal."""

    terminal: str = "nothing"
    """nothing, busy, captured or declined."""

    reply: str = ""
    captures: int = 0
    is_old: bool = False
    """So long since the till's process last waited for it that no request of before is alive."""


def moves(world: World, rule: Rule) -> Iterator[World]:
    """All that can happen next."""
    yield from _line_and_terminal(world)
    yield _crashed(world)
    yield _aged(world)
    if world.is_waiting:
        yield _waited(world, Heard.SILENCE)
        if world.reply:
            yield _waited(world, Heard.CAPTURED if world.reply == "captured" else Heard.DECLINED)
    else:
        yield from _till(world, rule(world.sight))


def _line_and_terminal(world: World) -> Iterator[World]:
    if world.requests:
        yield world._replace(requests=world.requests - 1)
        if world.terminal == "nothing":
            yield world._replace(requests=world.requests - 1, terminal="busy")
    if world.terminal == "busy":
        captures = min(world.captures + 1, CAPTURES_SEEN_MAX)
        yield _answered(world._replace(captures=captures), "captured")
        yield _answered(world, "declined")


def _answered(world: World, outcome: str) -> World:
    return world._replace(terminal=outcome, reply=outcome if world.is_waiting else "")


def _crashed(world: World) -> World:
    """The till starts anew from its journal."""
    kept = TenderSight(world.sight.is_noted, world.sight.outcome)
    return world._replace(sight=kept, is_waiting=False, reply="", is_old=False)


def _aged(world: World) -> World:
    """So much time goes by that no request of before is alive."""
    return world._replace(is_old=True, requests=0)


def _till(world: World, step: Step) -> Iterator[World]:
    match step:
        case Step.NOTE_REQUESTED:
            yield world._replace(sight=world.sight._replace(is_noted=True, is_fresh=True))
        case Step.ASK_PAYMENT:
            asked = world.sight._replace(is_fresh=False)
            requests = min(world.requests + 1, CAPTURES_SEEN_MAX)
            yield world._replace(sight=asked, is_waiting=True, requests=requests)
        case Step.ASK_STATUS:
            seconds = REQUEST_LIFE_SECONDS if world.is_old else 0.0
            asking = world._replace(sight=world.sight._replace(asked_seconds=seconds))
            yield _heard(asking, Heard.SILENCE)
            yield _heard(asking, _status(world.terminal))
        case Step.NOTE_CAPTURED:
            yield _noted(world, "captured")
        case Step.NOTE_DECLINED:
            yield _noted(world, "declined")
        case Step.NOTE_UNKNOWN:
            yield _noted(world, "unknown")
        case Step.LEAVE:
            return


def _status(terminal: str) -> Heard:
    return {
        "nothing": Heard.NOT_FOUND,
        "busy": Heard.IN_PROGRESS,
        "captured": Heard.CAPTURED,
        "declined": Heard.DECLINED,
    }[terminal]


def _heard(world: World, heard: Heard) -> World:
    silences = world.sight.silences + 1 if heard is Heard.SILENCE else 0
    told = world.sight._replace(heard=heard, silences=silences, is_fresh=False)
    return world._replace(sight=told)


def _waited(world: World, heard: Heard) -> World:
    """The till no longer waits for the payment's answer; its clock begins here."""
    return _heard(world, heard)._replace(is_waiting=False, reply="", is_old=False)


def _noted(world: World, outcome: Outcome) -> World:
    return world._replace(sight=world.sight._replace(outcome=outcome))


def fault(world: World) -> str:
    """What is wrong with a state; empty where nothing is."""
    outcome = world.sight.outcome
    if world.captures > 1:
        return "money was taken twice"
    if outcome == "captured" and world.captures == 0:
        return "a payment counts that was never taken"
    if outcome == "declined" and world.captures > 0:
        return "money was taken that counts as declined"
    if outcome == "declined" and (world.requests or world.terminal == "busy"):
        return "it counts as declined, and may still be taken"
    if not world.sight.is_noted and (world.requests or world.terminal != "nothing"):
        return "the terminal was asked for what the journal does not have"
    return ""


def walk(rule: Rule = next_step) -> dict[World, list[World]]:
    """Every state that can be reached, with those that can follow."""
    reached: dict[World, list[World]] = {}
    left = [World()]
    while left:
        world = left.pop()
        if world in reached:
            continue
        reached[world] = list(moves(world, rule))
        left.extend(reached[world])
    return reached
