"""A new broker's cluster id."""

from base64 import urlsafe_b64decode

import pytest

from local.kafka import cluster_id


@pytest.mark.parametrize("first", range(256))
def test_a_cluster_id_never_looks_like_an_option(first: int) -> None:
    made = cluster_id(bytes([first]) + b"\xff" * 15)

    assert not made.startswith("-"), f"Kafka's tools read {made} as an option"
    assert len(urlsafe_b64decode(made + "==")) == 16, "Kafka takes 16 bytes only"
