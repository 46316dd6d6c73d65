"""However many want one time at once, one gets it; the others are offered the next, and nobody waits for anybody for ever."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from bot.booking.changes import cancel_booking, move_booking
from bot.booking.holds import hold_slot
from bot.booking.models import Booking, Occupied
from bot.booking.occupancy import occupy
from bot.booking.refusals import SlotTakenError
from bot.booking.schedule import Slot
from bot.database import Database
from bot.settings import PROJECT_DIR
from tests.support.booking_process import Outcome, want_together
from tests.support.bookings import NOW, booked, held, schedule, slot

TEN = slot(17, "10:00")
NEXT = [slot(17, clock).starts_at.isoformat() for clock in ("09:30", "10:30", "11:00")]
MANY = 50
PROCESSES = 4
SECONDS = 20.0  # in which fifty bookings must be through, on any machine


def ids(count: int = MANY) -> list[str]:
    return [f"{n:032x}" for n in range(count)]


def require_one_winner(database: Database, outcomes: dict[str, Outcome]) -> None:
    winners = [conversation_id for conversation_id, offered in outcomes.items() if not offered]
    assert len(outcomes) == MANY
    assert len(winners) == 1
    assert [offered for offered in outcomes.values() if offered] == [NEXT] * (MANY - 1)
    with database.reading() as session:
        (booking,) = session.execute(select(Booking)).scalars()
        taken = session.execute(select(Occupied.booking_id)).scalars().all()
    assert (booking.conversation_id, booking.status, booking.starts_at) == (winners[0], "booked", TEN.starts_at)
    assert taken == [booking.id] * 6


def address(database: Database) -> str:
    return str(database.engine.url.render_as_string(hide_password=False))


def test_of_fifty_threads_one_gets_the_time(database: Database) -> None:
    begun = time.monotonic()
    outcomes = want_together(address(database), ids(), TEN, at=time.time() + 0.3)
    assert time.monotonic() - begun < SECONDS
    require_one_winner(database, outcomes)


def test_of_fifty_in_four_processes_one_gets_the_time(database: Database) -> None:
    begin = str(time.time() + 4)  # when all have started
    command = [
        sys.executable,
        "-m",
        "tests.support.booking_process",
        address(database),
        TEN.starts_at.isoformat(),
    ]
    children = [
        subprocess.Popen(
            [*command, begin, *ids()[n::PROCESSES]], cwd=PROJECT_DIR, stdout=subprocess.PIPE, text=True
        )
        for n in range(PROCESSES)
    ]
    outcomes: dict[str, Outcome] = {}
    for child in children:
        said, _ = child.communicate(timeout=4 + SECONDS)
        assert child.returncode == 0
        outcomes |= json.loads(said)
    require_one_winner(database, outcomes)


def all_at_once(database: Database, works: Sequence[Callable[[Any], object]]) -> list[bool]:
    """Run each in a thread and a transaction of its own, from one moment on; returns whether each got its time."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[Any], object]) -> bool:
        gate.wait()
        try:
            with database.transaction() as session:
                work(session)
        except SlotTakenError:
            return False
        return True

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def bookings(database: Database, *slots: Slot) -> list[int]:
    return [booked(database, id, slot).id for id, slot in zip(ids(len(slots)), slots, strict=True)]


def move(booking_id: int, wanted: Slot) -> Callable[[Any], object]:
    return lambda session: move_booking(session, schedule(), booking_id, wanted, now=NOW)


def test_of_many_moves_onto_one_time_one_succeeds(database: Database) -> None:
    days = [slot(day, clock) for day in (18, 19, 20) for clock in ("10:00", "11:00", "12:00", "13:00")]
    numbers = bookings(database, *days)
    done = all_at_once(database, [move(number, TEN) for number in numbers])
    assert done.count(True) == 1
    with database.reading() as session:
        rows = session.execute(select(Booking.starts_at, Booking.sequence).order_by(Booking.id)).all()
        taken = session.execute(select(Occupied.booking_id)).scalars().all()
    stayed = [(day.starts_at, 0) for day in days]
    expected = [(TEN.starts_at, 1) if won else before for won, before in zip(done, stayed, strict=True)]
    assert [tuple(row) for row in rows] == expected
    assert sorted(taken) == sorted(numbers * 6)


def test_two_that_move_onto_each_others_time_are_both_refused(database: Database) -> None:
    for _ in range(5):
        one, other = slot(18, "10:00"), slot(18, "11:00")
        first, second = bookings(database, one, other)
        assert all_at_once(database, [move(first, other), move(second, one)]) == [False, False]
        with database.transaction() as session:
            for id in (first, second):
                cancel_booking(session, id, by="staff", now=NOW)
                session.delete(session.get(Booking, id))


def test_expired_hold_goes_to_one_of_many(database: Database) -> None:
    held(database, "e" * 32, TEN, now=NOW.replace(hour=7))
    works = [lambda session, id=id: hold_slot(session, schedule(), id, "m1", TEN, now=NOW) for id in ids(16)]
    assert all_at_once(database, works).count(True) == 1


def test_database_itself_refuses_a_second_booking(database: Database) -> None:
    """No lock, no service, no check before: the key alone."""
    first, second = bookings(database, TEN, slot(17, "11:00"))
    row = {"practitioner": "", "at": TEN.starts_at, "booking_id": second}
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(insert(Occupied), [row])
    with database.reading() as session:
        query = select(Occupied.booking_id).where(Occupied.at == TEN.starts_at)
        assert session.execute(query).scalars().all() == [first]


def test_database_itself_refuses_a_second_hold_of_a_conversation(database: Database) -> None:
    first = held(database, "e" * 32, TEN)
    with (
        pytest.raises(IntegrityError, match=r"uq_booking_hold|booking.conversation_id\n"),
        database.transaction() as session,
    ):
        hold = session.get(Booking, first.id)
        row = {
            column.key: getattr(hold, column.key) for column in Booking.__table__.columns if column.key != "id"
        }
        session.execute(insert(Booking), [{**row, "code": "BBBBBBBB", "inbound_id": "m9"}])


def test_key_alone_lets_one_of_many_through(database: Database) -> None:
    """Without the queue that lets changes follow one another."""
    days = [slot(day, clock) for day in (18, 19) for clock in ("10:00", "11:00", "12:00", "13:00")]
    numbers = bookings(database, *days)
    works = [
        lambda session, id=id: occupy(session, session.get(Booking, id), schedule(), TEN) for id in numbers
    ]
    assert all_at_once(database, works).count(True) == 1
