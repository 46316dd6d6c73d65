"""The database is locked, full or gone for a while: nothing accepted is lost, and visitors are told what to do."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import httpx
import pytest

from bot.channels.last_resort import unavailable_wording
from bot.settings import Clinic, load_clinic
from tests.faults import outages
from tests.faults.campaign import Row, Trial, trial
from tests.faults.house import House, wait_until
from tests.faults.record import count_unanswered
from tests.faults.script import EMERGENCY, QUESTION, REPORT

pytestmark = pytest.mark.timeout(300)

OUTAGE_SECONDS = 3.0
SOON = 20.0  # seconds
TURNS = 40


def test_locked_database_delays_and_loses_nothing(house: House, report: list[Row]) -> None:
    with trial(house, "database locked for 3 s", report) as running:
        running.under(partial(outages.lock, house, OUTAGE_SECONDS), turns=TURNS, times=1)


def test_full_disk_accepts_nothing_and_says_what_to_do(house: House, report: list[Row]) -> None:
    clinic = load_clinic(house.folder / "clinic.toml")
    with trial(house, "disk full", report) as running:
        running.under(partial(fill_disk, running, clinic), turns=TURNS, times=1)


def fill_disk(running: Trial, clinic: Clinic) -> None:
    visitor, in_need = running.caller(), running.caller()
    with outages.full_disk(running.house):
        refused, urgent = visitor.say_once(QUESTION), in_need.say_once(EMERGENCY)
        time.sleep(OUTAGE_SECONDS)
    assert told(refused) == (503, "unavailable", unavailable_wording(clinic))
    assert told(urgent) == (503, "urgent", clinic.urgent_care.wording("urgent"))
    following = visitor.say_once(QUESTION)
    assert following is not None
    assert following.status_code == 200


def told(response: httpx.Response | None) -> tuple[int, str, str]:
    assert response is not None
    content = response.json()
    return response.status_code, content["error"], content["message"]


def test_message_of_a_visitor_who_left_is_answered_when_the_database_is_back(
    house: House, report: list[Row]
) -> None:
    with trial(house, "disk full before the commit", report) as running, ThreadPoolExecutor(1) as thread:
        visitor = running.caller()
        with ExitStack() as full:
            with house.held("actions"):
                leaving = thread.submit(visitor.say_once, QUESTION)
                wait_until(lambda: count_unanswered(house.database))
                full.enter_context(outages.full_disk(house))
            assert told(leaving.result())[0] == 503
        wait_until(lambda: not count_unanswered(house.database), seconds=SOON)


def test_emergency_is_put_before_staff_as_soon_as_it_can_be(house: House, report: list[Row]) -> None:
    clinic = load_clinic(house.folder / "clinic.toml")
    with trial(house, "handoffs cannot be stored", report) as running:
        with outages.no_handoffs(house):
            response = running.caller().say_once(EMERGENCY)
        assert response is not None
        assert clinic.urgent_care.wording("urgent") in response.text
        wait_until(lambda: not count_unanswered(house.database), seconds=SOON)


def test_report_that_could_not_be_stored_is_told_what_to_do_first(house: House, report: list[Row]) -> None:
    with trial(house, "reports cannot be stored", report) as running:
        visitor = running.caller()
        sent = visitor.write(REPORT)
        with outages.no_handoffs(house):
            visitor.send(sent)
        wait_until(lambda: not count_unanswered(house.database), seconds=SOON)
        replies = visitor.send(sent).json()["replies"]  # type: ignore[union-attr]
        assert "contact the clinic today" in replies[0]["text"]


@pytest.mark.only_on("postgresql")
def test_postgres_that_restarts_loses_nothing(house: House, report: list[Row]) -> None:
    with trial(house, "PostgreSQL restarted", report) as running:
        running.under(partial(outages.restart_postgres, house, 1.0), turns=2 * TURNS, times=3)
