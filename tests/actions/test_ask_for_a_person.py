"""A wish for a person is before staff at once, by what the visitor wrote last; when a person comes is said by opening hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from ruamel.yaml import YAML
from sqlalchemy import select

from actions import base
from actions.ask_handoff_details import ActionAskHandoffContact, ActionAskHandoffName
from actions.leave_form import ActionLeaveForm
from actions.note_complaint import ActionNoteComplaint
from actions.opening import by_opening_hours
from actions.respond_to_reaction import ActionRespondToReaction
from actions.submit_handoff import ActionSubmitHandoff
from bot.conversations.models import Handoff
from bot.database import Database
from bot.settings import PROJECT_DIR
from tests.support.action_server import forget
from tests.support.conversations import received, started

MONDAY_NIGHT = datetime(2026, 1, 5, 22, 0, tzinfo=timezone.utc)
MONDAY_NOON = datetime(2026, 1, 5, 12, 0, tzinfo=timezone.utc)
COLLECTED = {"name": "Example Person", "contact": "me@example.com", "email": "me@example.com"}
EVERY_DAY = "\n".join(
    f'{day} = ["00:00-23:59"]'
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
)


@pytest.fixture
def action_server(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The action server of the shipped clinic, which has told no hours."""
    monkeypatch.setenv("DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    forget()
    yield
    base.database().close()
    forget()


def hours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spans: str) -> None:
    """Let the clinic have these hours."""
    head, _, rest = (PROJECT_DIR / "clinic.toml").read_text(encoding="utf-8").partition("[opening_hours]")
    changed = f"{head}[opening_hours]\n{spans}\n{rest[rest.index('[urgent_care]') :]}"
    (tmp_path / "clinic.toml").write_text(changed, encoding="utf-8")
    monkeypatch.setenv("CLINIC_FILE", str(tmp_path / "clinic.toml"))
    base.clinic.cache_clear()


def tracker(database: Database, *texts: str, id: str = "", loop: str = "", **slots: Any) -> Tracker:
    """A visitor who has written these texts; the last one is to be answered."""
    id = id or started(database)
    for number, text in enumerate(texts):
        received(database, id, f"m{number}", text=text)
    message = {"text": texts[-1], "message_id": f"m{len(texts) - 1}", "intent": {"name": "any"}}
    return Tracker(id, slots, message, [], False, None, {"name": loop} if loop else {}, "action_listen")


def handoffs(database: Database) -> list[Handoff]:
    with database.reading() as session:
        return list(session.execute(select(Handoff).order_by(Handoff.id)).scalars())


def remembered(say: base.Say) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in say.events if event["event"] == "slot"}


@pytest.mark.parametrize("action", [ActionAskHandoffName(), ActionAskHandoffContact()])
def test_wish_for_a_person_is_stored_with_the_first_question(
    action_server: None, database: Database, action: Any
) -> None:
    said = action.decide(tracker(database, "how much is it", "can i talk to a person"))
    (handoff,) = handoffs(database)
    assert (handoff.reason, handoff.status) == ("asked", "waiting")
    assert handoff.summary == "how much is it / can i talk to a person"
    assert said.response == action.name().replace("action_", "utter_")
    assert remembered(said) == {"handoff": "m1"}


def test_person_accepted_after_two_misunderstandings_is_put_before_staff(
    action_server: None, database: Database
) -> None:
    ActionAskHandoffName().decide(tracker(database, "asdf", "qwer", "yes please", misunderstandings=2))
    (handoff,) = handoffs(database)
    assert (handoff.reason, handoff.summary) == ("misunderstood", "asdf / qwer / yes please")


def test_what_the_form_collects_is_filled_in_there(action_server: None, database: Database) -> None:
    first = tracker(database, "a person please")
    said = ActionAskHandoffName().decide(first)
    again = tracker(database, "a person please", "Example Person", id=first.sender_id, **remembered(said))
    assert ActionAskHandoffContact().decide(again).response == "utter_ask_handoff_form_contact"
    last = tracker(
        database,
        "a person please",
        "Example Person",
        "me@example.com",
        id=first.sender_id,
        **remembered(said),
        **COLLECTED,
    )
    done = ActionSubmitHandoff().decide(last)
    (handoff,) = handoffs(database)
    assert (handoff.name, handoff.email, handoff.summary) == (
        "Example Person",
        "me@example.com",
        "a person please",
    )
    assert remembered(done) == {"handoff": None}


def test_wish_after_one_that_is_done_with_is_a_new_one(action_server: None, database: Database) -> None:
    first = tracker(database, "a person please")
    ActionAskHandoffName().decide(first)
    with database.transaction() as session:
        session.execute(select(Handoff)).scalar_one().status = "closed"
    ActionAskHandoffName().decide(
        tracker(database, "a person please", "a person please", id=first.sender_id, handoff="m0")
    )
    assert [row.status for row in handoffs(database)] == ["closed", "waiting"]


def test_repeated_turn_makes_one_handoff(action_server: None, database: Database) -> None:
    asked = tracker(database, "a person please")
    ActionAskHandoffName().decide(asked)
    ActionAskHandoffName().decide(asked)
    assert len(handoffs(database)) == 1


