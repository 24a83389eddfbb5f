"""Topics against what they must be: what is in order, what is set, and what is refused."""

from engine.topics import CHANGELOG_SEGMENT_BYTES, changelog_configs
from operations.topic_sync.findings import Existing, changelog_of, compare, is_in_order, of_registry
from topics.registry import STOCK_LEVELS, TILL_EVENTS, kafka_configs

TOPICS = [*of_registry((TILL_EVENTS, STOCK_LEVELS)), changelog_of("tillstream")]
CHANGELOG = "tillstream-state-changelog"


def _existing(**partitions: int) -> dict[str, Existing]:
    """Topics in order, with so many partitions; named by their last word."""
    wanted = {
        TILL_EVENTS.name: kafka_configs(TILL_EVENTS, 3),
        STOCK_LEVELS.name: kafka_configs(STOCK_LEVELS, 3),
        CHANGELOG: changelog_configs(3),
    }
    names = {name.replace(".", "-").rpartition("-")[2]: name for name in wanted}
    return {
        names[short]: Existing(count, 3, wanted[names[short]])
        for short, count in partitions.items()
    }


def test_a_changelog_that_no_worker_has_made_yet_is_no_difference() -> None:
    assert is_in_order(compare(TOPICS, 8, _existing(events=8, levels=8)))
    assert not is_in_order(compare(TOPICS, 8, _existing(events=8, changelog=8)))


def test_a_changelog_of_an_earlier_release_is_brought_to_todays_settings() -> None:
    existing = _existing(events=8, levels=8, changelog=8)
    assert is_in_order(compare(TOPICS, 8, existing))

    older = {**changelog_configs(3), "segment.bytes": str(1024**3)}
    existing[CHANGELOG] = Existing(8, 3, older)
    found = compare(TOPICS, 8, existing)[-1]

    assert (found.topic, found.state) == (CHANGELOG, "differs")
    assert found.differences == (("segment.bytes", str(1024**3), str(CHANGELOG_SEGMENT_BYTES)),)


def test_a_changelog_beside_inputs_that_were_widened_is_refused_and_says_what_happened() -> None:
    found = compare(TOPICS, 12, _existing(events=12, levels=12, changelog=8))[-1]

    assert (found.topic, found.state) == (CHANGELOG, "refused")
    assert "somebody changed the number of partitions" in found.advice
    assert "8 partitions (tillstream-state-changelog) and the inputs have 12" in found.advice


def test_a_setting_that_names_another_count_than_all_topics_have_is_what_is_wrong() -> None:
    found = compare(TOPICS, 9, _existing(events=8, levels=8, changelog=8))

    assert {each.state for each in found} == {"refused"}
    assert all("set TILLSTREAM_PARTITIONS=8" in each.advice for each in found)
