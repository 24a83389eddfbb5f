"""A till's journal beside what Kafka really has of it."""

from contextlib import closing
from functools import partial
from pathlib import Path

from clients.kafka import KafkaAccess
from edge.journal.comparing import CentreRecords
from edge.journal.findings import Fault
from edge.journal.verifying import prove
from edge.producer import TillProducer
from tests.integration.till_topic import TillTopic
from tests.unit.edge.journal.tills import TILL, all_accepted, heartbeat, opened, sale
from tillstream.journal_records import told_by_kafka


def test_a_journal_agrees_with_the_topic_until_one_of_them_lacks_something(
    kafka: str, tmp_path: Path
) -> None:
    TillTopic(kafka)
    with closing(opened(tmp_path)) as journal:
        sent = [each.entry.link.wire() for each in journal.append([sale(), heartbeat(), sale()])]
        all_accepted(journal)
        journal.keeping.confirm(1, 3, [], 0)
    _publish(kafka, [sent[0], b"no event", sent[2], sent[0]])
    assert _findings(kafka, tmp_path) == [(Fault.ELSEWHERE, 2, 2)]

    _publish(kafka, [sent[1]])
    assert _findings(kafka, tmp_path) == []

    with closing(opened(tmp_path)) as journal:
        later = journal.append([sale()])[0].entry.link.wire()
    _publish(kafka, [later.replace(b'"sequence":4', b'"sequence":9')])
    assert _findings(kafka, tmp_path) == [(Fault.CUT, 9, 9)]


def _publish(kafka: str, values: list[bytes]) -> None:
    with TillProducer(KafkaAccess(kafka)) as producer:
        for value in values:
            producer.publish(TILL.location_id, value)
            producer.publish("shop-0001", value.replace(b"shop-0042", b"shop-0001"))


def _findings(kafka: str, folder: Path) -> list[tuple[Fault, int, int]]:
    centre = CentreRecords(partial(told_by_kafka, KafkaAccess(kafka), receipts=False), False)
    proof = prove(folder / "journal.sqlite", centre=[centre])
    return [(each.fault, each.first, each.last) for each in proof.findings]
