"""What can go wrong with what is known of a mirror."""


class ClusterAway(Exception):
    """The store's or the centre's Kafka did not answer, or refused."""
