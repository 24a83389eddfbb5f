"""Keep the newest state of each key of one of Tillstream's topics: confluent-kafka.

    python newest_states.py localhost:9092 stock.levels
    python newest_states.py localhost:9092 restock.alerts --location shop-1 --follow

Before a cluster that asks who you are, KAFKA_SSL_CAFILE, KAFKA_SSL_CERTFILE and KAFKA_SSL_KEYFILE
name the files that say so: eval "$(tillstream local env)" sets them for the local stack.

Without --follow it ends once it has read all there is, and prints each key with its state. With
--follow it prints every change as it comes, until Ctrl-C or SIGTERM.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

State = dict[str, Any]


def murmur2(data: bytes) -> int:
    """Kafka's 32-bit murmur2: where a location lives. librdkafka's own default differs."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    h = 0x9747B28C ^ len(data)
    whole = len(data) - len(data) % 4
    for at in range(0, whole, 4):
        k = int.from_bytes(data[at : at + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = h * m & mask ^ k
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15


def state_in(value: bytes) -> State:
    """The state that a value holds; ValueError where it is none."""
    state = json.loads(value)
    if not isinstance(state, dict) or not isinstance(state.get("version"), int):
        raise ValueError("a state is an object with a version")
    return state


class NewestStates:
    """The newest state of each key."""

    def __init__(self) -> None:
        self.by_key: dict[str, State] = {}

    def take(self, key: str, state: State | None) -> bool:
        """Whether this changes anything; no state is a tombstone: the key is gone."""
        if state is None:
            return self.by_key.pop(key, None) is not None
        held = self.by_key.get(key)
        if held is not None and state["version"] <= held["version"]:
            return False  # seen before, or older: a version never goes back
        self.by_key[key] = state
        return True


def partitions(consumer: Consumer, topic: str, location: str | None) -> list[TopicPartition]:
    """All partitions, or the only one that the location can be in, from their beginning."""
    described = consumer.list_topics(topic, timeout=10).topics[topic]
    if described.error is not None:
        raise KafkaException(described.error)
    count = len(described.partitions)
    wanted = range(count)
    if location is not None:
        wanted = [(murmur2(location.encode()) & 0x7FFFFFFF) % count]
    return [TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in wanted]


def messages(consumer: Consumer, topic: str, location: str | None, follow: bool) -> Iterator[Any]:
    """Every message; it ends at the end of all partitions unless it is to follow."""
    assigned = partitions(consumer, topic, location)
    consumer.assign(assigned)
    unread = {each.partition for each in assigned}
    while follow or unread:
        message = consumer.poll(0.5)
        if message is None:
            continue
        error = message.error()
        if error is None:
            yield message
        elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the client's public name
            unread.discard(message.partition())
        else:
            raise KafkaException(error)


def settings(bootstrap: str) -> dict[str, Any]:
    """A reader without a group: it keeps no offsets and shares no partitions."""
    return {
        "bootstrap.servers": bootstrap,
        "group.id": "unused",
        "enable.auto.commit": False,
        # Without this, a state may be seen that is then taken back.
        "isolation.level": "read_committed",
        "enable.partition.eof": True,
        **link(),
    }


def link() -> dict[str, Any]:
    """TLS with who we are, where the environment says so."""
    names = {
        "ssl.ca.location": "KAFKA_SSL_CAFILE",
        "ssl.certificate.location": "KAFKA_SSL_CERTFILE",
        "ssl.key.location": "KAFKA_SSL_KEYFILE",
    }
    files = {name: os.environ[given] for name, given in names.items() if given in os.environ}
    return {"security.protocol": "ssl", **files} if files else {}


def stop(*_: object) -> None:
    """A wish to end is no fault: the consumer is closed on the way out."""
    raise KeyboardInterrupt


def show(key: str, state: State | None) -> None:
    """One line: the key, a tab, and the state; nothing after the tab once it is gone."""
    text = "" if state is None else json.dumps(state, separators=(",", ":"))
    sys.stdout.write(f"{key}\t{text}\n")


def main() -> None:
    """Read, keep and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("bootstrap", help="host:port of a broker")
    asked.add_argument("topic", help="stock.levels, checkout.totals, restock.alerts, till.status")
    asked.add_argument("--location", help="only this location's keys")
    asked.add_argument("--follow", action="store_true", help="go on with what comes")
    options = asked.parse_args()
    signal.signal(signal.SIGTERM, stop)
    newest = NewestStates()
    consumer = Consumer(settings(options.bootstrap))
    try:
        for message in messages(consumer, options.topic, options.location, options.follow):
            key, value = (message.key() or b"").decode(errors="replace"), message.value()
            try:
                state = None if value is None else state_in(value)
            except (ValueError, RecursionError) as fault:
                # Somebody writes there who should not: what is known stays.
                sys.stderr.write(f"passed over {key} at {message.offset()}: {fault}\n")
                continue
            if options.location and key.partition("/")[0] != options.location:
                continue
            if newest.take(key, state) and options.follow:
                show(key, newest.by_key.get(key))
                sys.stdout.flush()
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()
    if not options.follow:
        for key in sorted(newest.by_key):
            show(key, newest.by_key[key])


if __name__ == "__main__":
    main()
