"""One at a time: the transactional id of whoever comes later ends what another has open."""


class Superseded(Exception):
    """Another process does this one's work now; the text is for people."""
