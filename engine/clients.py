"""The Kafka client's names, in one place: it ships no types, so here it stops being checked.

The clients themselves are made by `clients.async_kafka`.

What comes from here is ``Any``; the modules that use it give their own values types.
"""

# pyright: reportMissingTypeStubs=false

from typing import Any

import aiokafka
import aiokafka.admin
import aiokafka.client
import aiokafka.consumer.fetcher as fetcher
import aiokafka.coordinator.assignors.range as range_assignor
import aiokafka.errors
import aiokafka.partitioner
import aiokafka.producer.message_accumulator as accumulator

TopicPartition: Any = aiokafka.TopicPartition
NewTopic: Any = aiokafka.admin.NewTopic
BatchBuilder: Any = accumulator.BatchBuilder
FetchResult: Any = fetcher.FetchResult
PartitionRecords: Any = fetcher.PartitionRecords
RangePartitionAssignor: Any = range_assignor.RangePartitionAssignor

ConsumerStoppedError: type[Exception] = aiokafka.errors.ConsumerStoppedError
CorruptRecord: type[Exception] = aiokafka.errors.CorruptRecordException
IllegalStateError: type[Exception] = aiokafka.errors.IllegalStateError
KafkaError: type[Exception] = aiokafka.errors.KafkaError
NoOffset: type[Exception] = aiokafka.errors.NoOffsetForPartitionError
OffsetOutOfRange: type[Exception] = aiokafka.errors.OffsetOutOfRangeError
BATCH_REFUSED: tuple[type[Exception], ...] = (
    aiokafka.errors.MessageSizeTooLargeError,
    aiokafka.errors.RecordListTooLargeError,
)
"""What a broker says to a record batch that is larger than its topic takes."""
NOT_NOW: tuple[type[Exception], ...] = (
    aiokafka.errors.KafkaConnectionError,
    aiokafka.errors.NodeNotReadyError,
    aiokafka.errors.RequestTimedOutError,
    aiokafka.errors.LeaderNotAvailableError,
    aiokafka.errors.NotLeaderForPartitionError,
    aiokafka.errors.GroupLoadInProgressError,
    aiokafka.errors.GroupCoordinatorNotAvailableError,
    aiokafka.errors.NotCoordinatorForGroupError,
)
"""What is said while a leader is being found, or a coordinator (the last three)."""
TRANSACTION: Any = aiokafka.client.CoordinationType.TRANSACTION
murmur2: Any = vars(aiokafka.partitioner)["murmur2"]
"""Kafka's hash of a key, as its Java client has it."""
TOPIC_EXISTS: int = aiokafka.errors.TopicAlreadyExistsError.errno


def error_of(code: int) -> Exception:
    """The error of a code in an answer."""
    return aiokafka.errors.for_code(code)()
