"""A person takes the chat over while the visitor's page is open: what the visitor sees of it, live and after a reload."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from visitor import Visitor

from bot.settings import PROJECT_DIR
from tests.support.assistant import running

NURSE = "Example Nurse"
JOINED = "A person from the clinic has joined this chat"
LEFT = "The assistant answers again"


@dataclass
class Desk:
    """Staff at their terminal, beside a running assistant."""

    url: str
    database_url: str

    def run(self, *arguments: str) -> str:
        """One of the commands for staff; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            cwd=PROJECT_DIR,
            env={**os.environ, "DATABASE_URL": self.database_url},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("takeover")
    url = f"sqlite:///{folder}/clinic.db"
    with running(folder, url) as address:
        yield Desk(address, url)


@pytest.fixture
def visitor(page: Page, desk: Desk) -> Visitor:
    return Visitor(page, desk.url).visit()


def conversation_of(visitor: Visitor) -> str:
    """The id of the chat, as the page keeps it."""
    kept = "Object.keys(localStorage).filter((key) => key.endsWith(' session')).map((key) => localStorage[key])"
    return str(visitor.page.evaluate(f"JSON.parse(({kept})[0]).conversation_id"))


def shoot(visitor: Visitor, name: str) -> None:
    """Keep a picture where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        visitor.page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_person_joins_writes_and_leaves(visitor: Visitor, desk: Desk) -> None:
    page = visitor.page
    visitor.open().ask("can i talk to a person")
    id = conversation_of(visitor)
    assert f"conversation {id}" in desk.run("waiting")

    desk.run("take-over", id, "--as", NURSE)
    expect(visitor.replies.last).to_contain_text(JOINED)
    desk.run("reply", id, "Hello, I have read your chat. How can I help?", "--as", NURSE)
    staff = page.locator("clinic-chat .staff")
    expect(staff.locator(".who")).to_have_text("A person from the clinic")
    expect(staff.locator(".bubble")).to_contain_text("Hello, I have read your chat.")
    expect(visitor.log).not_to_contain_text(NURSE)
    shoot(visitor, "1-joined")

    before = visitor.replies.count()
    visitor.say("how long is recovery")
    expect(visitor.own.last).to_contain_text("how long is recovery")
    expect(page.get_by_text("Sending …")).to_have_count(0)
    expect(page.locator("clinic-chat .dots")).to_have_count(0)
    page.wait_for_timeout(4000)  # longer than the stream needs to find something new
    expect(page.locator("clinic-chat .dots")).to_have_count(0)
    expect(visitor.replies).to_have_count(before)
    expect(page.locator("clinic-chat form [role=status]")).to_have_text("")
    shoot(visitor, "2-silent")

    visitor.say("my lips are swelling and i cant breathe")
    expect(page.locator("clinic-chat .urgent .who")).to_have_text("Urgent")
    assert "urgent" in desk.run("waiting")
    shoot(visitor, "3-urgent")

    desk.run("hand-back", id, "--as", NURSE)
    expect(visitor.replies.last).to_contain_text(LEFT)
    visitor.ask("how long is recovery")
    expect(visitor.replies.last).to_contain_text("normal activities")
    shoot(visitor, "4-handed-back")

    said = visitor.log.locator(".bubble").all_inner_texts()
    visitor.visit()
    expect(visitor.log.locator(".bubble")).to_have_text(said, use_inner_text=True)
    assert [JOINED in text or LEFT in text for text in said].count(True) == 2
