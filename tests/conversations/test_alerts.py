"""Staff are told on the ways that the clinic has set up."""

from __future__ import annotations

import json

from bot.conversations.alerts import NOBODY, AlertRoutes, alert_routes
from bot.conversations.handoff import request_handoff
from bot.conversations.models import Outgoing
from bot.conversations.outbox import list_waiting
from bot.database import Database
from bot.settings import PROJECT_DIR, Alerts, load_clinic, load_settings
from tests.support.conversations import started

SENDER = "assistant@clinic.example"


def test_mail_needs_an_address_and_a_mail_server() -> None:
    clinic = load_clinic(PROJECT_DIR / "clinic.toml")
    named = clinic.copy(update={"alerts": Alerts(email="staff@clinic.example")})
    silent, sending = load_settings(smtp_url=""), load_settings(smtp_url="smtp://127.0.0.1", mail_from=SENDER)
    assert alert_routes(sending, named) == AlertRoutes(email="staff@clinic.example")
    assert [alert_routes(silent, named), alert_routes(sending, clinic)] == [NOBODY, NOBODY]


def test_web_address_is_told_where_there_is_one() -> None:
    settings = load_settings(smtp_url="", alert_webhook_url="https://alerts.clinic.example/in")
    assert alert_routes(settings, load_clinic(PROJECT_DIR / "clinic.toml")) == AlertRoutes(webhook=True)


def alerts(database: Database, routes: AlertRoutes) -> list[Outgoing]:
    conversation_id = started(database)
    for _ in range(2):
        with database.transaction() as session:
            request_handoff(
                session,
                conversation_id,
                "m1",
                reason="complaint",
                summary="it hurt",
                name="Example Person",
                phone="+442079460000",
                alert_to=routes,
            )
    with database.reading() as session:
        return list_waiting(session)


def test_both_ways_are_used_once_each_in_lanes_of_their_own(database: Database) -> None:
    told = alerts(database, AlertRoutes(email="staff@clinic.example", webhook=True))
    assert [row.kind for row in told] == ["email", "webhook"]
    assert len({row.lane for row in told}) == 2


def test_web_address_is_told_why_when_and_where_and_nothing_of_the_visitor(database: Database) -> None:
    (told,) = alerts(database, AlertRoutes(webhook=True))
    assert set(told.payload) == {"reason", "conversation_id", "at"}
    assert told.payload["reason"] == "complaint"
    assert not any(word in json.dumps(told.payload) for word in ("hurt", "Example", "4420"))
