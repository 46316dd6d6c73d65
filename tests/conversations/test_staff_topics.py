"""What staff approve while the assistant runs answers the very next question, without training and without a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from bot.database import Database
from bot.knowledge.entry import make_entry
from bot.knowledge.versions import record_entry
from tests.support.assistant import running
from tests.support.visitor import Visitor

PARKING = {
    "slug": "parking",
    "title": "Parking",
    "questions": ("where can i park", "is there a car park nearby", "do you have parking for visitors"),
    "body": "This is an example of an answer about parking.",
}


def test_new_entry_is_said_until_it_is_retired(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/clinic.db"
    with running(tmp_path, url) as address:
        database = Database(url)

        def approve(status: str) -> None:
            with database.transaction() as session:
                record_entry(
                    session, make_entry({**PARKING, "status": status}, name="parking"), origin="console"
                )

        def ask(text: str) -> dict[str, Any]:
            reply: dict[str, Any] = (
                Visitor(address).post({"id": str(uuid4()), "text": text}).json()["replies"][0]
            )
            return reply

        assert ask("is there a car park close by?")["topics"] != ["parking"]
        approve("approved")
        answered = ask("is there a car park close by?")
        assert (answered["outcome"], answered["topics"]) == ("answered", ["parking"])
        assert answered["text"] == PARKING["body"]
        assert ask("how long is recovery")["topics"] == ["recovery_time"]
        approve("retired")
        assert ask("is there a car park close by?")["topics"] != ["parking"]
        database.close()