def test_question_is_asked_where_the_wish_cannot_be_stored() -> None:
    said = ActionAskHandoffName().apologise(Tracker("c1", {}, {}, [], False, None, {}, "action_listen"))
    assert (said.response, said.outcome) == ("utter_ask_handoff_form_name", "handoff")


@pytest.mark.parametrize(
    ("act", "reason", "found"),
    [
        (ActionNoteComplaint(), "complaint", {}),
        (ActionRespondToReaction(), "concerning", {"safety": {"level": "concerning", "signs": []}}),
    ],
    ids=["complaint", "concerning"],
)
def test_contact_goes_with_what_made_the_form_begin(
    action_server: None, database: Database, act: Any, reason: str, found: dict[str, Any]
) -> None:
    report = tracker(database, "it hurt and nobody cared")
    report.latest_message.update(found)
    said = act.decide(report)
    last = tracker(
        database,
        "it hurt and nobody cared",
        "me@example.com",
        id=report.sender_id,
        **remembered(said),
        **COLLECTED,
    )
    ActionSubmitHandoff().decide(last)
    (handoff,) = handoffs(database)
    assert (handoff.reason, handoff.summary) == (reason, "it hurt and nobody cared")
    assert (handoff.status, handoff.email) == ("waiting", "me@example.com")


@pytest.mark.parametrize("level", ["urgent", "crisis"])
def test_emergency_is_put_before_staff_in_the_visitors_words(
    action_server: None, database: Database, level: str
) -> None:
    report = tracker(database, "hello", "words of an emergency")
    report.latest_message["safety"] = {"level": level, "signs": []}
    ActionRespondToReaction().decide(report)
    (handoff,) = handoffs(database)
    assert (handoff.reason, handoff.summary) == (level, "words of an emergency")


def test_wish_that_is_left_is_withdrawn(action_server: None, database: Database) -> None:
    asked = tracker(database, "a person please")
    slots = remembered(ActionAskHandoffName().decide(asked))
    left = tracker(database, "a person please", "never mind", id=asked.sender_id, loop="handoff_form", **slots)
    said = ActionLeaveForm().decide(left)
    assert (said.response, remembered(said)["handoff"]) == ("utter_handoff_withdrawn", None)
    (handoff,) = handoffs(database)
    assert (handoff.status, handoff.closed_at is None) == ("closed", False)


def test_complaint_stays_with_staff_when_its_form_is_left(action_server: None, database: Database) -> None:
    complaint = tracker(database, "it hurt")
    slots = remembered(ActionNoteComplaint().decide(complaint))
    left = tracker(database, "it hurt", "never mind", id=complaint.sender_id, loop="handoff_form", **slots)
    assert ActionLeaveForm().decide(left).response == "utter_handoff_stays"
    assert [row.status for row in handoffs(database)] == ["waiting"]


def test_other_form_that_is_left_withdraws_nothing(action_server: None, database: Database) -> None:
    complaint = tracker(database, "a person please")
    slots = remembered(ActionAskHandoffName().decide(complaint))
    left = tracker(
        database, "a person please", "never mind", id=complaint.sender_id, loop="booking_form", **slots
    )
    assert ActionLeaveForm().decide(left).response == "utter_form_left"
    assert [row.status for row in handoffs(database)] == ["waiting"]


def test_wording_follows_the_hours(
    action_server: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert by_opening_hours("utter_handoff_requested", MONDAY_NOON) == ("utter_handoff_requested", {})
    hours(monkeypatch, tmp_path, 'monday = ["09:00-17:00"]\nwednesday = ["10:30-17:00"]')
    assert by_opening_hours("utter_handoff_requested", MONDAY_NOON) == ("utter_handoff_requested_open", {})
    assert by_opening_hours("utter_handoff_requested", MONDAY_NIGHT) == (
        "utter_handoff_requested_closed",
        {"day": "Wednesday 7 January", "time": "10:30"},
    )


def test_visitor_is_told_that_a_person_joins_while_the_clinic_is_open(
    action_server: None, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hours(monkeypatch, tmp_path, EVERY_DAY)
    asked = tracker(database, "a person please")
    first = ActionAskHandoffName().decide(asked)
    assert first.response == "utter_ask_handoff_form_name_open"
    again = tracker(database, "a person please", "hm", id=asked.sender_id, **remembered(first))
    assert ActionAskHandoffName().decide(again).response == "utter_ask_handoff_form_name"
    done = tracker(database, "a person please", "hm", "x", id=asked.sender_id, **remembered(first), **COLLECTED)
    assert ActionSubmitHandoff().decide(done).response == "utter_handoff_requested_open"


BY_HOURS = ("utter_ask_handoff_form_name", "utter_ask_handoff_form_contact", "utter_handoff_requested")


@pytest.mark.parametrize("response", BY_HOURS)
def test_every_wording_is_in_the_domain_with_its_placeholders(response: str) -> None:
    said = YAML(typ="safe").load(PROJECT_DIR / "domain.yml")["responses"]
    assert {response, f"{response}_open", f"{response}_closed"} <= set(said)
    closed = said[f"{response}_closed"][0]["text"]
    assert "{day}" in closed
    assert "{time}" in closed
    assert "{" not in said[f"{response}_open"][0]["text"].replace("{name}", "").replace("{contact}", "")
