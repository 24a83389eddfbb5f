"""What stops a worker. Each says what was found and what to do; none is retried in place."""


class EngineError(Exception):
    """Base of everything that stops a worker on purpose."""


class DeclarationError(EngineError):
    """A table, a topic or a part is used without being declared, or declared twice."""


class TopicsUnfit(EngineError):
    """Topics are missing, or partition counts differ that must be equal."""


class InputRecreated(EngineError):
    """An input topic was made anew, or has lost messages that the state has not read.

    Its new messages would be taken for old ones, or the lost ones for read. Start a new
    application id, which rebuilds the state from the inputs as they are now.
    """


class FoldFailed(EngineError):
    """An agent raised: the message that it was given is named, or the batch that holds it."""


class TakenOver(EngineError):
    """Another worker has opened the partition while this one recovered it."""


class TransactionUnended(EngineError):
    """A transaction was left without an end, and nobody knows any more how it was to end."""
