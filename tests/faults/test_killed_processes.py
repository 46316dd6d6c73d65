"""Each process is killed at random moments: what was accepted is answered once, and every alert arrives."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import pytest

from tests.faults.campaign import KILLS, TURNS, Row, Trial, trial
from tests.faults.house import House, wait_until
from tests.faults.record import count_unsent, handoff_is_ahead_of_its_turn
from tests.faults.script import EMERGENCY

pytestmark = pytest.mark.timeout(180 + 2 * TURNS + 60 * KILLS)

ALERTS = 12
LEASE_SECONDS = 61  # after so long, what a killed worker had in hand is taken again
TRIES = 30
DEATHS = 5


def test_rasa_that_is_killed_answers_everything_once(house: House, report: list[Row]) -> None:
    with trial(house, "kill -9 of Rasa", report) as running:
        running.under(lambda: house.kill("rasa"))


def test_rasa_that_is_killed_between_an_action_and_its_commit_repeats_nothing(
    house: House, report: list[Row]
) -> None:
    with trial(house, "kill -9 of Rasa after an action", report) as running:
        assert any(was_killed_after_action(running) for _ in range(TRIES))


def was_killed_after_action(running: Trial) -> bool:
    """Kill Rasa when the emergency's handoff is stored and its replies are not; False where that moment was missed."""
    visitor, house = running.caller(), running.house
    kill = house.aim("rasa")
    with ThreadPoolExecutor(1) as thread:
        saying = thread.submit(visitor.say, EMERGENCY)
        while not saying.done():
            if handoff_is_ahead_of_its_turn(house.database, visitor.conversation_id):
                kill()
                running.faults += 1
                return handoff_is_ahead_of_its_turn(house.database, visitor.conversation_id)
    return False


def test_action_server_that_is_killed_doubles_nothing(house: House, report: list[Row]) -> None:
    with trial(house, "kill -9 of the action server", report) as running:
        running.under(lambda: house.kill("actions"))


def test_worker_that_is_killed_loses_no_alert(house: House, report: list[Row]) -> None:
    wait_until(lambda: not count_unsent(house.database))
    house.postbox.mails.clear()
    house.postbox.thinks = 0.2
    with trial(house, "kill -9 of the worker", report) as running:
        for _ in range(ALERTS):
            running.caller().say(EMERGENCY)
        for _ in range(KILLS):
            kill_between_mails(running)
        house.postbox.thinks = 0
        with house.clock.right_afterwards():
            house.clock.set(LEASE_SECONDS)
            wait_until(lambda: not count_unsent(house.database))
    ids = message_ids(house.postbox.mails, running.ledger.conversations)
    assert [len(set(repeated)) for repeated in ids] == [1] * ALERTS
    assert len({repeated[0] for repeated in ids}) == ALERTS


def kill_between_mails(running: Trial) -> None:
    """Kill the worker at a random moment of delivering."""
    house = running.house
    before = len(house.postbox.mails)
    wait_until(lambda: len(house.postbox.mails) > before or not count_unsent(house.database))
    time.sleep(running.seed.uniform(0, 1.5 * house.postbox.thinks))
    house.kill("worker")
    running.faults += 1


def message_ids(mails: list[EmailMessage], conversations: list[str]) -> list[list[str]]:
    """The Message-IDs of the mails about each conversation."""
    return [
        [mail["Message-ID"] for mail in mails if conversation in mail.get_content()]
        for conversation in conversations
    ]


@pytest.mark.only_on("sqlite")
def test_worker_that_dies_as_soon_as_it_starts_is_started_again(house: House, report: list[Row]) -> None:
    with trial(house, "kill -9 of the starting worker", report) as running:
        for _ in range(DEATHS):
            house.kill("worker")
            running.faults += 1
        running.caller().say(EMERGENCY)
        wait_until(lambda: not count_unsent(house.database))
