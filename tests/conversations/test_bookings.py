"""Booking, moving and cancelling a consultation, as a visitor of a clinic with opening hours does."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import httpx
import pytest
import vobject
from sqlalchemy import create_engine, text

from tests.support.assistant import running
from tests.support.clinics import clinic_with_hours
from tests.support.mail import Postbox, mail_server
from tests.support.visitor import Visitor, outcomes, said, talk

DETAILS = ("book a consultation", "Example Person", "me@example.com", "acne scars")


@pytest.fixture(scope="module")
def postbox() -> Iterator[tuple[Postbox, str]]:
    box = Postbox()
    with mail_server(box) as port:
        yield box, f"smtp://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, postbox: tuple[Postbox, str]) -> Iterator[tuple[str, str]]:
    """The widget channel's address, and the database's."""
    folder = tmp_path_factory.mktemp("bookings")
    settings = {
        "CLINIC_FILE": str(clinic_with_hours(folder)),
        "SMTP_URL": postbox[1],
        "MAIL_FROM": "assistant@clinic.example",
        "MESSAGES_PER_MINUTE": "200",
    }
    database = f"sqlite:///{folder}/clinic.db"
    with patch.dict(os.environ, settings), running(folder, database) as url:
        yield url, database


@pytest.fixture
def visitor(place: tuple[str, str]) -> Visitor:
    return Visitor(place[0])


def titles(replies: list[dict[str, Any]]) -> list[str]:
    return [choice["title"] for choice in replies[-1]["choices"]]


def press(visitor: Visitor, replies: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    choice = replies[-1]["choices"][number]
    answer = visitor.post({"id": str(uuid4()), "choice": choice["id"]})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["replies"])


def booked(visitor: Visitor) -> str:
    """Book the first time that is offered; what is said at the end."""
    return said([*press(visitor, talk(visitor, *DETAILS), 0), *talk(visitor, "yes")])


def statuses(place: tuple[str, str], visitor: Visitor) -> list[str]:
    """What is stored of the visitor's consultations."""
    query = text("SELECT status FROM booking WHERE conversation_id = :id")
    with create_engine(place[1]).connect() as connection:
        return list(connection.execute(query, {"id": visitor.conversation_id}).scalars())


def calendar(words: str) -> Any:
    """The event in the calendar file whose address was said."""
    address = re.search(r"http://\S+\.ics", words)
    assert address, words
    file = vobject.readOne(httpx.get(address[0]).text)
    return file.method.value, file.vevent


def test_time_is_chosen_summed_up_and_booked(visitor: Visitor, place: tuple[str, str]) -> None:
    offered = talk(visitor, *DETAILS)
    assert titles(offered)[-1] == "Other times"
    assert len(titles(offered)) == 4
    summary = said(press(visitor, offered, 1))
    for detail in ("Example Person", "me@example.com", "acne scars", "Example One"):
        assert detail in summary
    assert statuses(place, visitor) == ["held"]
    done = talk(visitor, "yes please")
    assert statuses(place, visitor) == ["booked"]
    assert outcomes(done) == ["booking"]
    method, event = calendar(said(done))
    assert (method, event.sequence.value, event.status.value) == ("REQUEST", "0", "CONFIRMED")
    assert "acne" not in event.serialize()
    assert "You have a consultation" in said(talk(visitor, "when is my appointment"))


def test_booking_is_moved_and_cancelled_and_its_file_says_so(visitor: Visitor) -> None:
    uid = calendar(booked(visitor))[1].uid.value
    offered = talk(visitor, "can i move it to another day")
    moved = said([*press(visitor, offered, 2), *talk(visitor, "yes")])
    assert "Moved" in moved
    method, event = calendar(moved)
    assert (method, event.sequence.value, event.uid.value) == ("REQUEST", "1", uid)
    asked = talk(visitor, "cancel my appointment")
    assert "Shall I cancel" in said(asked)
    assert "is cancelled" in said(talk(visitor, "yes"))
    method, event = calendar(moved)
    assert (method, event.sequence.value, event.status.value) == ("CANCEL", "2", "CANCELLED")
    assert "can't find" in said(talk(visitor, "when is my appointment"))


def test_cancellation_is_asked_twice_and_may_be_declined(visitor: Visitor) -> None:
    booked(visitor)
    talk(visitor, "cancel my appointment", "no, keep it")
    assert "You have a consultation" in said(talk(visitor, "when is my appointment"))


def test_mails_follow_every_change(visitor: Visitor, postbox: tuple[Postbox, str]) -> None:
    address = f"{uuid4().hex[:8]}@example.com"
    offered = talk(visitor, *DETAILS[:2], address, "acne scars")
    assert "by e-mail" in said([*press(visitor, offered, 0), *talk(visitor, "yes")])
    talk(visitor, "cancel my appointment", "yes")
    first, second = _mails_to(postbox[0], address, 2)
    assert "METHOD:REQUEST" in _calendar_in(first)
    assert "METHOD:CANCEL" in _calendar_in(second)


def _mails_to(postbox: Postbox, address: str, count: int) -> list[Any]:
    """The mails to the address, as soon as there are so many; those that came within ten seconds otherwise."""
    mails: list[Any] = []
    until = time.monotonic() + 10
    while len(mails) < count and time.monotonic() < until:
        time.sleep(0.1)
        mails = [mail for mail in postbox.mails if mail["To"] == address]
    return mails


def _calendar_in(mail: Any) -> str:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    return str(part.get_content())


