"""The spaCy pipeline: built, saved, loaded, and how it reads what people type."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from bot.language import words
from bot.language.phrases import PhraseFinder, expand, longest
from bot.language.pipeline import ensure_pipeline
from bot.language.spelling import Speller, distance


def _norms(nlp: Language, text: str) -> list[str]:
    return [token.norm_ for token in nlp(text)]


def _sentences(nlp: Language, text: str) -> list[str]:
    return [sentence.text.strip() for sentence in nlp(text).sents]


def test_ensure_pipeline_builds_nothing_the_second_time(pipeline_folder: Path) -> None:
    written = (pipeline_folder / "meta.json").stat().st_mtime_ns
    assert ensure_pipeline(pipeline_folder.parent) == pipeline_folder
    assert (pipeline_folder / "meta.json").stat().st_mtime_ns == written


def test_ensure_pipeline_leaves_no_other_folder_behind(pipeline_folder: Path) -> None:
    assert list(pipeline_folder.parent.iterdir()) == [pipeline_folder]


def test_ensure_pipeline_path_carries_the_hash_of_its_content(pipeline_folder: Path) -> None:
    assert pipeline_folder.name.endswith(words.content_hash())


def test_content_hash_changes_with_the_vocabulary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = words.content_hash()
    changed = tmp_path / "vocabulary.toml"
    changed.write_text(words.VOCABULARY.read_text("utf-8") + "\n# changed\n", "utf-8")
    monkeypatch.setattr(words, "VOCABULARY", changed)
    assert words.content_hash() != before


def test_every_module_of_the_pipeline_is_in_its_hash() -> None:
    code = (
        "import sys, bot.language.pipeline; print(*(m for m in sys.modules if m.startswith('bot.language.')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()  # noqa: S603
    assert {module.rpartition(".")[2] for module in loaded} <= set(words._CODE)


def test_loaded_pipeline_reads_as_the_built_one(nlp: Language, pipeline_folder: Path) -> None:
    again = spacy.load(pipeline_folder)
    text = "Is it OK 3 days after, im pregnant and my face isnt swolen"
    assert [t.norm_ for t in nlp(text)] == [t.norm_ for t in again(text)]
    assert [(e.label_, e.id_) for e in nlp(text).ents] == [(e.label_, e.id_) for e in again(text).ents]


def test_pipeline_needs_no_rasa() -> None:
    code = "import sys, bot.language.pipeline, bot.language.safety; assert not any(m.startswith('rasa') for m in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603


@pytest.mark.parametrize(
    ("text", "norms"),
    [
        ("cant", ["can", "not"]),
        ("CAN'T", ["can", "not"]),
        ("cnt breath", ["can", "not", "breathe"]),
        ("isn’t", ["is", "not"]),
        ("its", ["it", "is"]),
        ("i'd like", ["i", "would", "like"]),
        ("i'd a rash", ["i", "had", "a", "rash"]),
        ("pls tmrw", ["please", "tomorrow"]),
        ("swolen", ["swollen"]),
        ("swollennnn", ["swollen"]),
        ("tounge", ["tongue"]),
        ("brestfeeding", ["breastfeeding"]),
        ("hyperpigmentaiton", ["hyperpigmentation"]),
        ("since wed", ["since", "wed"]),
        ("red.it hurts", ["red", ".", "it", "hurts"]),
    ],
)
def test_norms_are_what_was_meant(nlp: Language, text: str, norms: list[str]) -> None:
    assert _norms(nlp, text) == norms


@pytest.mark.parametrize(
    "word",
    [
        "present",
        "scares",
        "heating",
        "cooking",
        "spelling",
        "weight",
        "bother",
        "cellulite",
        "screening",
        "cleaning",
    ],
)
def test_correct_words_stay_as_they_are(nlp: Language, word: str) -> None:
    assert _norms(nlp, word) == [word]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("no fever but pus", ["no fever", "but pus"]),
        ("it was fine and now it hurts", ["it was fine and", "now it hurts"]),
        ("hello\nmy face is red", ["hello", "my face is red"]),
        ("red - very red", ["red -", "very red"]),
        ("well-known", ["well-known"]),
        ("is it ok? thanks", ["is it ok?", "thanks"]),
    ],
)
def test_sentences_are_found_without_punctuation(nlp: Language, text: str, sentences: list[str]) -> None:
    assert _sentences(nlp, text) == sentences


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=400))
def test_pipeline_keeps_every_character(nlp: Language, text: str) -> None:
    assert nlp(text).text == text


@pytest.mark.parametrize(
    ("phrase", "ways"),
    [
        ("a b", ["a b"]),
        ("a|b c", ["a c", "b c"]),
        ("a b? c", ["a b c", "a c"]),
        ("a|b? c", ["a c", "b c", "c"]),
        ("(a b|c) d", ["a b d", "c d"]),
        ("(a b)? d", ["a b d", "d"]),
    ],
)
def test_expand_gives_every_way(phrase: str, ways: list[str]) -> None:
    assert sorted(" ".join(words) for words in expand(phrase)) == sorted(ways)


def test_phrases_of_the_files_are_never_empty() -> None:
    tables = words.read_words()["phrases"].values()
    phrases = [phrase for table in tables for ways in table.values() for phrase in ways]
    assert all(all(way for way in expand(phrase)) for phrase in phrases)


def test_lenient_finder_lets_small_words_stand_between(nlp: Language) -> None:
    doc = nlp("after my really first treatment")
    finder = PhraseFinder(nlp.vocab, {"x": ["after first treatment"]}, str, lenient=True)
    assert [span.text for span in finder.find(doc)] == [doc.text]


def test_finder_stops_at_the_end_of_a_sentence(nlp: Language) -> None:
    finder = PhraseFinder(nlp.vocab, {"x": ["red eye"]}, str, lenient=False)
    assert finder.find(nlp("it is red. eye")) == []


def test_longest_prefers_longer_spans(nlp: Language) -> None:
    doc = nlp("acne scars today")
    assert [span.text for span in longest([doc[0:1], doc[0:2], doc[2:3]])] == ["acne scars", "today"]


@pytest.mark.parametrize(
    ("left", "right", "slips"),
    [
        ("same", "same", 0),
        ("swolen", "swollen", 1),
        ("yelolw", "yellow", 1),
        ("pregnent", "pregnant", 1),
        ("heating", "healing", 2),
        ("", "ab", 2),
    ],
)
def test_distance_counts_slips(left: str, right: str, slips: int) -> None:
    assert distance(left, right) == slips


@given(left=st.text("abcdes", max_size=8), right=st.text("abcdes", max_size=8))
def test_distance_is_symmetric(left: str, right: str) -> None:
    assert distance(left, right) == distance(right, left)


def test_speller_leaves_short_words_alone() -> None:
    assert Speller(["lips"], [], {}).correct("lisp") == "lisp"


def test_speller_prefers_the_nearest_word() -> None:
    assert Speller(["swelling", "spelling"], [], {}).correct("sweling") == "swelling"
