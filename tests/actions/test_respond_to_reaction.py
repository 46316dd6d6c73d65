"""A classifier's score alone never decides how serious a message is."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.respond_to_reaction import ActionRespondToReaction, reaction_level


def tracker(text: str, **found: Any) -> Tracker:
    message = {"text": text, "message_id": "m1", "intent": {"name": "report_reaction"}, **found}
    return Tracker("c1", {}, message, [], False, None, {}, "action_listen")


def level(text: str, **found: Any) -> str:
    return reaction_level(tracker(text, **found))


@pytest.mark.parametrize("grade", ["urgent", "concerning", "expected", "crisis"])
def test_rules_decide_where_they_found_something(grade: str) -> None:
    assert level("is my face ok?", safety={"level": grade, "signs": []}) == grade


@pytest.mark.parametrize(
    "text", ["it's getting worse", "i vomited after", "my flatmate went pale when he saw me"]
)
def test_statement_that_the_rules_do_not_know_is_concerning(text: str) -> None:
    assert level(text) == "concerning"


@pytest.mark.parametrize(
    "text",
    [
        "hw lng til my face looks nrml agian",
        "hi, is this ok",
        "my skin feels odd, normal?",
        "redness",
        "wen will it go",
    ],
)
def test_question_or_single_word_that_the_rules_do_not_know_is_no_alarm(text: str) -> None:
    assert level(text) == "expected"


@pytest.mark.parametrize(
    ("grade", "response"),
    [
        ("urgent", ""),
        ("crisis", ""),
        ("concerning", ""),
        ("expected", "utter_safe_reply"),
        (None, "utter_safe_reply"),
    ],
)
def test_report_that_could_not_be_stored_is_left_to_the_channel(grade: str | None, response: str) -> None:
    report = tracker("my face is swollen", safety={"level": grade, "signs": []})
    said = ActionRespondToReaction().apologise(report)
    assert (said.text, said.response) == ("", response)
    goes_on = [event for event in said.events if event["event"] == "followup"]
    assert goes_on == []  # a form that asked for a name would end the silence
