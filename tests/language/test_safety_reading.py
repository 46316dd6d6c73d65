"""Mentions are read with their place and meaning, and go when a later message takes them back."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.language.safety_reading import read_mentions


def test_mention_knows_its_message_and_sentence(nlp: Language) -> None:
    first, second = read_mentions([nlp("hello. i have a fever"), nlp("still a fever")])["fever"]
    assert (first.message, second.message) == (0, 1)
    assert first.sentence > second.sentence
    assert first.status == "asserted"


def test_mention_is_gone_when_taken_back(nlp: Language) -> None:
    assert [m.message for m in read_mentions([nlp("i have a fever"), nlp("no fever now")])["fever"]] == [1]


def test_mention_stays_when_said_again(nlp: Language) -> None:
    docs = [nlp("i have a fever"), nlp("no fever this morning. now i have a fever again")]
    assert 0 in {m.message for m in read_mentions(docs)["fever"]}


def test_document_without_signs_has_no_mentions() -> None:
    assert read_mentions([Doc(Vocab())]) == {}
