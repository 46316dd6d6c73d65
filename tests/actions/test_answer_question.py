"""What is answered, what is kept for staff, and what is remembered for the next message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rasa_sdk import Tracker
from sqlalchemy import select

from actions import base
from actions.answer_question import ActionAnswerQuestion
from actions.answering import without_repetition
from actions.base import Say
from actions.clarify_question import ActionClarifyQuestion
from bot.conversations.conversation import start_conversation
from bot.conversations.models import KnowledgeGap
from bot.database import Database
from bot.settings import load_clinic, load_settings
from bot.setup import load_knowledge


@pytest.fixture(autouse=True)
def answers(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The action server's database, with the clinic's answers."""
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    base.database.cache_clear()
    load_knowledge(load_settings(), load_clinic(load_settings().clinic_file))
    yield
    base.database().close()
    base.database.cache_clear()


def tracker(
    database: Database, text: str, *topics: str, slots: dict[str, Any] | None = None, **found: Any
) -> Tracker:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
    understanding = {
        "decision": "answer" if topics else "reject",
        "candidates": [],
        "topics": list(topics),
        **found,
    }
    intent = f"ask_{topics[0]}" if topics else "nlu_fallback"
    message = {"text": text, "message_id": "m1", "intent": {"name": intent}, "understanding": understanding}
    return Tracker(conversation_id, slots or {}, message, [], False, None, {}, "action_listen")


def gaps(database: Database) -> list[tuple[str, str | None]]:
    with database.reading() as session:
        return [(gap.question, gap.topic) for gap in session.execute(select(KnowledgeGap)).scalars()]


def slot(say: Say, name: str) -> Any:
    return next(event["value"] for event in say.events if event.get("name") == name)


def test_question_that_was_not_understood_is_kept_for_staff(database: Database) -> None:
    say = ActionClarifyQuestion().decide(tracker(database, "does it suit penguins"))
    assert say.outcome == "unanswered"
    assert gaps(database) == [("does it suit penguins", None)]


def test_part_without_an_answer_is_kept_for_staff(database: Database) -> None:
    say = ActionAnswerQuestion().decide(tracker(database, "ouch? how much?", "pain_and_numbing", "price"))
    assert say.outcome == "answered"
    assert gaps(database) == [("ouch? how much?", "price")]


def test_what_is_answered_leaves_nothing_for_staff(database: Database) -> None:
    ActionAnswerQuestion().decide(tracker(database, "ouch?", "pain_and_numbing"))
    assert gaps(database) == []


def test_question_is_remembered_with_those_it_followed(database: Database) -> None:
    before = {"question": "does it hurt", "topics": ["pain_and_numbing"]}
    action = ActionAnswerQuestion()
    follows = action.decide(tracker(database, "always?", "pain_and_numbing", slots=before, follows=True))
    fresh = action.decide(
        tracker(database, "and when can i work", "recovery_time", slots=before, follows=False)
    )
    assert slot(follows, "question") == "does it hurt always?"
    assert (slot(fresh, "question"), slot(fresh, "topics")) == ("and when can i work", ["recovery_time"])


def test_sentence_is_said_once() -> None:
    assert without_repetition(["One. Two.", "Two. Three.", "One. Two."]) == ["One. Two.", "Three."]


def test_wish_to_book_beside_a_question_is_led_on(database: Database) -> None:
    asked = tracker(database, "ouch? can i book", "pain_and_numbing", wishes_booking=True)
    say = ActionAnswerQuestion().decide(asked)
    assert (say.outcome, say.offer, say.response) == ("answered", "consultation", "utter_answer_and_booking")
    assert [button["payload"] for button in say.buttons] == ["/book_consultation"]
    assert "anaesthetic" in say.values["answers"]


def test_wish_to_book_is_offered_once_beside_what_has_no_answer(database: Database) -> None:
    say = ActionAnswerQuestion().decide(tracker(database, "how much? book me", "price", wishes_booking=True))
    assert [button["payload"] for button in say.buttons] == ["/book_consultation", "/talk_to_human"]


def test_moment_of_a_follow_up_counts_with_what_was_asked_before(database: Database) -> None:
    before = {"question": "I had it done today, can I wear makeup?", "topics": ["makeup"]}
    action = ActionAnswerQuestion()
    alone = action.decide(tracker(database, "and in a week?", "makeup", slots=before, follows=False))
    follows = action.decide(tracker(database, "and in a week?", "makeup", slots=before, follows=True))
    assert not alone.response.startswith("utter_timing_yes")
    assert follows.response.startswith("utter_timing_yes")
    sooner = {**before, "question": "I had it done today, can I wear makeup tonight?"}
    later = action.decide(tracker(database, "and in a week?", "makeup", slots=sooner, follows=True))
    assert later.response.startswith("utter_timing_yes")
