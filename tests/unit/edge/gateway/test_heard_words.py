"""The centre's words on tills as they arrive: the newest counts, and is kept before it is told."""

from pathlib import Path

import msgspec
import pytest

from tests.gateways import Fleet
from tests.unit.edge.gateway.fed import fed_store
from tests.unit.edge.gateway.stores import status
from tests.unit.edge.journal.tills import TILL
from topics.upkeep import GENERATION_BITS

OWN = TILL.till_id


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return Fleet(tmp_path_factory.mktemp("fleet"))


async def test_what_a_till_was_told_does_not_go_back_by_a_restart_in_the_dark(
    fleet: Fleet, tmp_path: Path
) -> None:
    with fed_store(tmp_path, fleet) as store:
        await store.told(status(7, version=5), status(9, version=7))
        await store.told(status(8, version=6))
        await store.told(status(3, version=1, till_id="till-9"))
        assert store.reports.counted[0][1] == 1, "each word of a lot is written"
    with fed_store(tmp_path, fleet) as store:
        for till_id, last in ((OWN, 9), ("till-9", 3)):
            word = store.centre.status.of(till_id)
            assert word and word.last_sequence == last
        await store.told(status(8, version=6))
        word = store.centre.status.of(OWN)
        assert word and word.last_sequence == 9, "an older word was read once more"


async def test_a_state_that_was_made_anew_speaks_for_itself(fleet: Fleet, tmp_path: Path) -> None:
    """A later generation may know less: the till then keeps, and sends, what it lacks."""
    with fed_store(tmp_path, fleet) as store:
        await store.told(status(9, version=7))
        await store.told(status(4, version=(1 << GENERATION_BITS) + 2))
        await store.told(status(9, version=8))
        word = store.centre.status.of(OWN)
        assert word and word.last_sequence == 4


async def test_a_till_that_is_gone_has_no_word_until_there_is_another(
    fleet: Fleet, tmp_path: Path
) -> None:
    with fed_store(tmp_path, fleet) as store:
        await store.told(status(9, version=7))
        await store.told(None, till_id=OWN)
        await store.told(None, till_id="never-heard-of")
        assert store.centre.status.of(OWN) is None
    with fed_store(tmp_path, fleet) as store:
        assert store.centre.status.of(OWN) is None, "the word came back from the disk"
        await store.told(status(1, version=8), None, status(2, version=9), till_id=OWN)
        word = store.centre.status.of(OWN)
        assert word and word.last_sequence == 2


async def test_what_nobody_can_read_or_is_anothers_is_passed_over(
    fleet: Fleet, tmp_path: Path
) -> None:
    good = msgspec.json.encode(status(9, version=9))
    with fed_store(tmp_path, fleet) as store:
        await store.told(status(7, version=5))
        wrong = [b"", b"[]", b"\xff", good.replace(b'"version":9', b'"version":-1')]
        await store.told(*wrong, till_id=OWN)
        await store.told(good, till_id="another")
        await store.told(status(9, version=9, location_id="elsewhere"))
        assert len(store.reports.refusals) == len(wrong) + 2
        word = store.centre.status.of(OWN)
        assert word and word.last_sequence == 7
        assert store.centre.status.of("another") is None


async def test_words_on_a_thousand_tills_come_in_one_write(fleet: Fleet, tmp_path: Path) -> None:
    with fed_store(tmp_path, fleet) as store:
        await store.told(*(status(each, till_id=f"till-{each}") for each in range(1, 1_001)))
        assert [count for _, count in store.reports.counted] == [1_000]
