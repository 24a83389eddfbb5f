"""What can go wrong with a connector."""


class ConnectorError(Exception):
    """Kafka Connect could not be reached, refused the definition, or the connector failed."""
