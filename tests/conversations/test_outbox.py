"""What must leave is kept once, leaves in order, is tried again with growing waits, and is given up where staff see it."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from bot.conversations import outbox
from bot.conversations.conversation import start_conversation
from bot.conversations.models import Conversation, Outgoing
from bot.conversations.outbox import PACE, OutgoingUnknownError, Pace
from bot.conversations.privacy import erase_conversation
from bot.database import Database, now

EAGER = Pace(first_wait=timedelta(0))


def put(database: Database, key: str, *, lane: str = "", kind: str = "email", **more: Any) -> None:
    with database.transaction() as session:
        outbox.enqueue(session, kind=kind, key=key, lane=lane or key, payload={"of": key}, **more)


def take(database: Database, *, limit: int = 10, pace: Pace = PACE) -> list[Outgoing]:
    with database.transaction() as session:
        return outbox.claim_due(session, kinds=["email"], limit=limit, pace=pace)


def keys(claimed: list[Outgoing]) -> list[str]:
    return [outgoing.key for outgoing in claimed]


def sent(database: Database, *claimed: Outgoing) -> None:
    with database.transaction() as session:
        for outgoing in claimed:
            outbox.mark_sent(session, outgoing)


def failed(database: Database, outgoing: Outgoing, fault: str = "away", **more: Any) -> None:
    with database.transaction() as session:
        outbox.mark_failed(session, outgoing, fault, **more)


def row(database: Database, key: str) -> Outgoing:
    with database.reading() as session:
        return session.query(Outgoing).filter_by(key=key).one()  # type: ignore[no-any-return]


def counts(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return outbox.count_by_status(session)


@pytest.fixture
def step_clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves the outbox's clock by a time, forwards or back."""

    def step(by: timedelta) -> None:
        monkeypatch.setattr(outbox, "now", lambda: now() + by)

    return step


def test_same_key_is_kept_once(database: Database) -> None:
    put(database, "a", lane="first")
    put(database, "a", lane="second")
    assert counts(database) == {"waiting": 1, "sent": 0, "dead": 0}
    assert row(database, "a").lane == "first"


def test_same_key_does_not_leave_again(database: Database) -> None:
    put(database, "a")
    sent(database, *take(database))
    put(database, "a")
    assert take(database) == []
    assert counts(database)["sent"] == 1


def test_two_transactions_that_race_keep_one(database: Database) -> None:
    ready, faults = threading.Barrier(8), []

    def race() -> None:
        ready.wait()
        try:
            put(database, "a")
        except OperationalError as error:
            faults.append(error)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert counts(database)["waiting"] == 1


