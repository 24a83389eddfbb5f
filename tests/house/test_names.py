"""One class name means one thing, so that a search for it finds that thing and nothing else.

A class that is private to its module, and `benchmarks/`, whose contenders each say the same job in
their own words, may call things as they like.
"""

import ast
from collections import defaultdict

from tests.house.checkout import CHECKOUT, PACKAGES

ALLOWED = {
    "Totals": "the API's page of them, named so in its OpenAPI document, and the state's row",
}
"""Classes of one name that stand for the same thing in several rooms, each with the reason."""


def _public_classes() -> dict[str, list[str]]:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for package in set(PACKAGES) - {"benchmarks"}:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append(f"{path.relative_to(CHECKOUT)}:{node.lineno}")
    return places


def test_one_class_name_means_one_thing() -> None:
    shared = {
        name: sorted(places)
        for name, places in _public_classes().items()
        if len(places) > 1 and name not in ALLOWED
    }
    told = "\n".join(f"{name}: {', '.join(places)}" for name, places in sorted(shared.items()))
    assert not shared, f"rename all but one, to say what each is:\n{told}"


def test_what_is_allowed_to_share_a_name_does() -> None:
    places = _public_classes()
    gone = [name for name in ALLOWED if len(places.get(name, [])) < 2]
    assert not gone, f"these share no name any more, take them out of {__file__}: {gone}"
