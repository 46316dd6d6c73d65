"""What a message asks, alone and after another; understood by a model that knows a word for each topic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from spacy.language import Language

from bot.language.follow_ups import Before
from bot.language.reading import Reading, Texts, read
from bot.language.topic_model import Understanding

WORDS = {
    "hurt": "ask_pain_and_numbing",
    "recovery": "ask_recovery_time",
    "cost": "ask_price",
    "scars": "ask_scars",
    "pores": "ask_pore_size",
    "wash": "ask_cleansing",
    "scrub": "ask_exfoliation",
    "thanks": "thanks",
    "suit": "ask_candidates",
    "pregnant": "ask_pregnancy",
    "gym": "ask_not_covered",
    "match": "out_of_scope",
    "book": "book_consultation",
}


class Model:
    """Knows a topic by its word; of several words in a text it is not sure."""

    def understand(self, texts: Sequence[str], vectors: Any) -> list[Understanding]:
        return [self._understand(text) for text in texts]

    def understand_message(self, texts: Sequence[str], vectors: Any) -> Understanding:
        return self._understand(texts[0])

    def _understand(self, text: str) -> Understanding:
        found = [intent for word, intent in WORDS.items() if word in text.lower()]
        if len(found) == 1:
            return Understanding("answer", ((found[0], 0.9), ("greet", 0.1)), 0.9, 0.9, 0.4, (found[0],))
        decision: Any = "clarify" if found else "reject"
        ranking = tuple((intent, 0.4) for intent in found)
        return Understanding(decision, ranking, 0.9, 0.3, 0.4, tuple(found))


def reading(nlp: Language, message: str, before: Before | None = None) -> Reading:
    texts = Texts.of(nlp(message.lower()), message, before or Before())
    model: Any = Model()
    return read(texts, np.zeros((len(texts.all()), 384), dtype=np.float32), before or Before(), model)


def topics(nlp: Language, message: str, before: Before | None = None) -> Sequence[str]:
    return reading(nlp, message, before).topics


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("does it hurt", ["pain_and_numbing"]),
        ("Does it hurt? And what does it cost?", ["pain_and_numbing", "price"]),
        ("what does it cost and does it hurt", ["price", "pain_and_numbing"]),
        ("does it hurt, does it really hurt", ["pain_and_numbing"]),
        (
            "what does it cost, how is the recovery, does it hurt",
            ["price", "recovery_time", "pain_and_numbing"],
        ),
        ("Hello. My brother has scars. How long is recovery?", ["recovery_time"]),
        ("I have scars.", ["scars"]),
        ("I am pregnant. Is it still possible? What does it cost?", ["pregnancy", "price"]),
        ("I am pregnant. What does it cost?", ["price"]),
        ("scars, pores?", ["scars", "pore_size"]),
        ("The cost, and please also the recovery", ["price", "recovery_time"]),
        ("does it hurt, my scars are old", ["pain_and_numbing"]),
        ("thanks", []),
        ("can I go to the gym", []),
        ("blue elephants", []),
    ],
)
def test_topics_are_found_in_the_order_asked(nlp: Language, message: str, asked: list[str]) -> None:
    assert topics(nlp, message) == asked


def test_what_does_not_sound_like_a_report_is_none(nlp: Language) -> None:
    texts = Texts.of(nlp("walk me through it"), "walk me through it", Before())
    ranking = (("report_reaction", 0.6), ("ask_procedure_steps", 0.4))
    seen = Understanding("answer", ranking, 0.9, 0.9, 0.4, ("report_reaction",))

    class Torn:
        def understand(self, texts: Sequence[str], vectors: Any) -> list[Understanding]:
            return [seen for _ in texts]

    torn: Any = Torn()
    vectors = np.zeros((len(texts.all()), 384), dtype=np.float32)
    assert read(texts, vectors, Before(), torn, reports=False).topics == ["procedure_steps"]
    assert read(texts, vectors, Before(), torn, reports=True).topics == []


@pytest.mark.parametrize(
    ("message", "wishes"),
    [
        ("Does it hurt? And I want to book a visit.", True),
        ("Does it hurt?", False),
        ("I want to book a visit.", False),
    ],
)
def test_wish_to_book_beside_a_question_is_noticed(nlp: Language, message: str, wishes: bool) -> None:
    assert reading(nlp, message).wishes_booking is wishes


def test_several_topics_are_answered_where_the_whole_is_unsure(nlp: Language) -> None:
    understanding = reading(nlp, "Does it hurt? What does it cost?").understanding
    assert (understanding.decision, understanding.candidates) == ("answer", ("ask_pain_and_numbing",))
    assert understanding.ranking[0] == ("ask_pain_and_numbing", 0.9)


SCARS = Before(question="does it help acne scars", topics=["scars"])


@pytest.mark.parametrize(
    "message",
    [
        "why?",
        "how come",
        "tell me more",
        "really?",
        "and after that?",
        "and on sunday?",
        "what about tomorrow evening",
    ],
)
def test_bare_follow_up_is_about_the_same(nlp: Language, message: str) -> None:
    found = reading(nlp, message, SCARS)
    assert (found.topics, found.follows) == (["scars"], True)


@pytest.mark.parametrize("message", ["why?", "how often", "and after that?"])
def test_follow_up_of_nothing_asks_nothing(nlp: Language, message: str) -> None:
    assert topics(nlp, message) == []


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("and open pores?", "pore_size"),
        ("what does it cost", "price"),
        ("I have read a lot about it at home, does it hurt", "pain_and_numbing"),
    ],
)
def test_new_topic_does_not_drag_the_old_one_along(nlp: Language, message: str, asked: str) -> None:
    assert topics(nlp, message, SCARS) == [asked]


def test_how_often_asks_about_what_was_said_before(nlp: Language) -> None:
    assert topics(nlp, "how often?", Before("how should I wash", ["cleansing"])) == ["cleansing"]


@pytest.mark.parametrize(
    "message", ["asdfgh", "France", "blue elephants", "who won the match last night", "and the match?"]
)
def test_what_refers_to_nothing_said_is_no_follow_up(nlp: Language, message: str) -> None:
    assert topics(nlp, message, SCARS) == []


@pytest.mark.parametrize(("message", "follows"), [("are your people qualified?", False), ("is that so?", True)])
def test_question_torn_between_topics_is_asked_back_unless_it_points_back(
    nlp: Language, message: str, follows: bool
) -> None:
    torn = Understanding("clarify", (("ask_price", 0.4), ("ask_devices", 0.4)), 0.9, 0.4, 0.5, ("ask_price",))
    scars = Understanding("answer", (("ask_scars", 0.9),), 0.9, 0.9, 0.5, ("ask_scars",))

    class Torn:
        def understand(self, texts: Sequence[str], vectors: Any) -> list[Understanding]:
            return [torn if text == message else scars for text in texts]

    texts, model = Texts.of(nlp(message), message, SCARS), Torn()
    vectors = np.zeros((len(texts.all()), 384), dtype=np.float32)
    assert read(texts, vectors, SCARS, model).follows is follows  # type: ignore[arg-type]


def test_thanks_are_no_follow_up(nlp: Language) -> None:
    assert topics(nlp, "thanks", SCARS) == []


@pytest.mark.parametrize(
    "message", ["is it safe for me then", "so can they do me or not", "does it suit me, is it ok for me"]
)
def test_whether_one_may_is_answered_by_the_caution_that_is_known(nlp: Language, message: str) -> None:
    before = Before("does it help acne scars", ["scars"], cautions=["pregnancy"])
    assert topics(nlp, message, before) == ["pregnancy"]


@pytest.mark.parametrize("message", ["can i go to the gym after", "can i still swim after", "does it hurt"])
def test_other_question_of_somebody_with_a_caution_is_not_about_it(nlp: Language, message: str) -> None:
    before = Before("how long is recovery", ["recovery_time"], cautions=["pregnancy"])
    assert "pregnancy" not in topics(nlp, message, before)


def test_what_was_said_before_may_be_missing() -> None:
    assert Before.of(None) == Before.of({"question": None, "topics": None}) == Before()
