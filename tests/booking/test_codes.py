"""Codes are short, unlike each other, and read however they are typed."""

from __future__ import annotations

import pytest

from bot.booking.codes import ALPHABET, LENGTH, new_code, read_code


def test_codes_are_of_letters_that_look_unlike_each_other() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert {len(code) for code in codes} == {LENGTH}
    assert set("".join(codes)) == set(ALPHABET)
    assert not set(ALPHABET) & set("0O1IL")


@pytest.mark.parametrize(
    "typed", ["K7XM2QRP", "k7xm2qrp", " k7xm 2qrp ", "K7XM-2QRP", "k7xm_2qrp.", "K 7 X M 2 Q R P"]
)
def test_code_is_read_as_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "K7XM2QRP"
