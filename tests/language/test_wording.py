"""Putting typing mistakes right in the words of the examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.wording import Wording
from bot.language.words import read_shorthand

EXAMPLES = [
    "how long is the downtime",
    "is there any downtime after the session",
    "does it hurt",
    "will it hurt much",
    "can it hurt my heart",
    "how long until I am back to work",
    "back at work the next day",
    "hello, when can I come",
    "hello, when is there time",
    "how many sessions",
    "sessions after the first",
    "can I wash after sessions",
    "wash with what",
    "don't wash",
    "I don't know when",
]
DICTIONARY = frozenset({"wish", "beck", "treatment"})


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording.learn(EXAMPLES, DICTIONARY)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("is there any downtme", "is there any downtime"),
        ("does it hrt??", "does it hurt??"),
        ("HRT", "hurt"),
        ("bck 2 wrk", "back 2 work"),
        ("how many sessionss", "how many sessions"),
        ("sesions", "sessions"),
        ("sessoins", "sessions"),
        ("sessiins", "sessions"),
        ("helo", "hello"),
        ("helloooo", "hello"),
        ("wahs", "wash"),
    ],
)
def test_mistakes_are_put_right(wording: Wording, written: str, meant: str) -> None:
    assert wording.read(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "wish",
        "beck",
        "treatment",
        "Zürich",
        "don't",
        "2nd",
        "hrs",
        "xy",
        "asdfgh",
        "botox?",
        "👍 ok",
        "cat",
        "",
    ],
)
def test_other_words_stay_as_they_are(wording: Wording, text: str) -> None:
    assert wording.read(text) == text


def test_nothing_learnt_changes_nothing() -> None:
    assert Wording({}, DICTIONARY).read("is ther any downtme") == "is ther any downtme"


def test_wording_is_made_again_from_its_counts(wording: Wording) -> None:
    assert Wording(wording.counts, DICTIONARY).read("downtme") == "downtime"


@given(st.text())
def test_reading_twice_changes_no_more(text: str) -> None:
    wording = Wording.learn(EXAMPLES, DICTIONARY)
    assert wording.read(wording.read(text)) == wording.read(text)


def test_very_long_word_is_left_alone(wording: Wording) -> None:
    assert wording.read("a" * 50_000) == "a" * 50_000


def test_typing_mistake_that_some_examples_hold_is_put_right() -> None:
    texts = ["how long is recovery"] * 40 + ["hi how lng is recovry"] * 2 + ["is dermapen sore"] * 2
    wording = Wording.learn(texts, dictionary=[])
    assert wording.read("how lng is recovry with dermapen") == "how long is recovery with dermapen"


def test_word_that_is_as_common_as_its_neighbour_stays() -> None:
    wording = Wording.learn(["scars"] * 6 + ["scarf"] * 2, dictionary=[])
    assert wording.read("scarf") == "scarf"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("r ur ppl qualified??", "are your people qualified??"),
        ("hw mny times i hav 2 come", "how many times i have to come"),
        ("wat can it do 4 dat", "what can it do for that"),
        ("2 days after, wen can i", "2 days after, when can i"),
        ("day 4 an i'm fine", "day 4 an i'm fine"),
        ("R u open", "are you open"),
        ("you're here", "you're here"),
    ],
)
def test_shorthand_is_spelled_out(written: str, meant: str) -> None:
    words = dict.fromkeys(meant.replace("?", "").replace(",", "").split(), 9)
    assert Wording(words, DICTIONARY, read_shorthand()).read(written) == meant


def test_longer_word_one_letter_apart_is_a_slip_sooner() -> None:
    examples = ["recovery"] * 10 + ["recovry"] * 2 + ["wanted"] * 14 + ["weaned"] * 2
    wording = Wording.learn(examples, DICTIONARY)
    assert wording.read("recovry weaned") == "recovery weaned"
