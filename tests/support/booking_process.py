"""A process of its own in which conversations, each in a thread, want one time at the same moment.

Arguments: the database's address, the time as ISO 8601, the moment to begin as a Unix time, and the conversations' ids.
Says on its output, one JSON object: which got it, and what each of the others was offered instead.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from bot.booking.holds import confirm_hold, hold_slot
from bot.booking.offers import read_offers
from bot.booking.refusals import SlotTakenError
from bot.booking.schedule import Slot
from bot.database import Database
from tests.support.bookings import NOW, PERSON, schedule

Outcome = list[str]  # of who did not get it: what was offered instead; of who did: nothing


def want(database: Database, conversation_id: str, wanted: Slot) -> Outcome:
    """Hold it and book it, as the chat would; or be offered the nearest."""
    try:
        with database.transaction() as session:
            hold_slot(session, schedule(), conversation_id, "m1", wanted, now=NOW)
        with database.transaction() as session:
            confirm_hold(session, schedule(), conversation_id, "m2", **PERSON, now=NOW)
    except SlotTakenError:
        with database.reading() as session:
            offers = read_offers(session, schedule(), conversation_id, now=NOW)
        return [slot.starts_at.isoformat() for slot in offers.nearest(wanted.starts_at)]
    return []


def want_together(
    database_url: str, conversation_ids: list[str], wanted: Slot, *, at: float
) -> dict[str, Outcome]:
    """Each conversation wants it in a thread of its own, all from the same moment on."""
    database = Database(database_url)

    def when_all_are_there(conversation_id: str) -> Outcome:
        time.sleep(max(0.0, at - time.time()))
        return want(database, conversation_id, wanted)

    with ThreadPoolExecutor(len(conversation_ids)) as pool:
        outcomes = list(pool.map(when_all_are_there, conversation_ids))
    database.close()
    return dict(zip(conversation_ids, outcomes, strict=True))


if __name__ == "__main__":
    url, starts_at, begin, *ids = sys.argv[1:]
    slot = schedule().slot(datetime.fromisoformat(starts_at))
    sys.stdout.write(json.dumps(want_together(url, ids, slot, at=float(begin))))
