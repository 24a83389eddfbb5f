"""Each rule of the protocol, where it is kept, and what goes wrong without it."""

from typing import NamedTuple

from tests.protocol.scenarios import ONE_HISTORY, ONE_TILL, RESTORED_TILL, TWO_MACHINES, Scenario

LOST = "counted[id]||"
"""A till has let go of an event that the centre has not counted."""

TWICE = "counted[id]<=1"
"""The centre counts an event twice."""

UNNOTICED = "till[m].a_acc<="
"""A till does not notice that it is an old image, when it is told of what it never wrote."""

TWO_HISTORIES = "!(h)||"
"""The gateway takes events of two histories as one."""

NOT_DURABLE = "!(acked[id])||struck[id]"
"""The gateway had acknowledged what only the till's disk held."""

FOR_EVER = "acceptance cycle"
"""Something waits for ever, and nothing is wrong any more."""


class Mutant(NamedTuple):
    """A rule that is switched off by a macro of the model."""

    macro: str
    rule: str
    module: str
    scenario: Scenario
    finds: str


def _safe(scenario: Scenario) -> Scenario:
    return scenario._replace(is_lasting=False)


MUTANTS = (
    Mutant(
        "KEEP_UNTIL_ACCEPTED",
        "A till keeps an event until the centre has it, not until the gateway has.",
        "edge/journal/keeping.py",
        _safe(ONE_TILL),
        LOST,
    ),
    Mutant(
        "CONFIRM_MISSING",
        "What the centre lacks is not confirmed, nor what lies behind it.",
        "edge/journal/keeping.py",
        _safe(ONE_TILL),
        LOST,
    ),
    Mutant(
        "CONFIRM_BEYOND",
        "The centre's word confirms of a till's numbers only those that a gateway took of it.",
        "edge/journal/keeping.py",
        _safe(RESTORED_TILL),
        LOST,
    ),
    Mutant(
        "NO_RESEND",
        "A till sends again what the centre lacks.",
        "edge/journal/outbox.py",
        ONE_TILL,
        FOR_EVER,
    ),
    Mutant(
        "NO_ASKING",
        "A till asks what the centre has of epochs that have ended.",
        "edge/journal/outbox.py",
        ONE_TILL,
        FOR_EVER,
    ),
    Mutant(
        "NO_GOING_BACK",
        "What the gateway has is its word of now: where that goes back, the till sends again.",
        "edge/journal/outbox.py",
        ONE_TILL,
        FOR_EVER,
    ),
    Mutant(
        "NO_BEYOND",
        "A gateway that has more than the till ever wrote says that the epoch is forked.",
        "edge/journal/outbox.py",
        _safe(RESTORED_TILL),
        UNNOTICED,
    ),
    Mutant(
        "NO_WRITING_AGAIN",
        "What was never accepted of a forked epoch is written again under the next one.",
        "edge/journal/epochs.py",
        RESTORED_TILL,
        FOR_EVER,
    ),
    Mutant(
        "WRITE_ALL_AGAIN",
        "What was accepted of a forked epoch is not written again.",
        "edge/journal/epochs.py",
        _safe(RESTORED_TILL),
        TWICE,
    ),
    Mutant(
        "NO_FORKS",
        "Another event under a number that is held is a fork, and the till is told.",
        "edge/gateway/judging.py",
        _safe(TWO_MACHINES),
        LOST,
    ),
    Mutant(
        "NO_CHAIN",
        "A batch continues the last hash that is held, or is refused.",
        "edge/gateway/judging.py",
        ONE_HISTORY,
        TWO_HISTORIES,
    ),
    Mutant(
        "NO_AGAIN",
        "What the centre lacks is passed on again.",
        "edge/gateway/judging.py",
        ONE_TILL,
        FOR_EVER,
    ),
    Mutant(
        "NO_TAIL",
        "Of an epoch that has ended, what lies behind the centre's last number is lacking, too.",
        "topics/confirmed.py",
        ONE_TILL,
        FOR_EVER,
    ),
    Mutant(
        "NO_QUARANTINE",
        "What nobody can read goes on under its number, and holds up nothing.",
        "edge/gateway/unreadable.py",
        ONE_TILL,
        FOR_EVER,
    ),
    Mutant(
        "ACKNOWLEDGE_FIRST",
        "A batch is durable in topic or spool before it is noted and answered.",
        "edge/gateway/outlet.py",
        _safe(RESTORED_TILL._replace(faults=("KILL", "TILL_RESTORED"))),
        NOT_DURABLE,
    ),
    Mutant(
        "NO_CATCHING_UP",
        "A gateway that was restored takes the centre's word for what tills have let go of.",
        "edge/gateway/standing.py",
        ONE_TILL,
        FOR_EVER,
    ),
    Mutant(
        "FORKS_LOOK_LIKE_OTHERS",
        "A fork that is passed on says so, and takes no number.",
        "topics/till_headers.py",
        _safe(RESTORED_TILL),
        TWICE,
    ),
    Mutant(
        "NO_WINDOW",
        "The centre counts a number once.",
        "topics/sequences.py",
        _safe(ONE_TILL),
        TWICE,
    ),
    Mutant(
        "NO_MISSING",
        "The centre names the numbers that it lacks.",
        "agents/outputs.py",
        _safe(ONE_TILL),
        LOST,
    ),
    Mutant(
        "NO_BEGIN_BY_WORD",
        "A gateway that knows nothing of a till begins at the centre's last word.",
        "edge/gateway/standing.py",
        ONE_TILL,
        FOR_EVER,
    ),
    Mutant(
        "NO_VERSION",
        "Of the centre's words on a till the newest counts, in whatever order they come.",
        "edge/gateway/feeds/statuses.py",
        ONE_TILL,
        FOR_EVER,
    ),
)
