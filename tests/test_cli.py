"""What stops `make run` is one sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot import cli, setup
from bot.booking.service import request_booking
from bot.conversations import outbox
from bot.database import Database
from bot.settings import PROJECT_DIR


def run(command: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", command, *arguments],
        cwd=PROJECT_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_taken_port_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run("run", DATA_DIR=str(tmp_path), RASA_PORT=port)
    assert done.returncode == 1
    assert done.stderr == (
        f"Port {port} is taken: stop the program that uses it, or set RASA_PORT to another port.\n"
    )


def test_broken_clinic_file_stops_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text('name = "Example', encoding="utf-8")
    done = run("run", DATA_DIR=str(tmp_path), CLINIC_FILE=str(tmp_path / "clinic.toml"))
    assert done.returncode == 1
    assert done.stderr.startswith("clinic.toml is not valid TOML")
    assert done.stderr.count("\n") == 1


def test_broken_knowledge_file_stops_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(setup.KNOWLEDGE_DIR, folder)
    (folder / "scars.md").write_text("---\nslug: scars\n", encoding="utf-8")
    monkeypatch.setattr(setup, "KNOWLEDGE_DIR", folder)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(sys, "argv", ["bot.cli", "load"])

    assert cli.main() == 1
    message = capsys.readouterr().err
    assert message.startswith("scars.md")
    assert message.count("\n") == 1


def test_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    done = run("load", DATA_DIR=str(tmp_path), DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert done.stderr.startswith("The database does not answer: check DATABASE_URL.")


def test_answers_are_loaded_and_exported_as_they_were(tmp_path: Path) -> None:
    assert run("load", DATA_DIR=str(tmp_path), DATABASE_URL="").returncode == 0
    assert run("export", str(tmp_path / "out"), DATA_DIR=str(tmp_path), DATABASE_URL="").returncode == 0
    exported = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    assert exported == {file.name: file.read_bytes() for file in setup.KNOWLEDGE_DIR.glob("*.md")}


def test_what_could_not_be_sent_is_listed_and_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.transaction() as session:
        for key in ("a", "b"):
            outbox.enqueue(session, kind="email", key=key, lane=key, payload={"to": "staff@clinic.example"})
        first, second = outbox.claim_due(session, kinds=["email"], limit=2)
        session.flush()
        outbox.mark_failed(session, first, "The mail server refuses the recipient (550).", permanent=True)
        outbox.mark_failed(session, second, "The mail server did not answer.")
    monkeypatch.setenv("DATABASE_URL", database.engine.url.render_as_string(hide_password=False))

    def said(*arguments: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", ["bot.cli", "outbox", *arguments])
        assert cli.main() == 0
        return capsys.readouterr().out.splitlines()

    counts, dead, refused, waiting, unanswered = said()
    assert counts == "1 waiting, 0 sent, 1 dead"
    assert dead.endswith(f"UTC  {first.id}: email, dead after 1 attempts")
    assert refused.strip() == "The mail server refuses the recipient (550)."
    assert waiting.endswith(f"UTC  {second.id}: email, waiting after 1 attempts")
    assert unanswered.strip() == "The mail server did not answer."
    assert said("--retry", str(first.id)) == [f"{first.id} will be tried again."]
    assert said()[0] == "2 waiting, 0 sent, 0 dead"


def test_number_that_was_not_given_up_cannot_be_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(sys, "argv", ["bot.cli", "outbox", "--retry", "7"])
    assert cli.main() == 1
    assert capsys.readouterr().err == "Nothing under the number 7 was given up: see the list.\n"


def test_who_waits_is_listed_with_concern_and_wishes(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", str(database.engine.url.render_as_string(hide_password=False)))
    monkeypatch.setattr(sys, "argv", ["bot.cli", "waiting"])
    details = {"name": "Example O'Person", "phone": None, "email": "me@example.com", "cautions": ["pregnancy"]}
    with database.transaction() as session:
        request = request_booking(
            session, "c" * 32, "m1", **details, concern="acne scars", wishes="any weekend"
        )

    assert cli.main() == 0
    said, *words = capsys.readouterr().out.splitlines()
    assert said.endswith(
        f"UTC  consultation {request.code}: Example O'Person, me@example.com, mentioned pregnancy"
    )
    assert words == ["    acne scars", "    any weekend"]


def test_address_of_the_feed_is_printed_where_the_clinic_opened_one(tmp_path: Path) -> None:
    clinic_file = tmp_path / "clinic.toml"
    shipped = (PROJECT_DIR / "clinic.toml").read_text(encoding="utf-8")
    environment = {
        "DATA_DIR": str(tmp_path),
        "CLINIC_FILE": str(clinic_file),
        "PUBLIC_URL": "https://c.example",
    }
    clinic_file.write_text(shipped, encoding="utf-8")
    assert run("calendar", **environment).stdout.startswith("There is no feed")
    clinic_file.write_text(shipped.replace("feed = 0", "feed = 1"), encoding="utf-8")
    assert run("calendar", **environment).stdout.startswith("https://c.example/webhooks/calendar/feed/")
