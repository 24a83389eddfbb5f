"""Who may do what with a state follows from which states there are, and who is at work on them."""

from datetime import UTC, datetime

import pytest

from operations.generations.standing import Generations
from operations.shadow.rights import SERVICE, rights, rights_of_all
from operations.shadow.sides import Shadow, application_ids
from operations.topic_sync.states import of_generations
from topics.access import AccessRule, static_rules
from topics.registry import ALL
from topics.upkeep import Generation, GenerationState

NOW = datetime.now(UTC)

IDS = ("tillstream-shadow", "a", "shadow", "stock.levels", "till.cart-events", "a-g1", "x.y-z_1")


def test_shadows_are_known_by_their_topics_whatever_they_are_called() -> None:
    topics = {spec.name for each in IDS for spec in Shadow("live", each).specs()}
    assert application_ids(topics) == set(IDS)


@pytest.mark.parametrize(
    "topic", [spec.name for spec in ALL] + ["shadow.stock.levels", "shadow.a.b", "a.shadow.b"]
)
def test_no_other_topic_is_a_shadows(topic: str) -> None:
    assert not application_ids([topic])


def test_a_shadow_writes_nothing_that_anybody_else_reads() -> None:
    rules = {rule for rule in rights(Shadow("live", "mine"), 2) if rule.service == SERVICE}
    rules |= {rule for rule in static_rules() if rule.service == SERVICE}
    written = {rule.name for rule in rules if rule.operation in ("write", "create")}
    own = {spec.name for spec in Shadow("live", "mine").specs()}
    assert written == {*own, "mine-state-changelog", "mine-0", "mine-1"}


def test_a_shadow_that_has_gone_has_no_rights() -> None:
    assert rights_of_all([spec.name for spec in ALL], 2) == set()


def test_workers_keep_their_rights_until_they_have_moved_to_the_next_generation() -> None:
    generations = Generations()
    said: list[tuple[int, GenerationState]] = [(0, "live"), (1, "building"), (1, "live")]
    for number, state in said:
        generations.take("shop", Generation(generation=number, state=state, decided_at=NOW))
    writes = AccessRule("worker", "transactional-id", "shop-0", "write")
    tends = AccessRule("operator", "group", "shop", "delete")
    assert {writes, tends} <= of_generations(generations, 1, {"shop", "another"})
    left = of_generations(generations, 1, {"shop-g1"})
    assert writes not in left and tends in left
