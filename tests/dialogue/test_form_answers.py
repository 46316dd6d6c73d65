"""What answers the booking form, whatever it sounds like by itself."""

from __future__ import annotations

from typing import Any

import pytest

from bot.dialogue.form_answers import answers_step


def parsed(text: str, intent: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "intent": {"name": intent}, **more}


@pytest.mark.parametrize(
    ("step", "text", "intent"),
    [
        ("concern", "acne scars", "ask_scars"),
        ("concern", "no", "deny"),
        ("concern", "the lines around my eyes", "ask_texture_and_wrinkles"),
        ("time", "tuesday morning", "ask_opening_hours"),
        ("time", "any morning", "greet"),
        ("time", "can I come on thursday at 3", "book_consultation"),
        ("time", "are you free on friday?", "ask_opening_hours"),
        ("confirmed", "no", "deny"),
        ("confirmed", "make it thursday instead", "reschedule_booking"),
    ],
)
def test_answer_is_the_forms(step: str, text: str, intent: str) -> None:
    assert answers_step(parsed(text, intent), step=step)


@pytest.mark.parametrize(
    ("step", "text", "intent"),
    [
        ("concern", "does it hurt?", "ask_pain_and_numbing"),
        ("concern", "never mind", "deny"),
        ("confirmed", "no thanks, forget it", "deny"),
        ("time", "can I wear makeup tomorrow?", "ask_makeup"),
        ("time", "how much is it", "ask_price"),
        ("time", "can I talk to a person on monday", "talk_to_human"),
        ("confirmed", "yes", "affirm"),
        ("confirmed", "is it sore the day after?", "ask_side_effects"),
        ("time", "good morning", "greet"),
        ("name", "tuesday morning", "ask_opening_hours"),
    ],
)
def test_what_is_wanted_instead_is_not(step: str, text: str, intent: str) -> None:
    assert not answers_step(parsed(text, intent), step=step)


@pytest.mark.parametrize("step", ["concern", "time", "confirmed"])
def test_report_is_never_an_answer(step: str) -> None:
    report = parsed("tomorrow, but my lips swell", "ask_side_effects", safety={"level": "urgent"})
    assert not answers_step(report, step=step)
