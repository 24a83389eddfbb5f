"""A proof in words for people, and in JSON for programs."""

from collections.abc import Iterator
from typing import Any

from edge.journal.verifying import JournalProof


def lines_of(proof: JournalProof) -> Iterator[str]:
    """For people: what was looked at, then what is wrong."""
    till = f"{proof.till.location_id}/{proof.till.till_id}"
    yield f"till {till}: {proof.events} events, {proof.heads} signed heads"
    for each in proof.epochs:
        mark = each.mark
        yield (
            f"epoch {each.epoch}: {each.kept_from} to {mark.sequence}, vouched for up to "
            f"{each.vouched_to}, {mark.sums.receipt_count} receipts, "
            f"{mark.sums.grand_total_minor} in minor units, hash {mark.hash}"
        )
    for finding in proof.findings:
        yield f"WRONG: {finding}"
    if proof.found > len(proof.findings):
        yield f"WRONG: {proof.found - len(proof.findings)} more"
    if not proof.found:
        yield "nothing is wrong"


def json_of(proof: JournalProof) -> dict[str, Any]:
    """For programs."""
    return {
        **proof.till._asdict(),
        "events": proof.events,
        "heads": proof.heads,
        "found": proof.found,
        "findings": [each._asdict() | {"fault": each.fault.value} for each in proof.findings],
        "epochs": [
            each.mark.head().as_json()
            | {"kept_from": each.kept_from, "vouched_to": each.vouched_to}
            for each in proof.epochs
        ],
    }
