"""What a request asks, by its model."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ValidationError

from dashboards.board.api.problems import NoAnswer, wrong


def asked_of(model: type[BaseModel], given: Any) -> Any:
    """The parameters of an address, each given once; raises `NoAnswer`."""
    values: dict[str, str] = {}
    for name, value in given:
        if name in values:
            raise NoAnswer(HTTPStatus.BAD_REQUEST, f"Give {name!r} once.")
        values[name] = value
    try:
        return model.model_validate(values)
    except ValidationError as fault:
        raise wrong(fault) from fault
