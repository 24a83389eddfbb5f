"""What stops a worker. Each says what was found and what to do; none is retried in place."""


class EngineError(Exception):
    """Base of everything that stops a worker on purpose."""


class TopicsUnfit(EngineError):
    """Input topics are missing or their partition counts differ."""


class InputRecreated(EngineError):
    """An input topic ends before the position that the state has already reached.

    Its new messages would be taken for old ones. Start a new application id, which rebuilds
    the state from the inputs as they are now.
    """


class FoldFailed(EngineError):
    """An agent raised: the batch that it was given is named."""
