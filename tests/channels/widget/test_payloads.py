"""Requests are read strictly; typed text is always text."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.widget.payloads import MOST_BODY_BYTES, RequestError, clean_text, read_submission

ID = "3f0e8a52-6a0c-4d7e-9d53-0a7f2f3b1c11"


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def test_text_is_read() -> None:
    submission = read_submission(body(id=ID, text="  hello "))
    assert (submission.id, submission.text, submission.choice) == (ID, "hello", None)


def test_choice_is_read() -> None:
    assert read_submission(body(id=ID, choice="a.0.1")).choice == "a.0.1"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"[" * 20_000, 400),
        (b"x" * (MOST_BODY_BYTES + 1), 413),
        (b"", 422),
        (body(), 422),
        (body(text="no id"), 422),
        (body(id="not-a-uuid", text="x"), 422),
        (body(id=1, text="x"), 422),
        (body(id=ID), 422),
        (body(id=ID, text=""), 422),
        (body(id=ID, text="  \n "), 422),
        (body(id=ID, text="\x00\x01"), 422),
        (body(id=ID, text=" / / "), 422),
        (body(id=ID, text=7), 422),
        (body(id=ID, text=["x"]), 422),
        (body(id=ID, text="x", choice="y"), 422),
        (body(id=ID, choice=""), 422),
        (body(id=ID, choice={"id": "x"}), 422),
        (body(id=ID, text="x" * 2001), 422),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_request_gets_the_contracts_error(content: bytes, status: int) -> None:
    with pytest.raises(RequestError) as refusal:
        read_submission(content)
    assert refusal.value.status == status
    assert refusal.value.message


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("/greet", "greet"),
        ("  /greet", "greet"),
        ("// /ask_price{}", "ask_price{}"),
        ("\u200b/greet", "greet"),
        ("\ufeff/greet", "greet"),
        ("a\x00b", "ab"),
        ("half a surrogate \ud83d", "half a surrogate \ufffd"),
        ("two\nlines", "two\nlines"),
        ("either/or", "either/or"),
    ],
)
def test_typed_text_is_cleaned(typed: str, text: str) -> None:
    assert clean_text(typed) == text


@given(st.text(st.characters(), max_size=400))
def test_clean_text_never_begins_a_command_and_can_be_stored(typed: str) -> None:
    text = clean_text(typed)
    assert not text.strip().startswith("/")
    assert "\x00" not in text
    text.encode("utf-8")


@given(st.binary(max_size=300))
def test_any_body_is_read_or_refused(content: bytes) -> None:
    try:
        read_submission(content)
    except RequestError as refusal:
        assert refusal.status in (400, 413, 422)


@given(st.text(min_size=1, max_size=200))
def test_any_text_survives_the_way_through_json(typed: str) -> None:
    content = json.dumps({"id": str(uuid4()), "text": typed}).encode()
    try:
        assert read_submission(content).text == clean_text(typed)
    except RequestError as refusal:
        assert refusal.status == 422
