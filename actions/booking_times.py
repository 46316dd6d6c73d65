"""What the booking form needs to know of times: the schedule, what is free, and what a visitor wishes for."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from rasa_sdk import Tracker
from sqlalchemy.orm import Session

from actions.base import clinic
from bot.booking.closures import load_schedule
from bot.booking.offers import Offers, read_offers
from bot.booking.schedule import Schedule, schedule_of
from bot.database import now
from bot.language.wish import Ambiguous, Impossible, Wish
from bot.language.wished_times import read_wish

Heard = Wish | Ambiguous | Impossible | None
DAY_MINUTES = 24 * 60


def takes_bookings() -> bool:
    """Whether visitors book a time themselves; where the clinic has told no hours they ask, and staff fix one."""
    return schedule_of(clinic()).takes_bookings


def offers_to(session: Session, tracker: Tracker, *, beside_present: bool = False) -> Offers:
    """What is free for this visitor now.

    Args:
        beside_present: the time of the booking that is being moved counts as taken: nobody wants to be offered that.
    """
    moment = now()
    schedule = load_schedule(session, clinic(), now=moment)
    moving = None if beside_present else tracker.get_slot("moving")
    return read_offers(session, schedule, tracker.sender_id, now=moment, moving=moving)


def hear_wish(text: str) -> Heard:
    """The time that a message wishes for, by the clinic's calendar and hours."""
    schedule = schedule_of(clinic())
    understand = partial(read_wish, now=schedule.local(now()), day_first=clinic().day_first)
    if not schedule.takes_bookings:
        return understand(text)
    return understand(text, open_hours=_open_hours(schedule), horizon_days=schedule.horizon_days)


def wish_of(tracker: Tracker) -> dict[str, Any]:
    """What the visitor has wished for so far: `text`, or `at` of a time that could not be had; `after` when more times are
    wanted."""
    return dict(tracker.get_slot("wish") or {})


def moment_of(iso: str) -> datetime:
    """The moment that was written down."""
    return datetime.fromisoformat(iso)


def _open_hours(schedule: Schedule) -> tuple[time, time]:
    """The earliest opening and the latest closing of any day."""
    spans = [span for week in schedule.weeks.values() for spans in week.values() for span in spans]
    return _clock(min(opens for opens, _ in spans)), _clock(max(closes for _, closes in spans))


def _clock(since_midnight: timedelta) -> time:
    minutes = int(since_midnight.total_seconds()) // 60
    return time(*divmod(minutes, 60)) if minutes < DAY_MINUTES else time.max
