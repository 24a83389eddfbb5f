"""The contracts as documents: a JSON Schema for each model, and one AsyncAPI 3.0 for all topics.

`tillstream topics export` writes them to ``docs/contracts``; a test keeps the committed ones
equal to the code.
"""

import json
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from topics import registry
from topics.dead_letters import ERROR, REASON, SOURCE
from topics.down import FeedMessage
from topics.events import Receipt, TillEvent, till_event_adapter
from topics.mirrored import PARTITIONS, down_specs
from topics.notices import AlertNotice
from topics.registry import TopicSpec, kafka_configs
from topics.upkeep import TillUpkeep

CONTRACTS_VERSION = "1.0.0"
"""Of the documents. A new field raises the second number; anything that an older reader would
misread raises the first."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BINDING = {"bindingVersion": "0.5.0"}
_DEAD_LETTER = "DeadLetter"

_PLACEMENT = (
    "Partition: murmur2 of the UTF-8 bytes of the location id, as Kafka's Java client places a "
    "key; the same for every topic by location, whatever its key."
)

_INTRODUCTION = (
    "Till events and database changes in; live stock, checkout totals, restock alerts and till "
    "status out, as absolute states with versions. Operations are named from Tillstream's side: "
    "it receives what a till or the database sends."
)

Json = dict[str, Any]

_LOCATION = "{location_id}"

_OF_EACH_STORE = tuple(down_specs(_LOCATION))
"""Topics of which each store with a Kafka of its own has one."""

_EVERY = (*registry.ALL, *_OF_EACH_STORE)

_UNIONS: dict[str, Any] = {
    registry.TILL_EVENTS.name: TillEvent,
    registry.TILL_UPKEEP.name: TillUpkeep,
    registry.ACCEPTED.name: Receipt,
    registry.RECEIPTS.name: Receipt,
    _OF_EACH_STORE[0].name: FeedMessage,
}
"""What each topic of several kinds of messages holds."""


def documents() -> dict[str, str]:
    """Every document by its path within ``docs/contracts``."""
    written = {"asyncapi.json": asyncapi(), "schemas/TillEvent.json": _till_event_schema()}
    for model in (*_models(), AlertNotice):
        schema = {"$schema": _DIALECT, **model.model_json_schema(by_alias=True)}
        written[f"schemas/{model.__name__}.json"] = schema
    return {
        path: json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        for path, document in written.items()
    }


def asyncapi() -> Json:
    """The AsyncAPI 3.0 document of all topics."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tillstream",
            "version": CONTRACTS_VERSION,
            "description": _INTRODUCTION,
        },
        "defaultContentType": "application/json",
        "channels": {spec.name: _channel(spec) for spec in _EVERY},
        "operations": _operations(),
        "components": {
            "messages": {
                name: message for spec in _EVERY for name, message in _messages_of(spec).items()
            },
            "schemas": _shared_schemas(),
        },
    }


def _till_event_schema() -> Json:
    return {"$schema": _DIALECT, "title": "TillEvent", **till_event_adapter.json_schema()}


def _models_of(spec: TopicSpec) -> tuple[type[BaseModel], ...]:
    if spec.model is None:
        return ()
    if isinstance(spec.model, TypeAdapter):
        union, _ = get_args(_UNIONS[spec.name])
        return get_args(union)
    return (spec.model,)


def _models() -> list[type[BaseModel]]:
    every = (model for spec in _EVERY for model in _models_of(spec))
    return list(dict.fromkeys(every))


def _shared_schemas() -> Json:
    _, shared = models_json_schema(
        [(model, "validation") for model in _models()],
        by_alias=True,
        ref_template="#/components/schemas/{model}",
    )
    return shared["$defs"]


def _channel(spec: TopicSpec) -> Json:
    configs = kafka_configs(spec, replication=1)
    numbers = ("retention.ms", "delete.retention.ms", "max.message.bytes")
    topic_configuration: Json = {"cleanup.policy": [spec.cleanup]}
    topic_configuration |= {name: int(configs[name]) for name in numbers if name in configs}
    is_placed = spec.by_location and spec not in _OF_EACH_STORE
    return {
        "address": spec.name,
        **_parameters(spec),
        "description": f"{spec.summary} {_PLACEMENT}" if is_placed else spec.summary,
        "messages": {
            name: {"$ref": f"#/components/messages/{name}"} for name in _messages_of(spec)
        },
        "bindings": {
            "kafka": {
                "topic": spec.name,
                "partitions": PARTITIONS if spec in _OF_EACH_STORE else registry.PARTITIONS_DEFAULT,
                "topicConfiguration": topic_configuration,
                **_BINDING,
            }
        },
    }


def _parameters(spec: TopicSpec) -> Json:
    if spec not in _OF_EACH_STORE:
        return {}
    return {"parameters": {_LOCATION.strip("{}"): {"description": "Whose store is told."}}}


def _messages_of(spec: TopicSpec) -> Json:
    if spec.model is None:
        return {_DEAD_LETTER: _dead_letter()}
    return {model.__name__: _message(spec, model) for model in _models_of(spec)}


def _message(spec: TopicSpec, model: type[BaseModel]) -> Json:
    summary = (model.__doc__ or "").split("\n", 1)[0]
    return {
        "name": model.__name__,
        "summary": summary,
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": spec.key}, **_BINDING}},
    }


def _dead_letter() -> Json:
    told = {
        REASON: "Why it was refused, in one word.",
        ERROR: "What was found wrong, in words.",
        SOURCE: "Where it lay: topic-partition-offset.",
    }
    return {
        "name": _DEAD_LETTER,
        "summary": "A message that could not be applied: key and value are the original bytes.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "properties": {
                name: {"type": "string", "description": text} for name, text in told.items()
            },
            "required": list(told),
        },
        "payload": {"description": "The original bytes."},
        "bindings": {"kafka": {"key": {"description": "The original bytes."}, **_BINDING}},
    }


def _operations() -> Json:
    both = (*registry.ALL_DEAD_LETTERS, registry.RETRIED)
    between = (registry.LEVELS_BY_PRODUCT, registry.ACCEPTED)
    heard = (*registry.INPUTS, *between)
    received = [("receive", spec) for spec in (*heard, *both)]
    told = (
        *registry.OUTPUTS,
        *between,
        *registry.FURTHER_OUTPUTS,
    )
    written = (*registry.DECISIONS, *registry.FOR_STORES, *registry.TOLD_BY, *_OF_EACH_STORE)
    sent = [("send", spec) for spec in (*told, *written, *both)]
    return {f"{action}-{spec.name}": _operation(action, spec) for action, spec in received + sent}


def _operation(action: str, spec: TopicSpec) -> Json:
    channel = f"#/channels/{spec.name}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "summary": spec.summary,
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in _messages_of(spec)],
    }
