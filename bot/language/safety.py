"""Recognises when a visitor needs a clinician: rules over the pipeline's mentions, never a score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from spacy.tokens import Doc

from bot.language.context import Status
from bot.language.phrases import word_set
from bot.language.safety_reading import Mention, read_mentions
from bot.language.safety_rules import LEVELS, Level, Rules, Sign, load_rules

_DAY = 24.0
_LONGEST_AFTERMATH = 45 * _DAY  # "red for two years" is no aftermath, unless the message speaks of a treatment
_PEOPLE = word_set("i me my mine we us our he him his she her they them their it this these the")
_STATES = word_set(
    "is are am has have had was were been will feels looks keeps got getting gone went started still now woke came coming"
    " please help smells stinks weeping oozing leaking both not"
)
_CRY = 3  # words
_REFERRING = word_set("it they them this that these those he she both same now still")
_BODY = word_set("face eye airway throat gullet chest breath swallow sight")
_TRUE = frozenset({Status.ASSERTED.value})
_TRUE_WHEN_GRAVE = _TRUE | {Status.RESOLVED_LATER.value}
_TRUE_IN_CRISIS = frozenset(s.value for s in Status) - {Status.NEGATED.value, Status.PAST.value}
_TIMING_VOID = {"after": {Status.HYPOTHETICAL.value}, "before": {Status.NEGATED.value}}


@dataclass(frozen=True)
class Assessment:
    """How grave a message is (None: it reports nothing), and the signs that tell so, gravest first."""

    level: Level | None
    signs: tuple[str, ...]


def assess(doc: Doc) -> Assessment:
    """What the message in `doc`, made by this project's pipeline, reports."""
    return as_assessment(find_signs([doc]))


def find_signs(docs: Sequence[Doc]) -> list[Sign]:
    """The signs that the messages in `docs`, oldest first, show when they are taken as one report."""
    if not any(doc.spans.get("signs") for doc in docs):
        return []
    rules = load_rules()
    report = _Report(docs, rules)
    return [sign for sign in rules.signs if report.shows(sign)]


def is_before_treatment(doc: Doc) -> bool:
    """Whether the message is about the time before a treatment, and about none that was."""
    if not doc.spans.get("signs"):
        return False
    return _Report([doc], load_rules()).is_before_treatment


def as_assessment(signs: Iterable[Sign]) -> Assessment:
    """The gravest level of `signs`, and their names without repetition."""
    found = sorted(signs, key=lambda sign: LEVELS.index(sign.level))
    return Assessment(found[0].level if found else None, tuple(dict.fromkeys(sign.name for sign in found)))


def _speaks_of_somebody(said: set[str]) -> bool:
    """Whether a message speaks of a person or of what is here, as a cry ("blisters!!") does, too."""
    return not said.isdisjoint(_PEOPLE | _STATES) or (len(said) <= _CRY and "?" not in said)


class _Report:
    """What one message, or several together, say of symptoms, people and time, as the signs ask for it."""

    def __init__(self, docs: Sequence[Doc], rules: Rules) -> None:
        self._symptoms = rules.symptoms
        self._overruled = rules.after.overrules
        self._mentions = read_mentions(docs)
        self._families = frozenset(self._mentions)
        words = [{token.norm_ for token in doc} for doc in docs]
        self._goes_on = {n for n, said in enumerate(words) if n and self._is_continued(n, said)}
        self._after = False
        self._after = self._shows_any(rules.after)
        self._before = self._shows_any(rules.before)
        hours = [float(ent.id_) for doc in docs for ent in doc.ents if ent.label_ == "elapsed_time"]
        self._long_ago = not self._after and any(h > _LONGEST_AFTERMATH for h in hours)
        self._hours = self._hours_passed(hours)
        self._person = self._after or self._hours is not None or any(map(_speaks_of_somebody, words))

    @property
    def is_before_treatment(self) -> bool:
        return self._before and not self._after

    def shows(self, sign: Sign) -> bool:
        return self._shows_any(sign) and self._needs_met(sign) and self._time_fits(sign)

    def _is_continued(self, number: int, said: set[str]) -> bool:
        """Whether a message names nothing itself and so speaks of what came before: "it's now twice that"."""
        named = any(m.message == number for family in _BODY for m in self._mentions.get(family, ()))
        return not named and not said.isdisjoint(_REFERRING)

    def _hours_passed(self, hours: list[float]) -> float | None:
        """The longest time the message speaks of; None where it speaks of none."""
        said = any(m.status != Status.HYPOTHETICAL.value for m in self._mentions.get("days_ago", ()))
        days_ago = [2 * _DAY] if said else []  # "since monday": no clock here, but hardly today
        return max((h for h in [*hours, *days_ago] if self._after or h <= _LONGEST_AFTERMATH), default=None)

    def _needs_met(self, sign: Sign) -> bool:
        if sign.level == "crisis" or (sign.level == "urgent" and sign.needs == "nothing"):
            return True
        if self._long_ago or self.is_before_treatment:
            return False
        if sign.needs == "treatment":
            return self._after or self._hours is not None
        return sign.needs == "nothing" or self._person

    def _time_fits(self, sign: Sign) -> bool:
        said = "unknown" if self._hours is None else "beyond" if self._hours > _DAY else "within"
        if sign.time.startswith("not "):
            return said != sign.time.removeprefix("not ")
        return sign.time in {"", said}

    def _shows_any(self, sign: Sign) -> bool:
        return any(self._stand(sign, group) for group in sign.any if self._families.issuperset(group))

    def _stand(self, sign: Sign, families: Sequence[str]) -> bool:
        mentions = [[m for m in self._mentions[family] if self._holds(m, sign)] for family in families]
        if not all(mentions) or sign.within is None:
            return all(mentions)
        return any(not self._excused(sign, group) for group in self._near(mentions, sign.within))

    def _holds(self, mention: Mention, sign: Sign) -> bool:
        status = mention.status
        if mention.family not in self._symptoms:
            return status not in _TIMING_VOID.get(sign.name, ())
        if sign.level == "crisis":
            return status in _TRUE_IN_CRISIS
        if status == Status.QUESTION.value:  # "is it normal to be red 3 days after my treatment"
            return self._after and self._hours is not None
        return status in (_TRUE_WHEN_GRAVE if sign.level == "urgent" else _TRUE)

    def _excused(self, sign: Sign, group: Sequence[Mention]) -> bool:
        excuses = sign.unless - self._overruled if self._after else sign.unless
        sentences = {(m.message, m.sentence) for m in group}
        present = self._families.intersection(excuses)
        return any((m.message, m.sentence) in sentences for family in present for m in self._mentions[family])

    def _near(self, families: Sequence[Sequence[Mention]], within: int) -> Iterator[tuple[Mention, ...]]:
        """One mention of each family, each at most `within` words from one before it, all in one sentence."""
        for group in product(*families):
            if all(
                any(self._joined(m, other, within) for other in group[:n]) for n, m in enumerate(group) if n
            ):
                yield group

    def _joined(self, left: Mention, right: Mention, within: int) -> bool:
        if left.message != right.message:
            return max(left.message, right.message) in self._goes_on
        return left.sentence == right.sentence and max(left.start - right.end, right.start - left.end) <= within
