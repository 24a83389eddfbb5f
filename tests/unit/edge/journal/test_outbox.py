"""What the sender reads, and what becomes of each answer: nothing is lost, forks are told."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from edge.journal import heads
from edge.journal.batches import BATCH_BYTES_MAX, BATCH_EVENTS_MAX, EventBatch
from edge.journal.chain import EPOCH_BEGINS, link_of
from edge.journal.errors import EpochRefused, Forked
from edge.journal.journal import Journal
from edge.journal.outbox import ASK_AGAIN_SECONDS, RESEND_SECONDS, JournalOutbox, Judgement
from tests.unit.edge.journal.tills import KEY, event, heartbeat, opened, sale

NOW = 1_000.0
CONTINUE, FORK = Judgement.CONTINUE, Judgement.FORK


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(opened(tmp_path)) as journal:
        yield journal


@pytest.fixture
def outbox(journal: Journal) -> JournalOutbox:
    return journal.outbox


def next_batch(outbox: JournalOutbox, now: float = NOW) -> EventBatch:
    batch = outbox.next_batch(now)
    assert batch, "there is nothing to send"
    return batch


def numbers(batch: EventBatch | None) -> tuple[int, int, int] | None:
    return batch and (batch.epoch, batch.first, batch.last)


def content(batch: EventBatch) -> dict[str, Any]:
    return json.loads(batch.body)


def test_a_batch_is_what_the_gateway_takes(journal: Journal, outbox: JournalOutbox) -> None:
    journal.append([sale(100), heartbeat(), event("line_added")])
    body = content(next_batch(outbox))
    assert (body["epoch"], body["first"], body["prev"]) == (1, 1, EPOCH_BEGINS)
    links = [link_of(each) for each in body["events"]]
    assert [each["sequence"] for each in body["events"]] == [1, 2, 3]
    assert [link.prev for link in links] == [body["prev"], links[0].hash, links[1].hash]
    signed = heads.read(body["head"], body["signature"])
    assert signed.holds(KEY.public_key())
    assert signed.head.as_json() == journal.mark.head().as_json()


def test_what_was_taken_is_not_sent_again_and_the_rest_is(
    journal: Journal, outbox: JournalOutbox
) -> None:
    journal.append([heartbeat()] * 3)
    batch = next_batch(outbox)
    journal.append([heartbeat()])
    assert outbox.answered(batch, accepted_to=2) is CONTINUE
    assert numbers(outbox.next_batch(NOW)) == (1, 3, 4)
    assert outbox.answered(next_batch(outbox), accepted_to=4) is CONTINUE
    assert outbox.next_batch(NOW) is None


def test_an_answer_that_was_lost_changes_nothing(journal: Journal, outbox: JournalOutbox) -> None:
    journal.append([sale()])
    batch = next_batch(outbox)
    again = next_batch(outbox)
    assert content(again)["events"] == content(batch)["events"]
    assert outbox.answered(again, accepted_to=1) is CONTINUE
    assert outbox.next_batch(NOW) is None


def test_a_batch_holds_no_more_than_the_gateway_takes(
    journal: Journal, outbox: JournalOutbox
) -> None:
    journal.append([heartbeat() for _ in range(BATCH_EVENTS_MAX + 1)])
    journal.append([event("noted", detail={"text": "é" * 60_000}) for _ in range(9)])
    sent: list[tuple[int, int]] = []
    while batch := outbox.next_batch(NOW):
        assert len(batch.body) <= BATCH_BYTES_MAX
        assert len(content(batch)["events"]) == batch.last - batch.first + 1 <= BATCH_EVENTS_MAX
        outbox.answered(batch, batch.last)
        sent.append((batch.first, batch.last))
    assert sent[0] == (1, BATCH_EVENTS_MAX)
    assert [first for first, _ in sent[1:]] == [last + 1 for _, last in sent[:-1]]
    assert sent[-1][1] == journal.mark.sequence


def test_a_gateway_that_forgot_gets_it_again(journal: Journal, outbox: JournalOutbox) -> None:
    journal.append([heartbeat()] * 5)
    outbox.answered(next_batch(outbox), 5)
    assert outbox.judge(1, 2) is CONTINUE
    assert numbers(outbox.next_batch(NOW)) == (1, 3, 5)
    outbox.answered(next_batch(outbox), 5)
    assert outbox.judge(1, 0) is CONTINUE
    assert numbers(outbox.next_batch(NOW)) == (1, 1, 5)


def test_a_number_without_its_hash_is_no_proof_of_acceptance(
    journal: Journal, outbox: JournalOutbox
) -> None:
    written = journal.append([heartbeat()] * 5)
    assert outbox.judge(1, 4) is CONTINUE
    assert numbers(outbox.next_batch(NOW)) == (1, 1, 5), "events were never sent"
    assert outbox.judge(1, 4, written[3].entry.link.hash.upper()) is CONTINUE
    assert numbers(outbox.next_batch(NOW)) == (1, 5, 5)


def test_the_gateways_word_outlives_a_restart(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as journal:
        journal.append([heartbeat()] * 2)
        before = journal.outbox
        before.answered(next_batch(before), 2)
    with closing(opened(tmp_path)) as journal:
        assert journal.outbox.next_batch(NOW) is None


def test_an_older_epoch_is_delivered_before_the_newest(
    journal: Journal, outbox: JournalOutbox
) -> None:
    journal.append([sale()])
    journal.begin_epoch(2)
    journal.append([sale()])
    assert numbers(outbox.next_batch(NOW)) == (1, 1, 1)
    outbox.answered(next_batch(outbox), 1)
    assert numbers(outbox.next_batch(NOW)) == (2, 1, 1)


def test_a_gateway_that_is_ahead_tells_an_old_image(
    journal: Journal, outbox: JournalOutbox
) -> None:
    journal.append([heartbeat()] * 3)
    assert outbox.judge(1, 4) is FORK
    with pytest.raises(Forked, match="enrol this till with a new voucher"):
        journal.append([event("cart_opened")])
    assert journal.append([sale()]), "the cart that was open cannot end"


def test_another_hash_under_a_number_tells_another_device(
    journal: Journal, outbox: JournalOutbox
) -> None:
    journal.append([heartbeat()] * 3)
    assert outbox.judge(1, 3, "ab" * 32) is FORK
    assert outbox.judge(1, 0) is FORK, "a word mended the fork"
    assert journal.is_forked
    with pytest.raises(Forked):
        journal.append([event("cart_resumed")])


def test_an_epoch_that_was_never_here_is_told(outbox: JournalOutbox) -> None:
    with pytest.raises(EpochRefused, match="epoch 9"):
        outbox.judge(9, 4)


def test_what_is_lacking_is_sent_again_after_what_is_new(
    journal: Journal, outbox: JournalOutbox
) -> None:
    journal.append([heartbeat()] * 10)
    outbox.answered(next_batch(outbox), 10)
    journal.keeping.confirm(1, 10, [(2, 3), (7, 7)], NOW)
    journal.append([sale()])
    assert numbers(outbox.next_batch(NOW)) == (1, 11, 11), "an old event held up a sale"
    outbox.answered(next_batch(outbox), 11)
    assert numbers(outbox.next_batch(NOW)) == (1, 2, 3)
    journal.append([sale()])
    assert numbers(outbox.next_batch(NOW)) == (1, 12, 12), "an old event held up a sale"
    outbox.answered(next_batch(outbox), 12)
    assert numbers(outbox.next_batch(NOW)) == (1, 7, 7)


def test_what_is_still_lacking_is_sent_again_after_a_while(
    journal: Journal, outbox: JournalOutbox
) -> None:
    journal.append([heartbeat()] * 4)
    outbox.answered(next_batch(outbox), 4)
    journal.keeping.confirm(1, 4, [(2, 2)], NOW)
    assert numbers(outbox.next_batch(NOW)) == (1, 2, 2)
    assert outbox.next_batch(NOW) is None
    assert outbox.next_batch(NOW + RESEND_SECONDS - 1) is None, "it is sent without a pause"
    assert numbers(outbox.next_batch(NOW + RESEND_SECONDS)) == (1, 2, 2)
    journal.keeping.confirm(1, 4, [], NOW)
    assert outbox.next_batch(NOW + 9 * RESEND_SECONDS) is None


def test_what_the_gateway_has_beyond_a_batch_is_still_offered(
    journal: Journal, outbox: JournalOutbox
) -> None:
    journal.append([heartbeat() for _ in range(BATCH_EVENTS_MAX + 2)])
    outbox.answered(next_batch(outbox), accepted_to=BATCH_EVENTS_MAX + 1)
    offered = numbers(outbox.next_batch(NOW))
    assert offered == (1, BATCH_EVENTS_MAX + 1, BATCH_EVENTS_MAX + 2), "it may be another's"


def test_of_epochs_that_have_ended_the_centres_word_is_asked_for(
    journal: Journal, outbox: JournalOutbox
) -> None:
    for epoch in (2, 3):
        journal.append([sale(), sale()])
        outbox.answered(next_batch(outbox), 2)
        journal.begin_epoch(epoch)
    journal.append([sale()])
    outbox.answered(next_batch(outbox), 1)

    def asked(step: int) -> tuple[int, int, int] | None:
        return numbers(outbox.next_batch(NOW + step * ASK_AGAIN_SECONDS))

    assert asked(0) == (1, 2, 2), "nobody asks, and what the centre lacks of it stays lost"
    assert asked(0) is None, "it asks without a pause"
    assert [asked(1), asked(2), asked(3)] == [(2, 2, 2), None, (1, 2, 2)]

    journal.keeping.confirm(1, 2, [], 0)
    journal.keeping.confirm(2, 1, [(1, 1)], 0)
    assert asked(4) == (2, 1, 1), "what it lacks comes first"
    journal.keeping.confirm(2, 2, [], 0)
    assert [asked(step) for step in (5, 6, 7)] == [None] * 3


def forked_and_written_again(journal: Journal, outbox: JournalOutbox) -> None:
    """Number 2 of epoch 1 is another device's, and is number 1 of epoch 2 now; all is accepted."""
    journal.append([sale()])
    outbox.answered(next_batch(outbox), 1)
    journal.append([sale()])
    assert outbox.answered(next_batch(outbox), 3, [2]) is FORK
    journal.begin_epoch(2)
    outbox.answered(next_batch(outbox), 1)


def test_a_fork_that_was_written_again_is_not_doubted_once_more(
    journal: Journal, outbox: JournalOutbox
) -> None:
    forked_and_written_again(journal, outbox)
    asked = outbox.next_batch(NOW)
    assert asked and numbers(asked) == (1, 1, 1)
    assert outbox.answered(asked, 3) is FORK
    assert outbox.next_batch(NOW) is None, "it is sent again, and is another's"


def test_what_has_left_holds_up_nothing(journal: Journal, outbox: JournalOutbox) -> None:
    forked_and_written_again(journal, outbox)
    journal.file.database.execute("UPDATE epochs SET doubted_to = 2 WHERE epoch = 1")
    journal.keeping.confirm(1, 1, [], 0)
    assert journal.keeping.tidy(40 * 86_400) == 2
    journal.append([sale()])
    assert numbers(outbox.next_batch(NOW)) == (2, 2, 2), "no sale is ever sent"
