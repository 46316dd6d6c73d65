"""Whole conversations, as a visitor has them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.visitor import Visitor, outcomes, said, talk

# A whole request for a consultation, where the clinic has told no opening hours.
REQUEST = ("book a consultation", "Example Person", "me@example.com", "acne scars", "any morning", "yes please")
HANDOFF = ("can i talk to a person",)


@pytest.fixture
def visitor(assistant_url: str) -> Visitor:
    return Visitor(assistant_url)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("hw long is recovery??", "recovery_time"),
        ("hi, how lng is recovry", "recovery_time"),
        ("can i do it if im pregnant", "pregnancy"),
        ("whats it good for", "benefits"),
        ("thinking of getting a derma roller off amazon", "at_home_rollers"),
        ("when can i wear makeup", "makeup"),
        ("is it safe for sensitive skin", "sensitive_skin"),
    ],
)
def test_common_question_is_answered(visitor: Visitor, text: str, topic: str) -> None:
    reply = visitor.say(text)
    assert (reply["outcome"], reply["topics"][0]) == ("answered", topic)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("how much does it cost", ["price"]),
        ("do you do botox", ["treatments_offered"]),
        ("asdfgh", []),
        ("can i go swimming after", []),
    ],
)
def test_what_is_not_approved_is_said_plainly(visitor: Visitor, text: str, topics: list[str]) -> None:
    reply = visitor.say(text)
    assert (reply["outcome"], reply["topics"]) == ("unanswered", topics)
    assert "Talk to a person" in [choice["title"] for choice in reply["choices"]]


def test_question_that_could_mean_several_things_is_asked_back(visitor: Visitor) -> None:
    reply = visitor.say("needling pen")
    assert reply["outcome"] == "clarify"
    assert 2 <= len(reply["choices"]) <= 3
    answer = visitor.choose(reply, reply["choices"][0]["title"])
    assert answer["outcome"] == "answered"
    assert len(answer["topics"]) == 1


def test_single_word_is_no_report_of_a_reaction(visitor: Visitor) -> None:
    reply = visitor.say("redness")
    assert (reply["outcome"], reply["topics"]) == ("answered", ["side_effects"])


def test_second_misunderstanding_in_a_row_offers_a_person(visitor: Visitor) -> None:
    replies = talk(visitor, "asdfgh", "qwertyuiop zxcv")
    assert "Shall I fetch a person" in said(replies)
    assert outcomes(talk(visitor, "yes please")) == ["handoff"]


def test_urgent_signs_stop_everything(visitor: Visitor) -> None:
    reply = visitor.say("my face is swollen and i cant breathe properly")
    assert (reply["outcome"], reply["topics"], reply["choices"]) == ("urgent", [], [])
    assert "emergency" in reply["text"]


def test_concerning_signs_go_to_a_person(visitor: Visitor) -> None:
    replies = talk(visitor, "i had it done 3 days ago and there is yellow pus coming out")
    assert set(outcomes(replies)) == {"handoff"}
    assert "contact the clinic today" in replies[0]["text"]
    assert "will contact you at me@example.com" in said(talk(visitor, "Example Person me@example.com"))


def test_concerning_signs_in_a_booking_turn_it_into_a_handoff(visitor: Visitor) -> None:
    replies = talk(
        visitor, "book a consultation", "Example Person", "theres yellow pus coming out since my session"
    )
    assert "contact the clinic today" in replies[0]["text"]
    assert "passed this to the clinic's staff" in said(talk(visitor, "me@example.com"))


def test_complaint_goes_to_a_person(visitor: Visitor) -> None:
    assert set(outcomes(talk(visitor, "i want to complain about my last visit"))) == {"handoff"}
    assert "will contact you at me@example.com" in said(talk(visitor, "Example Person me@example.com"))


@pytest.mark.parametrize("text", ["im pregnant, how long is recovery", "how long is recovery, im pregnant"])
def test_pregnancy_mentioned_in_passing_adds_its_caution(visitor: Visitor, text: str) -> None:
    reply = visitor.say(text)
    assert reply["topics"] == ["recovery_time", "pregnancy"]
    assert "Pregnant women might not be good candidates" in reply["text"]


def test_caution_goes_with_a_question_that_has_no_answer(visitor: Visitor) -> None:
    reply = visitor.say("im pregnant, can i go swimming")
    assert reply["text"].startswith("Pregnant women might not be good candidates")
    assert "pregnancy" in reply["topics"]


def test_consultation_is_requested(visitor: Visitor) -> None:
    assert "name" in said(talk(visitor, "book me in please"))
    assert "reach you" in said(talk(visitor, "Example O'Person"))
    assert "talk about" in said(talk(visitor, "+44 20 7946 0000"))
    assert "days and times" in said(talk(visitor, "acne scars"))
    summary = said(talk(visitor, "weekday evenings"))
    for detail in ("Example O'Person", "+442079460000", "acne scars", "weekday evenings"):
        assert detail in summary
    assert "can't find" in said(talk(visitor, "check my booking"))
    done = talk(visitor, "yes please")
    assert outcomes(done) == ["booking"]
    assert "Example O'Person" in said(done)
    assert "with the clinic" in said(talk(visitor, "check my booking"))


def test_question_during_booking_is_answered_and_the_step_resumes(visitor: Visitor) -> None:
    replies = talk(visitor, "book a consultation", "does it hurt")
    assert replies[0]["topics"] == ["pain_and_numbing"]
    assert "name" in replies[-1]["text"]
    assert "reach you" in said(talk(visitor, "Example Person"))


@pytest.mark.parametrize("step", [(), ("Example Person",)])
@pytest.mark.parametrize("form", ["book a consultation", "can i talk to a person"])
def test_urgent_signs_end_a_form_at_every_step(visitor: Visitor, form: str, step: tuple[str, ...]) -> None:
    replies = talk(visitor, form, *step, "actually my lips are swelling and i cant breathe")
    assert outcomes(replies) == ["urgent"]
    assert outcomes(talk(visitor, "thanks")) == ["smalltalk"]


@pytest.mark.parametrize("form", ["book a consultation", "can i talk to a person"])
def test_crisis_words_are_never_taken_for_a_name(visitor: Visitor, form: str) -> None:
    replies = talk(visitor, form, "im so depressed about my skin i dont want to live")
    assert outcomes(replies) == ["urgent"]


EVERY_INTENT = (
    "hello", "bye", "thanks", "yes", "no", "what can you do", "are you a robot", "book a consultation",
    "i want a different time for my appointment", "cancel my appointment", "when is my appointment",
    "can i talk to a person", "i want to complain about my last visit", "my face is swollen", "delete my data",
    "unsubscribe", "what is the capital of france", "how much does it cost", "can i go swimming after", "needles",
)  # fmt: skip


@pytest.mark.parametrize(
    "beginning",
    [*(REQUEST[:n] for n in range(1, 6)), HANDOFF, (*HANDOFF, "Example Person")],
    ids=["name", "contact", "concern", "time", "summary", "person-name", "person-contact"],
)
@pytest.mark.parametrize("text", EVERY_INTENT)
def test_nothing_said_in_a_form_is_a_dead_end(visitor: Visitor, beginning: tuple[str, ...], text: str) -> None:
    replies = talk(visitor, *beginning, text)
    assert 1 <= len(replies) <= 2
    assert "went wrong" not in said(replies)
    assert outcomes(talk(visitor, "my lips are swelling and i cant breathe")) == ["urgent"]


def test_button_for_the_form_one_is_in_asks_on(visitor: Visitor) -> None:
    talk(visitor, "book a consultation")
    reply = talk(visitor, "hello")[0]
    choice = next(choice for choice in reply["choices"] if choice["title"] == "Book a consultation")
    answer = visitor.post({"id": str(uuid4()), "choice": choice["id"]})
    assert [reply["outcome"] for reply in answer.json()["replies"]] == ["booking", "booking"]


def test_question_with_a_date_in_a_form_is_a_question(visitor: Visitor) -> None:
    replies = talk(visitor, "book a consultation", "how long is recovery if i come 12-11-2024")
    assert replies[0]["topics"] == ["recovery_time"]


def test_caution_said_to_a_form_goes_with_the_booking(visitor: Visitor) -> None:
    done = talk(visitor, *REQUEST[:2], "me@example.com i am pregnant", *REQUEST[3:])
    assert done[-1]["topics"] == ["pregnancy"]
    assert "Pregnant women might not be good candidates" in said(done)


def test_name_and_number_in_one_message_are_both_taken(visitor: Visitor) -> None:
    done = talk(visitor, "book a consultation", "Example Person 07911 123456", "scars", "mornings")
    assert "Example Person" in said(done)
    assert "07911123456" in said(done)


def test_wrong_number_is_corrected(visitor: Visitor) -> None:
    talk(visitor, *REQUEST[:2], "+44 20 7946 0000", "+44 7700 900123", *REQUEST[3:])
    assert "+447700900123" in said(talk(visitor, "when is my appointment"))


def test_cancelled_details_are_asked_again(visitor: Visitor) -> None:
    talk(visitor, *REQUEST, "cancel my appointment")
    assert "your name" in said(talk(visitor, "book a consultation"))


def test_offer_ends_with_a_no(visitor: Visitor) -> None:
    assert outcomes(talk(visitor, "can i go swimming after", "no thanks", "yes")) == ["smalltalk"]


def test_courtesy_ends_a_row_of_misunderstandings(visitor: Visitor) -> None:
    assert "Shall I fetch a person" not in said(talk(visitor, "asdfgh", "hello", "qwertyuiop zxcv"))


def test_number_after_an_urgent_reply_is_kept(visitor: Visitor) -> None:
    replies = talk(visitor, "my lips are swelling and i cant breathe", "+44 7700 900123")
    assert outcomes(replies) == ["handoff"]
    assert "+447700900123" in said(replies)


@pytest.mark.parametrize("text", ["eczema", "rosacea", "psoriasis"])
def test_condition_alone_claims_nothing_about_it(visitor: Visitor, text: str) -> None:
    assert talk(visitor, text)[0]["topics"] == ["medical_conditions"]


@pytest.mark.parametrize("nonsense", ["12", "not telling you", "me@", "1111111111"])
def test_contact_that_cannot_be_used_is_asked_again(visitor: Visitor, nonsense: str) -> None:
    replies = talk(visitor, "book a consultation", "Example Person", nonsense)
    assert "complete phone number or e-mail address" in said(replies)
    assert outcomes(talk(visitor, "me@example.com")) == ["booking"]


def test_never_mind_leaves_the_form(visitor: Visitor) -> None:
    replies = talk(visitor, "book a consultation", "never mind")
    assert "Nothing was sent" in said(replies)
    assert "can't find" in said(talk(visitor, "check my booking"))


def test_person_is_asked_for(visitor: Visitor) -> None:
    replies = talk(visitor, "can i talk to a person", "Example Person", "me@example.com")
    assert outcomes(replies) == ["handoff"]
    assert "me@example.com" in said(replies)


def test_request_is_cancelled(visitor: Visitor) -> None:
    talk(visitor, *REQUEST)
    assert "is cancelled" in said(talk(visitor, "please cancel my appointment"))


@pytest.mark.parametrize("text", ["hello", "thank you so much", "are you a robot", "bye"])
def test_courtesies_are_returned(visitor: Visitor, text: str) -> None:
    assert outcomes(talk(visitor, text)) == ["smalltalk"]
