"""The committed documents are those of the code, and hold together."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from topics import registry
from topics.export import documents

COMMITTED = Path(__file__).parents[3] / "docs" / "contracts"
DOCUMENTS = {path: json.loads(text) for path, text in documents().items()}
ASYNCAPI = DOCUMENTS["asyncapi.json"]


def references(value: Any) -> Iterator[str]:
    """Every ``$ref`` in a document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(document: Any, reference: str) -> Any:
    """What a local reference points at; KeyError where it dangles."""
    assert reference.startswith("#/"), f"{reference} leaves the document"
    for part in reference[2:].split("/"):
        document = document[part.replace("~1", "/").replace("~0", "~")]
    return document


OF_OTHERS = ("gateway-openapi.json", "store-api-openapi.json", "till-openapi.json")
"""Have tests of their own beside who serves them."""


def test_the_committed_documents_are_current() -> None:
    committed = {
        str(path.relative_to(COMMITTED)): path.read_text()
        for path in COMMITTED.rglob("*.json")
        if path.name not in OF_OTHERS
    }
    assert committed == documents(), "run 'tillstream topics export' and commit docs/contracts"


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_reference_resolves(path: str) -> None:
    for reference in references(DOCUMENTS[path]):
        resolve(DOCUMENTS[path], reference)


def test_every_topic_is_a_channel_with_its_messages() -> None:
    of_each_store = {"down.{location_id}", "ack.{location_id}"}
    assert set(ASYNCAPI["channels"]) == set(registry.BY_NAME) | of_each_store
    for name, channel in ASYNCAPI["channels"].items():
        assert channel["address"] == channel["bindings"]["kafka"]["topic"] == name
        assert channel["messages"], f"{name} says nothing of what it carries"


def test_operations_name_messages_of_their_own_channel() -> None:
    for name, operation in ASYNCAPI["operations"].items():
        channel = operation["channel"]["$ref"]
        assert name == f"{operation['action']}-{channel.removeprefix('#/channels/')}"
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{channel}/messages/")


def test_inputs_are_received_and_outputs_sent() -> None:
    actions = {
        operation["channel"]["$ref"].removeprefix("#/channels/"): set[str]()
        for operation in ASYNCAPI["operations"].values()
    }
    for operation in ASYNCAPI["operations"].values():
        topic = operation["channel"]["$ref"].removeprefix("#/channels/")
        actions[topic].add(operation["action"])
    assert all(actions[spec.name] == {"receive"} for spec in registry.INPUTS)
    assert all(actions[spec.name] == {"send"} for spec in registry.OUTPUTS)
    assert all(actions[spec.name] == {"send", "receive"} for spec in registry.DEAD_LETTERS)


def test_every_message_of_a_model_says_its_key_and_payload() -> None:
    for name, message in ASYNCAPI["components"]["messages"].items():
        assert message["bindings"]["kafka"]["key"]["description"]
        if name != "DeadLetter":
            assert resolve(ASYNCAPI, message["payload"]["$ref"])["title"] == name


def test_schemas_leave_room_for_the_fields_of_a_newer_till() -> None:
    for path, document in DOCUMENTS.items():
        assert '"additionalProperties": false' not in json.dumps(document), (
            f"{path} would refuse an event with one more field"
        )


def test_the_names_in_the_schema_are_those_on_the_wire() -> None:
    policy = DOCUMENTS["schemas/AssortmentPolicy.json"]["properties"]
    assert "__deleted" in policy and "deleted" not in policy
