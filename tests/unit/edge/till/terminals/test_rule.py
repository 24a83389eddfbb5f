"""No order of loss, delay and crash takes money twice, or leaves a payment in doubt for ever."""

import pytest

from edge.till.terminals.rule import Heard, Step, TenderSight, next_step
from tests.unit.edge.till.terminals.model import Rule, World, fault, walk

SETTLED = ("captured", "declined")


def test_in_no_state_that_can_be_reached_is_money_wrong() -> None:
    reached = walk()
    faults = {fault(world): world for world in reached} | {"": None}
    assert set(faults) == {""}, faults
    assert len(reached) > 150, "the model has lost most of its states"


def test_both_ends_are_reached_with_and_without_a_crash() -> None:
    ends = {(world.sight.outcome, world.terminal) for world in walk()}
    assert {("captured", "captured"), ("declined", "declined"), ("declined", "nothing")} <= ends


def test_from_every_state_the_payment_can_still_be_settled() -> None:
    reached = walk()
    settling = {world for world in reached if world.sight.outcome in SETTLED}
    before: dict[World, set[World]] = {}
    for world, followers in reached.items():
        for each in followers:
            before.setdefault(each, set()).add(world)
    left = list(settling)
    while left:
        for world in before.get(left.pop(), set()) - settling:
            settling.add(world)
            left.append(world)
    assert settling == set(reached), "a payment is stuck"


def test_what_is_settled_stays_so() -> None:
    for world, followers in walk().items():
        if world.sight.outcome in SETTLED:
            assert {each.sight.outcome for each in followers} == {world.sight.outcome}


def _asks_again(tender: TenderSight) -> Step:
    step = next_step(tender)
    is_lost = tender.heard in (Heard.SILENCE, Heard.NOT_FOUND)
    return Step.ASK_PAYMENT if step is Step.ASK_STATUS and is_lost else step


def _does_not_wait(tender: TenderSight) -> Step:
    return next_step(tender._replace(asked_seconds=1_000.0))


def _believes_an_old_answer(tender: TenderSight) -> Step:
    """As the rule once did: an answer from before counted once the time had gone by."""
    if tender.heard is Heard.NOT_FOUND and tender.outcome is None:
        return Step.NOTE_DECLINED
    return next_step(tender)


def _asks_before_it_notes(tender: TenderSight) -> Step:
    if not tender.is_noted and tender.heard is Heard.NOTHING_YET:
        return Step.ASK_PAYMENT
    return next_step(tender)


def _declines_in_silence(tender: TenderSight) -> Step:
    step = next_step(tender)
    return Step.NOTE_DECLINED if step is Step.NOTE_UNKNOWN else step


def _asks_for_money_after_a_restart(tender: TenderSight) -> Step:
    step = next_step(tender)
    is_restarted = tender.heard is Heard.NOTHING_YET
    return Step.ASK_PAYMENT if step is Step.ASK_STATUS and is_restarted else step


@pytest.mark.parametrize(
    "rule",
    [
        _does_not_wait,
        _believes_an_old_answer,
        _asks_before_it_notes,
        _declines_in_silence,
    ],
)
def test_the_judge_finds_a_wrong_rule(rule: Rule) -> None:
    assert any(fault(world) for world in walk(rule))


@pytest.mark.parametrize("rule", [_asks_again, _asks_for_money_after_a_restart])
def test_the_judge_finds_a_request_that_is_sent_twice(rule: Rule) -> None:
    """A terminal may take a second request for a second payment: that it knows the first by its
    name is its own affair."""
    assert any(world.requests > 1 for world in walk(rule))
    assert not any(world.requests > 1 for world in walk())


@pytest.mark.parametrize(
    ("sight", "step"),
    [
        (TenderSight(is_noted=False), Step.NOTE_REQUESTED),
        (TenderSight(is_noted=True, is_fresh=True), Step.ASK_PAYMENT),
        (TenderSight(is_noted=True), Step.ASK_STATUS),
        (TenderSight(is_noted=True, outcome="unknown"), Step.ASK_STATUS),
        (TenderSight(is_noted=True, outcome="captured"), Step.LEAVE),
        (TenderSight(is_noted=True, heard=Heard.NOT_FOUND, asked_seconds=119), Step.ASK_STATUS),
        (TenderSight(is_noted=True, heard=Heard.NOT_FOUND, asked_seconds=120), Step.NOTE_DECLINED),
        (TenderSight(is_noted=True, heard=Heard.SILENCE, silences=3), Step.NOTE_UNKNOWN),
    ],
)
def test_the_rule_in_a_table(sight: TenderSight, step: Step) -> None:
    assert next_step(sight) is step
