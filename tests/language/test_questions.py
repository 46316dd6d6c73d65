"""A message is divided where each part may ask something."""

from __future__ import annotations

import pytest
from spacy.language import Language

from bot.language.questions import MOST_PARTS, asks, parts_of


def texts(nlp: Language, message: str) -> list[str]:
    return [part.text for part in parts_of(nlp(message.lower()), message)]


@pytest.mark.parametrize(
    "message", ["does it hurt", "ouch?", "", "   ", "!!!", "how long is the recovery please"]
)
def test_message_of_one_piece_is_not_divided(nlp: Language, message: str) -> None:
    assert texts(nlp, message) == []


@pytest.mark.parametrize(
    ("message", "pieces"),
    [
        ("Does it hurt? How long is recovery?", ["Does it hurt?", "How long is recovery?"]),
        ("does it hurt and how much is it", ["does it hurt", "how much is it"]),
        ("price, parking", ["price", "parking"]),
        ("crow's feet + sun spots?", ["sun spots"]),
        ("is it a doctor doing it whats the tool called", ["is it a doctor doing it", "whats the tool called"]),
    ],
)
def test_pieces_are_found(nlp: Language, message: str, pieces: list[str]) -> None:
    found = [text.rstrip("?") for text in texts(nlp, message)]
    assert [piece.rstrip("?") for piece in pieces if piece.rstrip("?") in found] == [
        p.rstrip("?") for p in pieces
    ]


def test_story_is_told_and_the_question_in_it_asks(nlp: Language) -> None:
    message = "I had a long winter. My sister gave me a voucher. How many sessions would I need?"
    parts = parts_of(nlp(message.lower()), message)
    assert [part.text for part in parts if part.asks] == ["How many sessions would I need?"]


def test_piece_of_a_list_tells_nothing_of_whoever_asks(nlp: Language) -> None:
    message = "wrinkles, my scars and open pores?"
    assert [part.text for part in parts_of(nlp(message), message) if part.tells] == ["my scars"]


def test_joining_word_alone_is_no_part(nlp: Language) -> None:
    message = "And, how long is it? And then?"
    assert "and" not in [part.text.lower() for part in parts_of(nlp(message.lower()), message)]


def test_what_is_told_beside_a_question_asks_nothing(nlp: Language) -> None:
    message = "I'm pregnant, how long is the recovery?"
    parts = parts_of(nlp(message.lower()), message)
    assert [part.text for part in parts if part.asks and not part.whole] == ["how long is the recovery?"]


def test_longest_message_has_a_bounded_number_of_parts(nlp: Language) -> None:
    message = "is it safe and does it work, " * 100
    assert len(parts_of(nlp(message), message)) == MOST_PARTS


@pytest.mark.parametrize(
    "message", ["can i swim", "Please explain the steps", "i was wondering if it works", "ok?"]
)
def test_question_is_told_from_a_statement(message: str) -> None:
    assert asks(message)
    assert not asks("my skin is dry")
