"""Faults as machines read them: ``application/problem+json``."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import orjson
from aiohttp import web
from pydantic import ValidationError

from dashboards.board.api.models import Problem, WrongParameter

CONTENT_TYPE = "application/problem+json"


class NoAnswer(Exception):
    """Why a request is not answered."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: Sequence[WrongParameter] = (),
        code: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(
            title=status.phrase, status=status, detail=detail, errors=list(errors), code=code
        )


def wrong(fault: ValidationError) -> NoAnswer:
    """The parameters that were refused, each with why."""
    errors = [
        WrongParameter(
            parameter=".".join(str(part) for part in each["loc"]) or "query",
            detail="there is no such parameter"
            if each["type"] == "extra_forbidden"
            else each["msg"].removeprefix("Value error, "),
        )
        for each in fault.errors(include_url=False, include_input=False)
    ]
    names = ", ".join(each.parameter for each in errors)
    return NoAnswer(HTTPStatus.BAD_REQUEST, f"Not understood: {names}.", errors)


def wrong_parameter(name: str, detail: str) -> NoAnswer:
    """One parameter that was refused."""
    error = WrongParameter(parameter=name, detail=detail)
    return NoAnswer(HTTPStatus.BAD_REQUEST, f"Not understood: {name}.", [error])


def response(problem: Problem, headers: Mapping[str, str] | None = None) -> web.Response:
    """The problem as an answer; a fault that waiting mends says when to come again."""
    added = dict(headers or {})
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        added["Retry-After"] = "2"
    return web.Response(
        body=orjson.dumps(problem.model_dump()),
        status=problem.status,
        content_type=CONTENT_TYPE,
        headers=added,
    )
