"""Staff talk to a visitor from the command line, and see who has what."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from bot import cli
from bot.conversations.handoff import request_handoff
from bot.database import Database
from tests.support.conversations import received, started

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; its exit status, and what it wrote on both outputs."""
    monkeypatch.setenv("DATABASE_URL", database.engine.url.render_as_string(hide_password=False))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["bot.cli", *arguments])
        status = cli.main()
        return (status, *capsys.readouterr())

    return run


def test_visitor_is_answered_by_a_person_and_given_back(database: Database, run: Run) -> None:
    conversation_id = started(database)
    received(database, conversation_id, "m1", text="can i talk to a person")
    for command in (
        ("take-over", conversation_id, "--as", "Example Nurse"),
        ("reply", conversation_id, "Hello, I am here.", "--as", "Example Nurse"),
        ("hand-back", conversation_id, "--as", "Example Nurse"),
    ):
        status, _, error = run(*command)
        assert (status, error) == (0, "")
    _, out, _ = run("conversation", conversation_id)
    head, *lines = out.splitlines()
    assert head == "widget, the assistant answers"
    assert [line.partition("UTC  ")[2] for line in lines] == [
        "visitor: can i talk to a person",
        "assistant (Example Nurse) [handoff]: A person from the clinic has joined this chat and answers you now.",
        "staff (Example Nurse): Hello, I am here.",
        "assistant (Example Nurse) [handoff]: The person from the clinic has left this chat. The assistant answers again.",
    ]


def test_waiting_shows_who_has_what(database: Database, run: Run) -> None:
    taken, waits = started(database), started(database)
    for conversation_id in (taken, waits):
        with database.transaction() as session:
            request_handoff(session, conversation_id, "m1", reason="complaint", summary="it hurt")
    run("take-over", taken, "--as", "Example Nurse")
    _, out, _ = run("waiting")
    first, _, _, second, _, _, held = out.splitlines()
    assert first.endswith("complaint: no name, no contact left, taken by Example Nurse")
    assert second.endswith("complaint: no name, no contact left")
    assert held.endswith(f"Example Nurse has conversation {taken}")


def test_second_person_is_told_who_has_it(database: Database, run: Run) -> None:
    conversation_id = started(database)
    run("take-over", conversation_id, "--as", "Example Nurse")
    status, _, error = run("take-over", conversation_id, "--as", "Other Nurse")
    assert status == 1
    assert error.startswith("Example Nurse has this conversation, since ")
    assert run("take-over", conversation_id, "--as", "Other Nurse", "--force")[0] == 0
    assert run("conversation", conversation_id)[1].startswith("widget, Other Nurse has it\n")


def test_reply_with_the_same_key_is_said_once(database: Database, run: Run) -> None:
    conversation_id = started(database)
    run("take-over", conversation_id, "--as", "Example Nurse")
    for _ in range(2):
        assert run("reply", conversation_id, "Hello.", "--as", "Example Nurse", "--key", "k1")[0] == 0
    assert run("conversation", conversation_id)[1].count("Hello.") == 1


@pytest.mark.parametrize(
    "command",
    [
        ("conversation", "unknown"),
        ("take-over", "unknown", "--as", "Nurse"),
        ("hand-back", "unknown", "--as", "Nurse"),
    ],
)
def test_unknown_conversation_is_one_sentence(run: Run, command: tuple[str, ...]) -> None:
    status, out, error = run(*command)
    assert (status, out) == (1, "")
    assert error.count("\n") == 1
