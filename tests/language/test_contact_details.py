"""Names, phone numbers and e-mail addresses as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.contact_details import find_contact, find_name, introduces_itself, without_contact


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Example Person", "Example Person"),
        ("my name is Example O'Person", "Example O'Person"),
        ("hi, it's example", "example"),
        ("I'm Anne-Marie Example.", "Anne-Marie Example"),
        ("its  example   person", "example person"),
        ("नमूना व्यक्ति", "नमूना व्यक्ति"),
        ("name: Example", "Example"),
    ],
)
def test_name_is_found(text: str, name: str) -> None:
    assert find_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "12345",
        "a@b.com",
        "<script>alert(1)</script>",
        "'; DROP TABLE booking_request; --",
        "why do you need to know my name at all",
        "😀",
        "x" * 101,
    ],
)
def test_what_is_no_name_is_not_taken_for_one(text: str) -> None:
    assert find_name(text) is None


@pytest.mark.parametrize(
    ("text", "country", "phone"),
    [
        ("+44 20 7946 0000", "", "+442079460000"),
        ("call me on +91 98765 43210 pls", "", "+919876543210"),
        ("+44 7700 900123", "", "+447700900123"),
        ("+49 30 12 2024 55", "", "+493012202455"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("020 7946 0000", "", "02079460000"),
    ],
)
def test_phone_number_is_found(text: str, country: str, phone: str) -> None:
    details = find_contact(text, country=country)
    assert details is not None
    assert details.phone == phone


@pytest.mark.parametrize("text", ["me@example.com", "its me@example.com.", "mail: <me@example.com>, thanks"])
def test_email_is_found(text: str) -> None:
    details = find_contact(text)
    assert details is not None
    assert details.email == "me@example.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "12",
        "1111111111",
        "me@",
        "@example.com",
        "tomorrow at 3",
        "24/11/2026",
        "12.11.2024",
        "20 11 2024",
        "2024-11-20 12:30",
        "12-11-24",
    ],
)
def test_what_is_no_contact_is_not_taken_for_one(text: str) -> None:
    assert find_contact(text) is None


def test_one_digit_over_and_over_is_no_number_in_a_country_either() -> None:
    assert find_contact("1111111111", country="GB") is None


def test_introduction_is_noticed() -> None:
    assert introduces_itself("no, my name is Example")
    assert not introduces_itself("Example")


@given(st.text(max_size=300))
def test_any_text_is_read_without_failing(text: str) -> None:
    name = find_name(text)
    assert name is None or 0 < len(name) <= 100
    find_contact(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Example Person, +44 20 7946 0000", "Example Person"),
        ("Example Person me@example.com", "Example Person"),
        ("my name is Example and my number is 020 7946 0000", "Example"),
        ("020 7946 0000", None),
    ],
)
def test_name_beside_a_contact_is_found(text: str, name: str | None) -> None:
    assert find_name(without_contact(text)) == name
