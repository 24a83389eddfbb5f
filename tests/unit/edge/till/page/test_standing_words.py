"""What a till's page says of how old its prices, rules and list of devices are."""

from typing import Any

import pytest

from edge.till.page.wording import standing_words
from edge.till.sending import SendingStanding
from edge.till.standing import told_of_sending


def standing(catalog_age: int | None, devices_age: int | None, heard: int = 5) -> dict[str, Any]:
    lists = {
        "age_seconds": heard,
        "catalog_age_seconds": catalog_age,
        "devices_age_seconds": devices_age,
    }
    return {"sending": {"state": "idle", "waiting": 0}, "lists": lists}


def test_while_all_is_new_nothing_is_said_of_it() -> None:
    assert standing_words(standing(59, 3_599)) == "● Store heard"
    assert standing_words(standing(None, None)) == "● Store heard"


@pytest.mark.parametrize(
    ("seconds", "words"), [(3_600, "1 hour"), (86_399, "23 hours"), (3 * 86_400, "3 days")]
)
def test_what_is_old_is_said_with_its_age(seconds: int, words: str) -> None:
    assert standing_words(standing(seconds, 0)) == (
        f"● Store heard. Prices and rules as of {words} ago."
    )
    assert standing_words(standing(0, seconds)) == (
        f"● Store heard. List of devices as of {words} ago."
    )


def test_a_till_that_hears_nobody_says_what_it_sells_by() -> None:
    assert standing_words(standing(7_200, 7_200, heard=7_200)) == (
        "▲ Store not heard, 0 to send. Sell on. Prices and rules as of 2 hours ago."
        " List of devices as of 2 hours ago."
    )


def test_a_list_grows_older_while_the_gateway_says_nothing() -> None:
    sending = SendingStanding(devices_age=100, heard_at=-10_000.0)
    told = told_of_sending(sending, None, 7)["lists"]
    assert told["devices_age_seconds"] > 10_000 and told["catalog_age_seconds"] == 7
    sending = SendingStanding(devices_age=None, heard_at=1.0)
    assert told_of_sending(sending, None, None)["lists"]["devices_age_seconds"] is None
