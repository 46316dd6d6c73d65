"""A message that sounds like a report counts as one only where it tells what is."""

from __future__ import annotations

import pytest
from spacy.language import Language

from bot.language.report_model import Suspicion
from bot.language.safety import Assessment, assess
from bot.language.second_look import SIGN, second_look

CALM, WORRYING, ALARMING = Suspicion(0.05, 0.0), Suspicion(0.95, 0.1), Suspicion(0.99, 0.9)
RULES_SAW_NOTHING = Assessment(None, ())


def look(nlp: Language, text: str, heard: Suspicion, found: Assessment = RULES_SAW_NOTHING) -> Assessment:
    return second_look(found, nlp(text.lower()), heard)


@pytest.mark.parametrize(("heard", "level"), [(WORRYING, "concerning"), (ALARMING, "urgent"), (CALM, None)])
def test_level_follows_from_what_is_heard(nlp: Language, heard: Suspicion, level: str | None) -> None:
    assert look(nlp, "my pillow was stuck to me this morning", heard).level == level


@pytest.mark.parametrize(
    "text",
    [
        "could the needling make my pillow stick to me",
        "what does a bad one look like",
        "suppose it sticks to my pillow",
        "hi, is it usual to stick to the pillow",
    ],
)
def test_question_in_general_is_no_report(nlp: Language, text: str) -> None:
    assert look(nlp, text, ALARMING).level is None


@pytest.mark.parametrize(
    "text", ["is it normal that my face is stuck to my pillow", "why has it gone green, i woke up like this"]
)
def test_question_about_what_is_happening_is_a_report(nlp: Language, text: str) -> None:
    assert look(nlp, text, ALARMING).level == "urgent"


def test_what_gets_an_answer_takes_more(nlp: Language) -> None:
    doc = nlp("last thursday i was treated, foundation is on my mind")
    assert second_look(RULES_SAW_NOTHING, doc, Suspicion(0.7, 0.0), answered=True).level is None
    assert second_look(RULES_SAW_NOTHING, doc, Suspicion(0.7, 0.0)).level == "concerning"
    assert second_look(RULES_SAW_NOTHING, doc, Suspicion(0.9, 0.0), answered=True).level == "concerning"


def test_what_is_to_be_expected_takes_more(nlp: Language) -> None:
    text = "my face is a bit red after todays session"
    found = assess(nlp(text))
    assert found.level == "expected"
    assert look(nlp, text, Suspicion(0.8, 0.0), found) == found
    assert look(nlp, text, Suspicion(0.95, 0.0), found).level == "concerning"


def test_what_is_before_a_treatment_does_not_count(nlp: Language) -> None:
    text = "short of air when i think of it, i have not booked yet"
    assert look(nlp, text, ALARMING).level is None


def test_rules_are_never_overruled_downwards(nlp: Language) -> None:
    for text in ("my throat is closing up", "yellow pus is coming out"):
        found = assess(nlp(text))
        assert found.level in ("urgent", "concerning")
        assert look(nlp, text, CALM, found) == found


def test_graver_level_keeps_the_signs_of_the_rules(nlp: Language) -> None:
    found = Assessment("concerning", ("discharge",))
    assert look(nlp, "yellow pus is coming out", ALARMING, found) == Assessment("urgent", ("discharge", SIGN))
