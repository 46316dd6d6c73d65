"""Whether a reply is right."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.understanding.cases import Case, Expected, Turn, clinic_topics
from benchmarks.understanding.visits import Seen

MOST_TOPICS = 3  # answered in one reply; the rest is offered
CAUTIONS = frozenset({"pregnancy", "active_acne_or_infection", "medical_conditions"})
# What a message with this intent is answered with, where another intent leads to the same words.
_SAME_REPLY = {"complaint": {"talk_to_human"}, "stop": {"goodbye", "deny"}, "goodbye": {"thanks"}}
_ALARMS = {"urgent": 3, "crisis": 3, "handoff": 2}


@dataclass(frozen=True)
class Judged:
    """A turn, what came of it, and whether that is right.

    Args:
        right: everything that is expected.
        exact: and no topic that was not asked for.
        how: `right`, `asked back` (with the right choice), `refused`, `wrong`.
    """

    case: Case
    turn: Turn
    seen: Seen
    right: bool
    exact: bool
    how: str


def judge(case: Case, turn: Turn, seen: Seen) -> Judged:
    """Judge one turn."""
    expected = turn.expected
    right = _is_right(expected, seen)
    wanted = frozenset().union(*expected.topics) | CAUTIONS
    exact = right and set(seen.topics) <= wanted
    return Judged(case, turn, seen, right, exact, _how(expected, seen, right))


def _is_right(expected: Expected, seen: Seen) -> bool:
    if expected.level:
        return _level_fits(expected.level, seen)
    if expected.verdict == "over":
        return seen.outcome in ("handoff", "urgent")  # still there beyond its day: somebody has to look at it
    if expected.intent:
        return seen.intent == expected.intent or seen.intent in _SAME_REPLY.get(expected.intent, ())
    fits = _topics_fit(expected, seen) if expected.topics else _outcome_fits(expected, seen)
    if expected.outcomes and expected.topics:
        fits = fits and (seen.outcome in expected.outcomes or _is_the_clinics(expected))
    return fits and _cautions_fit(expected, seen) and _verdict_fits(expected, seen)


def _topics_fit(expected: Expected, seen: Seen) -> bool:
    """Every topic is there, in the order asked; of more than three the first three, and the rest is offered."""
    places = [
        min((seen.topics.index(topic) for topic in alternatives if topic in seen.topics), default=-1)
        for alternatives in expected.topics[:MOST_TOPICS]
    ]
    return (
        -1 not in places
        and places == sorted(places)
        and (seen.outcome == "answered" or _is_the_clinics(expected))
    )


def _outcome_fits(expected: Expected, seen: Seen) -> bool:
    named = expected.outcomes
    if any(topic in named for topic in seen.topics):
        return True
    others = set(seen.topics) - CAUTIONS
    return (not named or seen.outcome in named) and (not named or not others)


def _is_the_clinics(expected: Expected) -> bool:
    return any(alternatives & clinic_topics() for alternatives in expected.topics)


def _cautions_fit(expected: Expected, seen: Seen) -> bool:
    return expected.cautions <= seen.cautions and not expected.no_cautions & seen.cautions


def _verdict_fits(expected: Expected, seen: Seen) -> bool:
    verdict = {"passed": "yes"}.get(expected.verdict, expected.verdict)
    return not verdict or verdict == (seen.verdict or "none")


def _level_fits(level: str, seen: Seen) -> bool:
    alarm = _ALARMS.get(seen.outcome, 0)
    if level in ("urgent", "crisis"):
        return alarm == _ALARMS[level]
    if level == "concerning":
        return alarm >= _ALARMS["handoff"]
    return alarm == 0 or (level == "none" and seen.intent != "report_reaction")


def _how(expected: Expected, seen: Seen, right: bool) -> str:
    if right:
        return "right"
    if seen.outcome == "clarify":
        return "asked back"
    if seen.outcome == "unanswered" and not set(seen.topics) - CAUTIONS:
        return "refused"
    return "wrong"
