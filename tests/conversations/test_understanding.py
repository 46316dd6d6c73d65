"""Several questions, follow-ups, cautions and the rules of time, as a visitor meets them in the running assistant."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.visitor import Visitor


@pytest.fixture
def visitor(assistant_url: str) -> Visitor:
    return Visitor(assistant_url)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Does it hurt? How long is the recovery?", ["pain_and_numbing", "recovery_time"]),
        ("how many sessions do i need and what does it cost", ["number_of_sessions", "price"]),
        (
            "What is it, does it hurt and is it safe for dark skin?",
            ["what_is_microneedling", "pain_and_numbing", "skin_types"],
        ),
    ],
)
def test_each_question_gets_its_answer_in_the_order_asked(
    visitor: Visitor, text: str, topics: list[str]
) -> None:
    reply = visitor.say(text)
    assert (reply["outcome"], reply["topics"]) == ("answered", topics)


def test_of_more_than_three_questions_the_others_are_offered(visitor: Visitor) -> None:
    reply = visitor.say("Does it hurt? How long is recovery? When can I wear makeup? Can I go in the sun?")
    assert reply["topics"] == ["pain_and_numbing", "recovery_time", "makeup"]
    answer = visitor.choose(reply, reply["choices"][0]["title"])
    assert answer["topics"] == ["sun_protection"]


def test_no_sentence_is_said_twice_in_one_reply(visitor: Visitor) -> None:
    text = visitor.say("what are the benefits? does it help acne scars? does it help wrinkles?")["text"]
    sentences = [sentence for sentence in text.replace("\n", " ").split(". ") if sentence]
    assert len(sentences) == len(set(sentences))


def test_question_at_the_end_of_a_story_is_found(visitor: Visitor) -> None:
    story = (
        "Good evening. My daughter is getting married in the spring and the whole house is upside down. I have not had"
        " a minute to myself since Christmas. Anyway, what I wanted to know is how many sessions I would need?"
    )
    assert visitor.say(story)["topics"] == ["number_of_sessions"]


@pytest.mark.parametrize(
    ("first", "then", "topic"),
    [
        ("does it help acne scars", "why?", "scars"),
        ("does it help acne scars", "and stretch marks?", "stretch_marks"),
        ("how often should i wash my face after it", "how often", "cleansing"),
        ("how deep do the needles go", "what does it cost", "price"),
    ],
)
def test_follow_up_is_understood_from_what_was_said(
    visitor: Visitor, first: str, then: str, topic: str
) -> None:
    visitor.say(first)
    assert visitor.say(then)["topics"][0] == topic


def test_caution_travels_once_and_is_known_afterwards(visitor: Visitor) -> None:
    assert visitor.say("I'm pregnant, how long is the recovery?")["topics"] == ["recovery_time", "pregnancy"]
    assert visitor.say("I'm pregnant, does it hurt?")["topics"] == ["pain_and_numbing"]
    assert visitor.say("is it safe for me then")["topics"] == ["pregnancy"]


def test_caution_can_be_taken_back(visitor: Visitor) -> None:
    visitor.say("I'm pregnant, how long is the recovery?")
    reply = visitor.say("I'm not pregnant anymore")
    assert (reply["outcome"], reply["topics"]) == ("smalltalk", [])
    assert visitor.say("I'm pregnant, does it hurt?")["topics"] == ["pain_and_numbing", "pregnancy"]


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("I had it done an hour ago, can I wear makeup now?", "Not yet"),
        ("I had it done two days ago, can I wear makeup now?", "Yes"),
        ("I had it 3 days ago, can I use a scrub?", "Not yet"),
        ("It's been 10 days since my treatment, can I exfoliate?", "Yes"),
    ],
)
def test_rule_of_time_is_reckoned_before_the_answer(visitor: Visitor, text: str, begins: str) -> None:
    reply = visitor.say(text)
    lead, answer = reply["text"].split("\n\n", 1)
    assert lead.startswith(begins)
    assert reply["outcome"] == "answered" and "at least" in answer


@pytest.mark.parametrize("text", ["hola, cuánto cuesta el tratamiento", "Czy to boli?", "Сколько это стоит?"])
def test_another_language_is_told_kindly(visitor: Visitor, text: str) -> None:
    reply = visitor.say(text)
    assert (reply["outcome"], reply["topics"]) == ("unanswered", [])
    assert "English" in reply["text"] and reply["choices"]


def test_two_messages_that_are_urgent_only_together(visitor: Visitor) -> None:
    first, second = (
        visitor.post({"id": str(uuid4()), "text": text}).json()["replies"]
        for text in (
            "I had my treatment yesterday and I have a fever now",
            "and the redness is spreading down my neck",
        )
    )
    assert first[0]["outcome"] == "handoff"
    assert second[0]["outcome"] == "urgent"
