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


def known(kafka: KafkaAccess) -> Generations:
    """`load`, for who only looks: nothing was said in a cluster without the topic."""
    try:
        return load(kafka)
    except TopicMissing:
        return Generations()


def live(kafka: KafkaAccess, application_id: str) -> int:
    """The generation that workers of ``application_id`` take, for who registers none.

    An id that nobody has registered yet counts as 0. Raises `KafkaAway`.
    """
    return known(kafka).live.get(application_id, 0)


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


def joined_beside(kafka: KafkaAccess, application_id: str, role: str) -> int:
    """`joined`, for an application beside a first one; raises `KafkaAway`.

    It is on 0 until one of its role is rebuilt, and takes no number before: who of the two starts
    first would have the state of the other begin anew.
    """
    standing = known(kafka)
    if application_id in standing.building:
        return standing.live.get(application_id, 0)
    is_rebuilt = any(each.endswith(f"-{role}") for each in standing.live)
    return joined(kafka, application_id) if is_rebuilt else 0


def begun(kafka: KafkaAccess, application_id: str) -> int:
    """The generation that is being built, begun if there is none; raises `KafkaAway`.

    One that nobody has registered has lived on 0, and goes on with a number above it.
    """
    for _ in range(_TRIES_MAX):
        standing = load(kafka)
        if application_id in standing.building:
            return standing.building[application_id]
        say(kafka, application_id, standing.next_free() or 1, "building")
    raise GenerationError(f"no generation was to be had for {application_id!r}: try again")


def say(kafka: KafkaAccess, application_id: str, generation: int, state: GenerationState) -> None:
    """Append one word, so that it lasts; whether it holds, `load` says."""
    word = Generation(generation=generation, state=state, decided_at=datetime.now(UTC))
    append(kafka, GENERATIONS.name, application_id, word, lambda _: _PARTITION)
