"""The clock steps back by an hour: visitors notice nothing, and nothing waits until it has come that far again."""

from __future__ import annotations

from functools import partial

import pytest

from bot.conversations import inbound
from bot.settings import load_settings
from tests.faults.campaign import Row, trial
from tests.faults.house import House, wait_until
from tests.faults.ledger import Sent
from tests.faults.record import count_to_try_again, count_unanswered, count_unsent
from tests.faults.script import EMERGENCY, QUESTION

pytestmark = pytest.mark.timeout(300)

HOUR = 3600
SOON = 20.0  # seconds
TURNS = 40


def test_clock_that_steps_back_during_conversations_delays_nothing(house: House, report: list[Row]) -> None:
    with trial(house, "clock back by an hour", report) as running, house.clock.right_afterwards():
        running.under(partial(house.clock.set, -HOUR), turns=TURNS, times=1)
        wait_until(lambda: not count_unsent(house.database), seconds=SOON)


def test_message_left_before_the_clock_stepped_back_is_answered_soon(house: House, report: list[Row]) -> None:
    with trial(house, "clock back, message left unanswered", report) as running, house.clock.right_afterwards():
        leave_unanswered(house, running.caller().write(QUESTION))
        house.clock.set(-HOUR)
        wait_until(lambda: not count_unanswered(house.database), seconds=SOON)


def leave_unanswered(house: House, sent: Sent) -> None:
    """What a process leaves that dies as soon as it has accepted a message."""
    with house.database.transaction() as session:
        inbound.receive(session, sent.conversation_id, sent.message_id, text=sent.line.text, per_minute=20)


def test_limit_reached_before_the_clock_stepped_back_is_lifted(house: House, report: list[Row]) -> None:
    with trial(house, "clock back, limit reached", report) as running, house.clock.right_afterwards():
        visitor = running.caller()
        for _ in range(load_settings().messages_per_minute):
            visitor.say(QUESTION)
        refused = visitor.say_once(QUESTION)
        assert refused is not None
        assert refused.status_code == 429
        house.clock.set(-HOUR)
        assert visitor.say(QUESTION).answers


def test_alert_that_failed_before_the_clock_stepped_back_is_tried_again_soon(
    house: House, report: list[Row]
) -> None:
    with trial(house, "clock back, alert to be tried again", report) as running, house.clock.right_afterwards():
        wait_until(lambda: not count_unsent(house.database))
        house.postbox.answers = ["451 Not now"]
        running.caller().say(EMERGENCY)
        wait_until(lambda: count_to_try_again(house.database))
        house.clock.set(-HOUR)
        wait_until(lambda: not count_unsent(house.database), seconds=SOON)
