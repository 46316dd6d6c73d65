"""A token opens its own conversation, and only while it lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.channels.widget.payloads import RequestError
from bot.channels.widget.tokens import Tokens

DAY = timedelta(days=1)


def refused(tokens: Tokens, header: str | None) -> bool:
    with pytest.raises(RequestError) as refusal:
        tokens.read(header)
    return refusal.value.status == 401


def test_token_names_its_conversation() -> None:
    tokens = Tokens("a secret", lifetime=DAY)
    session = tokens.issue("c1")
    assert tokens.read(f"Bearer {session.token}") == session


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer abc.def", "Bearer \x00", "x"]
)
def test_missing_or_broken_token_is_refused(header: str | None) -> None:
    assert refused(Tokens("a secret", lifetime=DAY), header)


def test_token_signed_with_another_key_is_refused() -> None:
    forged = Tokens("another secret", lifetime=DAY).issue("c1").token
    assert refused(Tokens("a secret", lifetime=DAY), f"Bearer {forged}")


def test_changed_token_is_refused() -> None:
    tokens = Tokens("a secret", lifetime=DAY)
    token = tokens.issue("c1").token
    assert refused(tokens, f"Bearer {'A' if token[0] != 'A' else 'B'}{token[1:]}")


def test_expired_token_is_refused() -> None:
    tokens = Tokens("a secret", lifetime=timedelta(seconds=-1))
    assert refused(tokens, f"Bearer {tokens.issue('c1').token}")