@pytest.mark.parametrize(
    ("correction", "shown"),
    [
        ("my name is Another Example", "Another Example"),
        ("my email is other@example.com", "other@example.com"),
        ("actually in two weeks, on a monday", None),
    ],
)
def test_summary_can_be_corrected(visitor: Visitor, correction: str, shown: str | None) -> None:
    press(visitor, talk(visitor, *DETAILS), 0)
    assert "What shall I change" in said(talk(visitor, "no"))
    corrected = talk(visitor, correction)
    assert outcomes(corrected) == ["booking"]
    assert shown is None or shown in said(corrected)


def test_question_in_the_middle_is_answered_and_the_step_resumes(visitor: Visitor) -> None:
    replies = talk(visitor, *DETAILS, "does it hurt?")
    assert replies[0]["topics"] == ["pain_and_numbing"]
    assert titles(replies)[-1] == "Other times"
    summary = press(visitor, replies, 0)
    assert "Shall I book it" in said(summary)
    assert "Shall I book it" in said(talk(visitor, "can i wear makeup after?"))


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ("yesterday", "in the past"),
        ("on sunday at 3pm", "sees nobody"),
        ("31/2", "There is no"),
        ("24/12/2040", "further ahead"),
        ("tomorrow at 3am", "sees nobody"),
        ("purple elephants", "didn't catch"),
    ],
)
def test_time_that_cannot_be_had_is_explained(visitor: Visitor, wish: str, why: str) -> None:
    replies = talk(visitor, *DETAILS, wish)
    assert why in said(replies)
    assert len(titles(replies)) >= 2


def test_wish_in_the_first_message_is_kept(visitor: Visitor) -> None:
    replies = talk(visitor, "can i book a consultation for next tuesday morning", *DETAILS[1:])
    assert {title[:3] for title in titles(replies)[:-1]} == {"Tue"}


def test_other_times_are_later_ones(visitor: Visitor) -> None:
    first = talk(visitor, *DETAILS)
    more = press(visitor, first, 3)
    assert not set(titles(first)[:-1]) & set(titles(more)[:-1])


def test_leaving_lets_the_time_go(visitor: Visitor) -> None:
    offered = talk(visitor, *DETAILS)
    wanted = titles(offered)[0]
    press(visitor, offered, 0)
    other = Visitor(visitor.url)
    assert wanted not in titles(talk(other, *DETAILS))
    assert "Nothing was sent" in said(talk(visitor, "never mind"))
    assert wanted in titles(talk(Visitor(visitor.url), *DETAILS))


def test_of_two_who_choose_one_time_one_gets_it(visitor: Visitor) -> None:
    visitors = [visitor, Visitor(visitor.url), Visitor(visitor.url)]
    offered = [talk(each, *DETAILS) for each in visitors]
    assert len({titles(replies)[0] for replies in offered}) == 1
    with ThreadPoolExecutor(3) as pool:
        answers = [
            said(each) for each in pool.map(lambda pair: press(*pair, 0), zip(visitors, offered, strict=True))
        ]
    assert sum("Shall I book it" in words for words in answers) == 1
    assert sum("That time is taken" in words for words in answers) == 2


def test_button_of_a_booking_that_is_over_books_nothing(visitor: Visitor) -> None:
    offered = talk(visitor, *DETAILS)
    talk(visitor, "never mind")
    assert "is over" in said(press(visitor, offered, 0))


def test_booking_from_elsewhere_needs_its_code_and_contact(visitor: Visitor) -> None:
    code = re.search(r"code is (\w{8})", booked(visitor))
    assert code
    other = Visitor(visitor.url)
    press(other, talk(other, "when is my appointment"), 0)
    assert "with this code" in said(talk(other, code[1].lower(), "wrong@example.com"))
    press(other, talk(other, "when is my appointment"), 0)
    assert code[1] in said(talk(other, code[1], "me@example.com"))
    talk(other, "cancel my appointment", "yes")
    assert "can't find" in said(talk(visitor, "when is my appointment"))


def test_guessing_codes_ends(visitor: Visitor) -> None:
    words = ""
    for _ in range(6):
        press(visitor, talk(visitor, "when is my appointment"), 0)
        words = said(talk(visitor, "AAAA2222", "me@example.com"))
    assert "in several tries" in words


def test_caution_known_from_the_chat_is_on_the_booking(visitor: Visitor, place: tuple[str, str]) -> None:
    talk(visitor, "im pregnant, how long is recovery")
    booked(visitor)
    query = text("SELECT cautions FROM booking WHERE conversation_id = :id")
    with create_engine(place[1]).connect() as connection:
        assert "pregnancy" in connection.execute(query, {"id": visitor.conversation_id}).scalar_one()


@pytest.mark.parametrize("name", ["D'Arcy O'Example", "Zoë Müller-Example", "李 Example"])
def test_names_of_any_kind_are_taken(visitor: Visitor, name: str) -> None:
    offered = talk(visitor, DETAILS[0], name, *DETAILS[2:])
    assert name in said(press(visitor, offered, 0))


@pytest.mark.parametrize(
    "text", ["yes", "hmm", "'; DROP TABLE booking; --", "🙂", "thanks", "no", "book a consultation"]
)
def test_nothing_said_to_the_question_for_a_time_is_a_dead_end(visitor: Visitor, text: str) -> None:
    replies = talk(visitor, *DETAILS, text)
    assert 1 <= len(replies) <= 2
    assert "went wrong" not in said(replies)


@pytest.mark.parametrize("words", ["hmm", "let me think", "maybe", "not sure yet"])
def test_hesitation_books_nothing(visitor: Visitor, place: tuple[str, str], words: str) -> None:
    press(visitor, talk(visitor, *DETAILS), 0)
    talk(visitor, words)
    assert "booked" not in statuses(place, visitor)
