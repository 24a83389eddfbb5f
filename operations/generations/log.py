"""The topic in which generations are registered: read whole, written word by word."""

from datetime import UTC, datetime

from clients.kafka import KafkaAccess
from operations.generations.standing import GenerationError, Generations, check_application_id
from operations.kafka.posting import append
from operations.kafka.reader import TopicMissing, TopicReader
from topics.registry import GENERATIONS
from topics.upkeep import Generation, GenerationState

_PARTITION = 0
"""All words lie in one order."""

_TRIES_MAX = 20
"""How often a number is taken anew because another application id was faster. Each try loses to
a different one; so many start nowhere at the same moment."""


def load(kafka: KafkaAccess) -> Generations:
    """What holds now; raises `KafkaAway`, `TopicMissing` where topics were never synced."""
    standing = Generations()
    with TopicReader(kafka, [GENERATIONS.name]) as words:
        for word in words:
            standing.take(word.key.decode(), Generation.model_validate_json(word.value))
    return standing


def live(kafka: KafkaAccess, application_id: str) -> int:
    """The generation that workers of ``application_id`` take, for who only looks.

    An id that nobody has registered yet, or a cluster of before, counts as 0. Raises `KafkaAway`.
    """
    try:
        return load(kafka).live.get(application_id, 0)
    except TopicMissing:
        return 0


def joined(kafka: KafkaAccess, application_id: str) -> int:
    """The generation to work on, registered if nobody has; raises `KafkaAway`.

    A first application takes 0, and so does one that is older than generations. Any other id
    takes the next number: its state is made anew and may say no version twice.
    """
    check_application_id(application_id)
    for _ in range(_TRIES_MAX):
        standing = load(kafka)
        if application_id in standing.live:
            return standing.live[application_id]
        say(kafka, application_id, standing.next_free(), "live")
    raise GenerationError(f"no generation was to be had for {application_id!r}: try again")


def begun(kafka: KafkaAccess, application_id: str) -> int:
    """The generation that is being built, begun if there is none; raises `KafkaAway`."""
    joined(kafka, application_id)
    for _ in range(_TRIES_MAX):
        standing = load(kafka)
        if application_id in standing.building:
            return standing.building[application_id]
        say(kafka, application_id, standing.next_free(), "building")
    raise GenerationError(f"no generation was to be had for {application_id!r}: try again")


def say(kafka: KafkaAccess, application_id: str, generation: int, state: GenerationState) -> None:
    """Append one word, so that it lasts; whether it holds, `load` says."""
    word = Generation(generation=generation, state=state, decided_at=datetime.now(UTC))
    append(kafka, GENERATIONS.name, application_id, word, lambda _: _PARTITION)
