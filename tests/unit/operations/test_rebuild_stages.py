"""When a generation that is built is level, and when the workers have moved to it."""

from operations.rebuild.building import LEVEL_RECORDS_MAX, RebuildPartition, Stage, is_done
from operations.rebuild.handover import is_over
from operations.rebuild.members import RebuildMember


def part(stage: Stage, unread: int = 0) -> RebuildPartition:
    return RebuildPartition(0, stage, unread)


def test_it_is_done_when_every_partition_speaks_and_is_level() -> None:
    assert is_done([part("live"), part("live", LEVEL_RECORDS_MAX)])
    assert not is_done([part("live"), part("rebuilding")]), "one says nothing yet"
    assert not is_done([part("live"), part("waiting")]), "one has no worker"
    assert not is_done([part("live", LEVEL_RECORDS_MAX + 1)]), "one is late"


def test_while_kafka_does_not_answer_nothing_is_done() -> None:
    assert not is_done([])


WORKER = RebuildMember("tillstream-g1", "worker-1", "here", stays=True)
CREW = RebuildMember("tillstream-g1", "faust", "here", stays=False)
OLD = RebuildMember("tillstream", "worker-2", "there", stays=True)


def test_it_is_handed_over_once_none_is_left_behind_and_one_has_come() -> None:
    assert is_over([], [CREW, WORKER])
    assert not is_over([OLD], [CREW, WORKER]), "readers pass over what the old one says"
    assert not is_over([], [CREW]), "without the crew nobody would speak"
    assert not is_over([], [])
