"""Messages that come at the same moment: the same one is answered once, different ones in their order."""

from __future__ import annotations

from functools import partial

import pytest

from tests.faults.campaign import Row, at_once, trial
from tests.faults.house import House
from tests.faults.script import EMERGENCY, GAP, QUESTION, Line

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("line", [QUESTION, GAP, EMERGENCY], ids=["question", "gap", "emergency"])
def test_same_message_ten_times_at_once_gets_one_set_of_replies(
    house: House, report: list[Row], line: Line
) -> None:
    with trial(house, f"the same {line.outcomes[0]} message 10 times at once", report) as running:
        visitor = running.caller()
        sent = visitor.write(line)
        responses = at_once([partial(visitor.send, sent)] * 10)
        assert [response.status_code for response in responses] == [200] * 10
        assert len({response.text for response in responses}) == 1


def test_twenty_messages_of_one_conversation_at_once_are_answered_in_order(
    house: House, report: list[Row]
) -> None:
    with trial(house, "20 messages of one conversation at once", report) as running:
        visitor = running.caller()
        responses = at_once([partial(visitor.say_once, QUESTION)] * 20)
        assert [response.status_code for response in responses] == [200] * 20
