"""What a reader of committed data sees, held against what the inputs so far must come to.

The positions of a recovery that began now are read from the changelog; the outsider's oracle is
fed with the inputs up to them. Whatever moment is looked at, the outputs must be exactly those:
ahead, they tell of a state that a crash would take back; behind, a crash would lose them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import msgspec

from engine.partition import POSITIONS
from engine.table import SEPARATOR
from tests.acceptance.outside import check_letters, check_topics
from tests.acceptance.outside.crossings import Crossings
from tests.acceptance.outside.findings import Findings
from tests.acceptance.outside.history import History
from tests.acceptance.outside.plan import LEVELS, OUTPUTS, TILLS, TOTALS
from topics.registry import ACCEPTED

from .broker import CHANGELOG, PARTITION, PARTITIONS, Broker
from .sent import TILL_EVENTS, Expectation, Inputs, Sent
from .slips import said_twice_over

ALL = 1_000_000

_POSITION = (POSITIONS + SEPARATOR).encode()


@dataclass(frozen=True, slots=True)
class Output:
    """A message of an output topic, as the outsider's checks want it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Any


class Verdict:
    """Follows one run and notes every difference."""

    def __init__(self, inputs: Inputs, broker: Broker) -> None:
        self.findings = Findings()
        self.history = History(dict.fromkeys(OUTPUTS, PARTITIONS))
        self.letters: list[Output] = []
        self.positions: dict[str, int] = {}
        self.looks = 0
        self._inputs = inputs
        self._broker = broker
        self._expected = Expectation()
        self._crossings = Crossings(step_by_step=True)
        self._due: list[Any] = []
        self._sent: dict[str, list[tuple[int, Sent]]] = {}
        self._told: dict[str, int] = {}
        self._read: dict[str, int] = {}
        self._accepted: list[Output] = []

    def sent(self, topic: str, offset: int, sent: Sent) -> None:
        """A message was put into an input topic."""
        self._sent.setdefault(topic, []).append((offset, sent))

    def look(self) -> None:
        """Compare what is visible now, unless a decided transaction is still being marked."""
        if not self._broker.is_settled:
            return
        self.looks += 1
        self._read_outputs()
        self._read_positions()
        self._compare()

    def last(self) -> None:
        """The verdict at rest: nothing is left to do."""
        self.look()
        for topic, sent in self._sent.items():
            reached, end = self.positions.get(topic, 0), sent[-1][0] + 1
            self.findings.same("never caught up", topic, end, reached)
            told = self._broker.committed_offsets.get(topic, 0)
            self.findings.same("group offset", topic, reached, told)
        self._check_accepted(said_twice_over(self._accepted), "receipt")
        self.findings.absorb(self.history.findings)

    def _read_outputs(self) -> None:
        for topic in self._broker.logs:
            if topic == CHANGELOG:
                continue
            found, at = self._broker.read(topic, self._read.get(topic, 0), ALL)
            self._read[topic] = at
            for entry in found:
                message = entry.message
                output = Output(
                    topic, PARTITION, entry.offset, message.key, message.value, message.headers
                )
                if topic in OUTPUTS:
                    self.history.take(topic, output)
                elif topic == ACCEPTED.name:
                    self._accepted.append(output)
                else:
                    self.letters.append(output)

    def _read_positions(self) -> None:
        found, at = self._broker.read(CHANGELOG, self._read.get(CHANGELOG, 0), ALL)
        self._read[CHANGELOG] = at
        for entry in found:
            key, value = entry.message.key or b"", entry.message.value
            if key.startswith(_POSITION) and value is not None:
                topic = key.removeprefix(_POSITION).decode()
                self._advance(topic, msgspec.msgpack.decode(value, type=int))

    def _advance(self, topic: str, position: int) -> None:
        before = self.positions.get(topic, 0)
        if position < before:
            self.findings.add("position went back", f"{topic}: {before}, then {position}")
        self.positions[topic] = max(before, position)

    def _expect(self) -> None:
        # Tills only sell once the opening stock is committed: what is known of it comes first.
        for topic in sorted(self.positions, key=lambda topic: topic == TILL_EVENTS):
            position = self.positions[topic]
            sent, at = self._sent[topic], self._told.get(topic, 0)
            while at < len(sent) and sent[at][0] < position:
                offset, one = sent[at]
                at += 1
                reason = one.effect(self._expected, one.stamp) if one.effect is not None else None
                if one.bad is not None or reason is not None:
                    self._due.append(one.letter(offset, reason))
            self._told[topic] = at

    def _compare(self) -> None:
        self._expect()
        oracle, policies = self._expected.oracle, self._expected.policies
        last, findings = self.history.last, self.findings
        check_topics.check_levels(oracle, last[LEVELS], findings)
        check_topics.check_totals(oracle, last[TOTALS], findings)
        check_topics.check_tills(oracle, last[TILLS], findings)
        self._crossings.check(oracle.levels, policies, self.history.alerts, findings)
        check_letters.check_letters(self._inputs.plan, self._due, self.letters, findings)
        self._check_accepted(Counter(output.key for output in self._accepted), "accepted sale")

    def _check_accepted(self, found: Counter[bytes | None], kind: str) -> None:
        """Each sale and return that counts must be there once, and nothing else."""
        due = {"/".join(map(str, key)).encode() for key in self._expected.oracle.receipts}
        for key in due | found.keys():
            self.findings.same(kind, key, int(key in due), found[key])
