"""What can be wrong with the gateway's own parts.

GatewayError
 ├─ GatewayUnusable  its file cannot be opened, read or written
 ├─ SpoolFull        the topic is away and no more may wait for it
 └─ TopicAway        the topic does not take messages now
"""


class GatewayError(Exception):
    """Whatever is wrong; its text tells a person what to do."""


class GatewayUnusable(GatewayError):
    """The file cannot be opened, read or written."""


class SpoolFull(GatewayError):
    """The topic is away, and as much waits for it as may."""


class TopicAway(GatewayError):
    """The topic does not take messages now; some of those that it was given may be there."""
