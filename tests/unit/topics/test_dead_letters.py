"""A dead letter keeps what was sent, and says once why it was refused."""

import pytest

from topics.dead_letters import (
    ERROR_BYTES_MAX,
    LetterSource,
    dead_letter_headers,
    original_headers,
    parse_source,
    told,
)


def test_the_three_headers_follow_the_original_ones() -> None:
    headers = dead_letter_headers(
        [("trace", b"1"), ("trace", b"2")], "malformed", "not JSON", "till.cart-events", 3, 1042
    )
    assert headers == [
        ("trace", b"1"),
        ("trace", b"2"),
        ("reason", b"malformed"),
        ("error", b"not JSON"),
        ("source", b"till.cart-events-3-1042"),
    ]


def test_a_second_round_replaces_what_the_first_one_said() -> None:
    first = dead_letter_headers([("trace", b"1")], "malformed", "no", "cdc.assortment", 0, 1)
    second = dead_letter_headers(first, "wrong_partition", "still no", "cdc.assortment", 2, 7)
    assert [name for name, _ in second] == ["trace", "reason", "error", "source"]
    assert told(second, "reason") == "wrong_partition"
    assert told(second, "source") == "cdc.assortment-2-7"
    assert original_headers(second) == [("trace", b"1")]


def test_a_long_error_is_cut_between_characters_so_that_the_letter_fits_its_topic() -> None:
    headers = dead_letter_headers([], "malformed", "x" + "é" * ERROR_BYTES_MAX, "t", 0, 0)
    error = dict(headers)["error"]
    assert len(error) <= ERROR_BYTES_MAX
    assert error.decode().endswith("é"), "the cut went through a character"


def test_an_error_that_quotes_a_lone_surrogate_can_still_be_told() -> None:
    headers = dead_letter_headers([], "malformed", "bad \ud800 text", "t", 0, 0)
    assert told(headers, "error") == "bad ? text"


def test_a_source_reads_back_though_topics_contain_hyphens() -> None:
    assert parse_source("till.cart-events-3-1042") == LetterSource("till.cart-events", 3, 1042)


@pytest.mark.parametrize("text", ["", "till.cart-events", "a-b-c", "-1-2", "topic-1-", "topic--1"])
def test_what_is_not_a_source_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="topic-partition-offset"):
        parse_source(text)


def test_a_header_without_a_value_reads_as_empty() -> None:
    assert told([("reason", None)], "reason") == ""  # type: ignore[list-item]
