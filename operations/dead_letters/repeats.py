"""Letters that tell once more of a message that has its letter.

A rebuild reads every input again and refuses the same messages again. Its letters must be
written, for a corrected rule may refuse what the one before took; but nobody has to look at the
same message twice, nor send it back twice.
"""

from topics.dead_letters import parse_source


class Repeats:
    """Remembers the messages that letters told of. Letters of one message lie in one partition, so
    they come in order."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, int, str], set[int]] = {}

    def note(self, source_text: str, reason: str) -> bool:
        """Note that a letter tells of this source and reason; True where an earlier one did."""
        try:
            source = parse_source(source_text)
        except ValueError:
            return False
        told = self._told.setdefault((source.topic, source.partition, reason), set())
        if source.offset in told:
            return True
        told.add(source.offset)
        return False
