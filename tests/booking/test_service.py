"""Requests for a consultation."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.booking.models import Booking
from bot.booking.service import cancel_requests, open_request, request_booking
from bot.database import Database

CONVERSATION = "c" * 32


def book(database: Database, inbound_id: str = "m1", name: str = "Example O'Person") -> None:
    with database.transaction() as session:
        request_booking(
            session,
            CONVERSATION,
            inbound_id,
            name=name,
            phone="+442079460000",
            email=None,
            cautions=["pregnancy"],
        )


def test_request_keeps_what_was_said(database: Database) -> None:
    book(database)
    with database.reading() as session:
        request = open_request(session, CONVERSATION)
        assert request is not None
        assert (request.name, request.phone, request.cautions, request.status) == (
            "Example O'Person",
            "+442079460000",
            ["pregnancy"],
            "requested",
        )


def test_repeated_turn_makes_one_request(database: Database) -> None:
    book(database)
    book(database)
    with database.reading() as session:
        assert session.execute(select(func.count(Booking.id))).scalar_one() == 1


def test_second_request_renews_the_open_one(database: Database) -> None:
    book(database, "m1", "Example Person")
    book(database, "m2", "Example O'Person")
    with database.reading() as session:
        assert session.execute(select(Booking.name)).scalars().all() == ["Example O'Person"]


def test_repeated_turn_after_a_cancellation_opens_nothing(database: Database) -> None:
    book(database, "m1")
    with database.transaction() as session:
        cancel_requests(session, CONVERSATION, "m9")
    book(database, "m1")
    with database.reading() as session:
        assert open_request(session, CONVERSATION) is None


def test_request_after_a_cancelled_one_is_new(database: Database) -> None:
    book(database, "m1")
    with database.transaction() as session:
        cancel_requests(session, CONVERSATION, "m9")
    book(database, "m2")
    with database.reading() as session:
        assert session.execute(select(func.count(Booking.id))).scalar_one() == 2


def test_cancelled_request_is_no_longer_open(database: Database) -> None:
    book(database)
    with database.transaction() as session:
        assert cancel_requests(session, CONVERSATION, "m9") == 1
    with database.transaction() as session:
        assert open_request(session, CONVERSATION) is None
        assert cancel_requests(session, CONVERSATION, "m10") == 0


def test_request_of_another_conversation_is_not_found(database: Database) -> None:
    book(database)
    with database.reading() as session:
        assert open_request(session, "d" * 32) is None


def test_repeated_turn_cancels_what_it_has_cancelled_before(database: Database) -> None:
    with database.transaction() as session:
        request_booking(session, CONVERSATION, "m1", name="Example", phone="+442079460000", email=None)
        assert cancel_requests(session, CONVERSATION, "m2") == 1
    with database.transaction() as session:
        assert cancel_requests(session, CONVERSATION, "m2") == 1
