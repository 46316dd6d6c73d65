from __future__ import annotations

import pytest

from bot.knowledge.wording import body_fault, forbidden_line, parts, question_key, sentences, words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("One.", 1),
        ("One. Two! Three?", 3),
        ("Dr. Hera knows.", 1),
        ("It costs 2.5 times as much.", 1),
        ('He said "yes." Then he left.', 2),
    ],
)
def test_sentences_are_counted(text: str, count: int) -> None:
    assert sentences(text) == count


def test_parts_count_every_sentence_in_a_bullet() -> None:
    assert parts("Yes.\n- one\n- two. And three.") == 4


def test_words_leave_out_bullets_and_dashes() -> None:
    assert words("Yes:\n- one – two") == 3


@pytest.mark.parametrize("other", ["whats  it cost", "What's it cost?", "WHAT’S IT COST"])
def test_question_key_ignores_case_spacing_and_punctuation(other: str) -> None:
    assert question_key(other) == question_key("whats it cost")


@pytest.mark.parametrize("character", ["\t", "\0", "\r", "\x85", "\u2028", "\ufeff", "\ud800", "\uffff"])
def test_forbidden_character_is_found_on_its_line(character: str) -> None:
    assert forbidden_line(f"one\ntwo{character}") == 2


@pytest.mark.parametrize("text", ["plain\ntext", "it’s – “fine” £5", "नमस्ते", "مرحبا", "😀"])
def test_ordinary_text_is_not_forbidden(text: str) -> None:
    assert forbidden_line(text) is None


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("", "is empty"),
        ("- one\n- two", "begins with a bullet"),
        ("Yes.\n* one", "formatting"),
        ("Yes.\n  - nested", "formatting"),
        ("# Heading", "formatting"),
        ("It is **bold**.", "formatting"),
        ("See [this](page).", "formatting"),
        ("Yes.\n1. one", "formatting"),
        ("Yes.\n---\nNo.", "formatting"),
        ("This line was\nbroken by an editor.", "breaks off"),
        ("One. Two. Three. Four. Five. Six.", "has 6 sentences"),
        ("Yes.\n" + "- one\n" * 5, "has 6 sentences"),
        ("word " * 91, "has 91 words"),
    ],
)
def test_body_fault_says_what_is_wrong(body: str, fault: str) -> None:
    assert fault in (body_fault(body) or "")


@pytest.mark.parametrize(
    "body",
    [
        "Yes.",
        "Yes:\n- one\n- two\n- three\n- four",
        "Yes.\n\nA second paragraph - with a dash.",
        "Ring +44 from abroad.",
    ],
)
def test_body_in_plain_text_has_no_fault(body: str) -> None:
    assert body_fault(body) is None
