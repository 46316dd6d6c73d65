"""Messages that only together need a clinician count together; those that add nothing don't."""

from __future__ import annotations

import time

import pytest
from spacy.language import Language

from bot.language.safety import Assessment, assess
from bot.language.safety_history import assess_together

NOTHING = Assessment(None, ())


def _together(nlp: Language, *texts: str) -> Assessment:
    return assess_together([nlp(text) for text in texts])


@pytest.mark.parametrize(
    "texts",
    [
        ("I've been shivering since last night", "the red on my cheek has moved down to my neck now"),
        ("the redness is getting wider, you treated me on monday", "and now I've got a temperature of 39"),
        ("a red spot, the size of a coin an hour ago", "it covers half my cheek now"),
        ("my pain was a 4 at lunchtime", "now it's a 9"),
        ("I had my microneedling this morning", "my eyelid is really puffy"),
        ("my lips feel odd", "they are swelling"),
        ("had the needling at ten", "quick question about sunscreen", "my voice has gone hoarse"),
    ],
)
def test_messages_are_urgent_together(nlp: Language, texts: tuple[str, ...]) -> None:
    assert _together(nlp, *texts).level == "urgent"


@pytest.mark.parametrize(
    "texts",
    [
        ("my cheeks are red", "it's been four days now"),
        ("my jaw is a bit swollen since the session this morning", "it's getting worse"),
        ("I had the treatment last week", "there are dark lines appearing on my cheeks"),
        ("you needled me on friday", "I feel really unwell"),
    ],
)
def test_messages_are_concerning_together(nlp: Language, texts: tuple[str, ...]) -> None:
    assert assess(nlp(texts[-1])).level != "concerning"
    assert _together(nlp, *texts).level == "concerning"


@pytest.mark.parametrize(
    "texts",
    [
        ("my lips are swelling", "ok thanks"),
        ("my throat feels tight", "how much is a session"),
        ("my face is swollen", "the swelling has gone down now"),
        ("I have a fever", "no fever any more"),
        ("I want to die", "what are your opening hours"),
        ("do you treat redness", "how long does it take"),
        ("I take a deep breath before every needle", "is it hard to find you"),
    ],
)
def test_message_that_adds_nothing_reports_nothing(nlp: Language, texts: tuple[str, ...]) -> None:
    assert _together(nlp, *texts) == NOTHING


def test_what_was_taken_back_counts_no_more(nlp: Language) -> None:
    level = _together(nlp, "I have a fever", "no fever any more but the redness is getting worse").level
    assert level == "concerning"


def test_addition_counts_with_what_was_reported(nlp: Language) -> None:
    assessment = _together(nlp, "my lips are swelling", "there is pus on my chin too")
    assert assessment.level == "urgent"
    assert {"airway_swelling", "discharge"} <= set(assessment.signs)


def test_crisis_counts_only_where_it_is_said(nlp: Language) -> None:
    assert _together(nlp, "I want to die", "my cheek is oozing").level == "concerning"
    assert _together(nlp, "my cheek is oozing", "I want to die").level == "crisis"


def test_one_message_is_assessed_as_ever(nlp: Language) -> None:
    doc = nlp("there is pus and my throat is closing up")
    assert assess_together([doc]) == assess(doc)


def test_no_message_reports_nothing() -> None:
    assert assess_together([]) == NOTHING


def test_assess_together_of_a_busy_hour_is_quick(nlp: Language) -> None:
    docs = [nlp("my face is red and a bit sore since the session this morning")] * 20
    started = time.perf_counter()
    assess_together(docs)
    assert time.perf_counter() - started < 0.1
