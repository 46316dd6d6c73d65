"""What is said on topics: their approved answers, with the cautions that the visitor's words call for; or which one was meant."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import (
    Say,
    clinic,
    database,
    inbound_id,
    misunderstandings,
    question,
    transaction,
    was_typed,
)
from actions.cautions import cautions_now, find_cautions, mentioned_cautions, taken_back, wording
from actions.note_contact import note_contact
from actions.timing import Timing, timing_line
from bot.conversations.gaps import record_gap
from bot.database import now
from bot.knowledge.service import Answer, find_answer

MOST_ANSWERS = 3
MOST_QUESTION_CHARACTERS = 300
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def answer_topics(tracker: Tracker, slugs: list[str]) -> Say:
    """The approved answers, in the order asked, each once; what has none is kept as a question without an answer.

    Of more than three topics the first three are answered and the others offered.
    """
    if noted := note_contact(tracker):
        return noted
    if back := _noted_taken_back(tracker, slugs):
        return back
    with database().reading() as session:
        answers = [answer for slug in slugs if (answer := find_answer(session, slug))]
        new = [slug for slug in mentioned_cautions(tracker) if slug not in (tracker.get_slot("cautions") or [])]
        cautions = find_cautions(session, [slug for slug in new if slug not in slugs[:MOST_ANSWERS]])
    known = {answer.slug for answer in answers if answer.outcome == "answered"}
    unanswered = [slug for slug in slugs[:MOST_ANSWERS] if slug not in known]
    if (unanswered or not answers) and was_typed(tracker):
        topic = unanswered[0] if unanswered else None
        with transaction(tracker) as session:
            record_gap(session, tracker.sender_id, inbound_id(tracker), question=question(tracker), topic=topic)
    say = _answered(answers, cautions) if answers else _unanswered(tracker, cautions)
    if say.text and (timing := _timing(tracker, answers)):
        say.response, say.values, say.text = timing.response, {**timing.values, "answer": say.text}, ""
    if answers and _wishes_booking(tracker):
        _offer_booking(say)
    say.events += [*_context(tracker, [answer.slug for answer in answers]), *remembered_cautions(tracker)]
    return say


def _wishes_booking(tracker: Tracker) -> bool:
    understanding: dict[str, Any] = tracker.latest_message.get("understanding") or {}
    return bool(understanding.get("wishes_booking"))


def _offer_booking(say: Say) -> None:
    """Lead on to the consultation that was wished for beside the question; a "yes" starts it, too."""
    say.offer = "consultation"
    book = next_steps()[0]
    say.buttons = [book, *(button for button in say.buttons if button != book)]
    if say.text:
        say.response, say.values, say.text = "utter_answer_and_booking", {"answers": say.text}, ""


def ask_which(tracker: Tracker, slugs: list[str]) -> Say | None:
    """Asks which of the topics was meant; None where none of them has an entry, or where asking has just failed."""
    choices = _choices(slugs)
    if not choices or misunderstandings(tracker) > 0:
        return None
    return Say(
        outcome="clarify", response="utter_which_topic", buttons=choices, events=remembered_cautions(tracker)
    )


def _choices(topics: list[str]) -> list[dict[str, str]]:
    """Buttons titled as the topics' entries are."""
    with database().reading() as session:
        entries = [entry for topic in topics if (entry := find_answer(session, topic))]
    return [{"title": entry.title, "payload": f"/ask_{entry.slug}"} for entry in entries]


def remembered_cautions(tracker: Tracker) -> list[dict[str, Any]]:
    """What keeps the conversation's cautions known."""
    return [SlotSet("cautions", cautions_now(tracker))]


def _context(tracker: Tracker, slugs: list[str]) -> list[dict[str, Any]]:
    """What lets the next message be understood from this one. A question that followed another is kept with it."""
    asked = f"{_followed(tracker)} {question(tracker)}".strip()[-MOST_QUESTION_CHARACTERS:]
    return [SlotSet("topics", slugs), SlotSet("question", asked)]


def _followed(tracker: Tracker) -> str:
    """The question that the message follows; "" where it speaks for itself."""
    understanding: dict[str, Any] = tracker.latest_message.get("understanding") or {}
    return str(tracker.get_slot("question") or "") if understanding.get("follows") else ""


def _noted_taken_back(tracker: Tracker, slugs: list[str]) -> Say | None:
    """A caution that no longer holds is noted; only where nothing else was asked is that all there is to say."""
    gone = taken_back(tracker)
    if not gone or set(slugs) - set(gone):
        return None
    return Say(outcome="smalltalk", response="utter_caution_taken_back", events=remembered_cautions(tracker))


def next_steps() -> list[dict[str, str]]:
    """The two ways on when the assistant cannot answer."""
    return [
        {"title": "Book a consultation", "payload": "/book_consultation"},
        {"title": "Talk to a person", "payload": "/talk_to_human"},
    ]


def _answered(answers: list[Answer], cautions: list[Answer]) -> Say:
    said, rest = answers[:MOST_ANSWERS], answers[MOST_ANSWERS:]
    text = "\n\n".join(without_repetition([*(a.text for a in said), *map(wording, cautions)]))
    outcome = "answered" if any(answer.outcome == "answered" for answer in said) else "unanswered"
    open_ended = any(answer.outcome != "answered" for answer in said)
    buttons = [{"title": answer.title, "payload": f"/ask_{answer.slug}"} for answer in rest]
    return Say(
        outcome=outcome,
        text="" if rest else text,
        response="utter_answers_and_more" if rest else "",
        values={"answers": text} if rest else {},
        entries=[*said, *cautions],
        buttons=buttons or (next_steps() if open_ended else []),
        offer="consultation" if open_ended else None,
    )


def _timing(tracker: Tracker, answers: list[Answer]) -> Timing | None:
    """What the first answer with a rule of time makes of the moments that the visitor names."""
    moment = now().astimezone(ZoneInfo(clinic().time_zone))
    timings = (timing_line(question(tracker), moment, answer, before=_followed(tracker)) for answer in answers)
    return next(filter(None, timings), None)


def without_repetition(texts: list[str]) -> list[str]:
    """The texts without sentences that an earlier one has said; a text of which nothing is left is left out."""
    said: set[str] = set()
    kept = []
    for text in map(str.strip, texts):
        sentences = _SENTENCE_END.split(text)
        new = [sentence for sentence in sentences if sentence not in said]
        said.update(new)
        if new:
            kept.append(text if new == sentences else " ".join(new))
    return kept


def _unanswered(tracker: Tracker, cautions: list[Answer]) -> Say:
    """Say that no approved answer exists; the second time in a row, offer a person outright."""
    again = misunderstandings(tracker) >= 1
    return Say(
        outcome="unanswered",
        response="utter_unanswered_again" if again else "utter_unanswered",
        values={"caution": "".join(f"{wording(entry)}\n\n" for entry in cautions)},
        entries=cautions,
        buttons=next_steps(),
        offer="person" if again else "consultation",
    )