def test_nothing_is_kept_of_a_transaction_that_fails(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as session:
        outbox.enqueue(session, kind="email", key="a", lane="a", payload={})
        raise RuntimeError
    assert counts(database)["waiting"] == 0


def test_conversation_may_begin_in_the_same_transaction(database: Database) -> None:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
        outbox.enqueue(session, kind="email", key="a", lane="a", payload={}, conversation_id=conversation_id)
    assert row(database, "a").conversation_id == conversation_id


def test_what_is_due_later_waits(database: Database, step_clock: Any) -> None:
    put(database, "a", due_at=now() + timedelta(hours=1))
    assert take(database) == []
    step_clock(timedelta(hours=1, seconds=1))
    assert keys(take(database)) == ["a"]


def test_lane_is_kept_in_order(database: Database) -> None:
    for key in ("a1", "a2", "a3"):
        put(database, key, lane="a")
    left = []
    while claimed := take(database):
        assert take(database) == []  # while the first is on its way
        left += keys(claimed)
        sent(database, *claimed)
    assert left == ["a1", "a2", "a3"]


def test_lanes_do_not_wait_for_each_other(database: Database) -> None:
    for key in ("a1", "b1", "a2", "b2"):
        put(database, key, lane=key[0])
    assert keys(take(database)) == ["a1", "b1"]


def test_failure_holds_up_its_lane_until_it_is_given_up(database: Database) -> None:
    put(database, "a1", lane="a")
    put(database, "a2", lane="a")
    failed(database, *take(database), retry_after=60)
    assert take(database) == []
    with database.transaction() as session:
        session.execute(update(Outgoing).where(Outgoing.key == "a1").values(due_at=now()))
    failed(database, *take(database), permanent=True)
    assert keys(take(database)) == ["a2"]


def test_what_is_due_later_holds_up_nothing(database: Database) -> None:
    put(database, "reminder", lane="a", due_at=now() + timedelta(days=1))
    put(database, "reply", lane="a")
    assert keys(take(database)) == ["reply"]


def test_longest_due_comes_first(database: Database) -> None:
    put(database, "b", due_at=now() - timedelta(hours=1))
    put(database, "a", due_at=now() - timedelta(hours=2))
    assert keys(take(database, limit=1)) == ["a"]


def test_other_kinds_are_left(database: Database) -> None:
    put(database, "a", kind="whatsapp")
    assert take(database) == []


def test_claim_ends_with_its_lease(database: Database, step_clock: Any) -> None:
    put(database, "a")
    assert [outgoing.attempts for outgoing in take(database)] == [1]
    step_clock(PACE.lease - timedelta(seconds=1))
    assert take(database) == []
    step_clock(PACE.lease + timedelta(seconds=1))
    assert [outgoing.attempts for outgoing in take(database)] == [2]


def test_clock_that_steps_back_delays_nothing_new(database: Database, step_clock: Any) -> None:
    put(database, "a")
    step_clock(timedelta(hours=-3))
    assert keys(take(database)) == ["a"]


def test_claim_from_before_the_clock_stepped_back_does_not_last(database: Database, step_clock: Any) -> None:
    put(database, "a")
    put(database, "later")
    take(database, limit=1)
    step_clock(timedelta(seconds=-30))  # what two machines' clocks may differ by is no step
    assert keys(take(database)) == ["later"]
    step_clock(timedelta(hours=-3))
    assert keys(take(database)) == ["a", "later"]


def test_further_attempt_is_not_lost_when_the_clock_was_years_ahead(
    database: Database, step_clock: Any
) -> None:
    put(database, "a")
    step_clock(timedelta(days=3000))
    failed(database, *take(database))
    step_clock(timedelta(0))
    assert keys(take(database)) == ["a"]


def test_lost_claim_cannot_be_reported_as_failed(database: Database, step_clock: Any) -> None:
    put(database, "a")
    (lost,) = take(database)
    step_clock(PACE.lease + timedelta(seconds=1))
    (held,) = take(database)
    failed(database, lost, permanent=True)
    assert counts(database) == {"waiting": 1, "sent": 0, "dead": 0}
    sent(database, held)
    failed(database, held, permanent=True)
    assert counts(database) == {"waiting": 0, "sent": 1, "dead": 0}


def test_wait_grows_up_to_its_cap() -> None:
    ceilings = [PACE.ceiling(attempts) for attempts in range(1, PACE.most_attempts)]
    assert ceilings[:3] == [timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=8)]
    assert ceilings[-3:] == [PACE.longest_wait] * 3
    assert timedelta(hours=20) < sum(ceilings, timedelta()) / 2 < timedelta(hours=28)


def test_wait_is_anywhere_up_to_its_ceiling() -> None:
    waits = [PACE.wait(3) / PACE.ceiling(3) for _ in range(500)]
    assert 0 <= min(waits) < 0.1
    assert 0.9 < max(waits) <= 1


def test_other_sides_wish_is_respected_within_the_longest_wait(database: Database) -> None:
    put(database, "a")
    failed(database, *take(database), retry_after=3600)
    assert timedelta(minutes=59) < row(database, "a").due_at - now() <= timedelta(minutes=60)
    assert PACE.wait(1, float("inf")) == PACE.longest_wait


def test_last_attempt_gives_up(database: Database) -> None:
    put(database, "a")
    for attempt in range(PACE.most_attempts):
        assert counts(database)["waiting"] == 1
        failed(database, *take(database), f"no answer {attempt}", pace=EAGER)
    with database.reading() as session:
        (dead,) = outbox.list_dead(session)
    assert (dead.attempts, dead.fault) == (PACE.most_attempts, "no answer 9")
    assert take(database) == []


