"""A person's fields, each sealed under the key of that person alone.

Without the key nobody reads them again, wherever copies lie: to delete it is to erase the person.
"""

import base64
import binascii
from collections.abc import Mapping

from sealing import boxes
from sealing.errors import SealError

Sealed = dict[str, str]
"""Each field's box in base64, by the field's name."""


def seal(key: bytes, person_id: str, fields: Mapping[str, str]) -> Sealed:
    """The fields of a person, sealed; one cannot pass for another, nor for another person's."""
    return {
        name: base64.b64encode(
            boxes.close(key, text.encode(), ("customer", person_id, name))
        ).decode()
        for name, text in fields.items()
    }


def unseal(key: bytes, person_id: str, sealed: Mapping[str, str]) -> dict[str, str]:
    """The fields again; raises `SealError`."""
    return {name: _open(key, person_id, name, box) for name, box in sealed.items()}


def _open(key: bytes, person_id: str, name: str, box: str) -> str:
    try:
        raw = base64.b64decode(box, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SealError(f"{name} of {person_id} is not sealed by us: no base64") from error
    return boxes.open_box(key, raw, ("customer", person_id, name)).decode()
