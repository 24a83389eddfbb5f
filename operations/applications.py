"""The applications that run beside the first one: what each is called, and what it reads."""

from collections.abc import Mapping

from topics.registry import PRODUCTS_INPUTS, RECEIPTS_INPUTS, TopicSpec

BESIDE: Mapping[str, tuple[TopicSpec, ...]] = {
    "products": PRODUCTS_INPUTS,
    "receipts": RECEIPTS_INPUTS,
}
"""Their inputs, by role."""


def id_beside(application_id: str, role: str) -> str:
    """Consumer group, and prefix of changelog and transactional ids, beside ``application_id``."""
    return f"{application_id}-{role}"
