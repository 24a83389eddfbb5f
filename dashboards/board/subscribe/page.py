"""How programs read what Tillstream says: topics and contracts, example programs, the API."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from dashboards.board.api import answers
from dashboards.board.live.visit import Visit
from topics.export import documents
from topics.registry import OUTPUTS, TopicSpec

_EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


class Example(msgspec.Struct, frozen=True):
    """An example program: how it is started, and its text."""

    language: str
    file: str
    command: str
    needs: str

    @property
    def text(self) -> str:
        """The program."""
        return _text(self.file)


EXAMPLES = (
    Example("Python", "newest_states.py", "python newest_states.py KAFKA TOPIC", "confluent-kafka"),
    Example(
        "Java",
        "NewestStates.java",
        "java -cp 'lib/*' NewestStates.java KAFKA TOPIC",
        "kafka-clients and jackson-databind in lib/",
    ),
    Example(
        "Command line",
        "newest-states.sh",
        "./newest-states.sh KAFKA TOPIC",
        "Kafka's own console consumer on the path",
    ),
)


@cache
def _text(file: str) -> str:
    return (_EXAMPLES / file).read_text()


@cache
def _documents() -> dict[str, bytes]:
    """The contracts by their path below ``/contracts``, as this board's own code has them."""
    return {path: text.encode() for path, text in documents().items()}


async def subscribe(request: web.Request) -> web.Response:
    """The page: nothing on it moves."""
    shown = {"topics": [_topic(spec) for spec in OUTPUTS], "examples": EXAMPLES}
    return Visit(request).page("subscribe/page.html", None, shown)


def _topic(spec: TopicSpec) -> dict[str, Any]:
    model = getattr(spec.model, "__name__", "")
    kept = "the newest of each key" if spec.cleanup == "compact" else "every change"
    return {
        "name": spec.name,
        "summary": spec.summary,
        "key": spec.key,
        "kept": kept,
        "schema": f"/contracts/schemas/{model}.json",
        "model": model,
    }


async def contract(request: web.Request) -> web.Response:
    """One document of the contracts."""
    body = _documents().get(request.match_info["path"])
    if body is None:
        raise web.HTTPNotFound
    schema = "json" if request.match_info["path"] == "asyncapi.json" else "schema+json"
    return answers.tagged(request, body, f"application/{schema}")


async def example(request: web.Request) -> web.Response:
    """One example program, as text."""
    name = request.match_info["file"]
    if name not in {each.file for each in EXAMPLES}:
        raise web.HTTPNotFound
    return answers.tagged(request, _text(name).encode(), "text/plain")


ROUTES = [
    web.get("/subscribe", subscribe),
    web.get("/subscribe/examples/{file}", example),
    web.get("/contracts/{path:.+}", contract),
]