def test_row_that_ends_the_worker_every_time_is_given_up(database: Database) -> None:
    put(database, "a")
    impatient = Pace(lease=timedelta(0), most_attempts=2)
    assert [len(take(database, pace=impatient)) for _ in range(4)] == [1, 1, 0, 0]
    assert row(database, "a").status == "dead"
    assert row(database, "a").fault == outbox.UNFINISHED


def test_revived_row_is_tried_again_with_all_its_attempts(database: Database) -> None:
    put(database, "a")
    failed(database, *take(database), permanent=True)
    with database.transaction() as session:
        outbox.revive(session, row(database, "a").id)
    (again,) = take(database)
    assert (again.attempts, again.fault, again.status) == (1, None, "waiting")


@pytest.mark.parametrize("given_up", [True, False])
def test_only_what_was_given_up_can_be_revived(database: Database, given_up: bool) -> None:
    put(database, "a")
    id = 999 if given_up else row(database, "a").id
    with pytest.raises(OutgoingUnknownError, match=str(id)), database.transaction() as session:
        outbox.revive(session, id)


def test_workers_never_take_the_same_row(database: Database) -> None:
    for number in range(40):
        put(database, f"{number}", lane=f"{number % 20}")
    taken: list[str] = []

    def work() -> None:
        while claimed := take(database, limit=3):
            taken.extend(keys(claimed))
            sent(database, *claimed)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    while claimed := take(database):  # what was held up by another worker's row when each looked last
        taken.extend(keys(claimed))
        sent(database, *claimed)
    assert sorted(taken, key=int) == [f"{number}" for number in range(40)]
    for lane in range(20):
        assert [key for key in taken if int(key) % 20 == lane] == [f"{lane + step}" for step in (0, 20)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_worker_does_not_wait_for_anothers_claim(database: Database) -> None:
    put(database, "a")
    put(database, "b")
    with database.transaction() as session:
        claimed = outbox.claim_due(session, kinds=["email"], limit=1)
        session.flush()
        assert keys([*claimed, *take(database)]) == ["a", "b"]


def test_erased_conversations_rows_do_not_leave(database: Database) -> None:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
    put(database, "before", conversation_id=conversation_id)
    put(database, "other")
    with database.transaction() as session:
        erase_conversation(session, conversation_id, [])
    put(database, "after", conversation_id=conversation_id)
    assert keys(take(database)) == ["other"]
    assert counts(database) == {"waiting": 1, "sent": 0, "dead": 0}


def test_erasure_during_a_delivery_is_no_fault(database: Database) -> None:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
    put(database, "a", conversation_id=conversation_id)
    (outgoing,) = take(database)
    with database.transaction() as session:
        erase_conversation(session, conversation_id, [])
    sent(database, outgoing)
    failed(database, outgoing)
    assert counts(database) == {"waiting": 0, "sent": 0, "dead": 0}


def test_erasure_at_the_same_moment_leaves_nothing(database: Database) -> None:
    """Whichever comes first, no row outlives the conversation."""
    for number in range(6):
        with database.transaction() as session:
            conversation_id = start_conversation(session, channel="widget")
        race(
            lambda number=number, id=conversation_id: put(database, f"{number}", conversation_id=id),
            lambda id=conversation_id: erase(database, id),
        )
    with database.reading() as session:
        assert session.query(Conversation).filter(Conversation.erased_at.is_(None)).count() == 0
    assert counts(database)["waiting"] == 0


def race(*works: Any) -> None:
    ready = threading.Barrier(len(works))
    threads = [threading.Thread(target=lambda work=work: (ready.wait(), work())) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def erase(database: Database, conversation_id: str) -> None:
    with database.transaction() as session:
        erase_conversation(session, conversation_id, [])


def test_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="time zone"):
        put(database, "a", due_at=datetime(2026, 1, 1))
