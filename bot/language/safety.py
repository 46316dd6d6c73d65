"""Recognises when a visitor needs a clinician: rules over the pipeline's mentions, never a score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from bot.language.context import Status
from bot.language.phrases import word_set
from bot.language.safety_rules import LEVELS, Level, Rules, Sign, load_rules

_DAY = 24.0
_LONGEST_AFTERMATH = 45 * _DAY  # "red for two years" is no aftermath, unless the message speaks of a treatment
_PEOPLE = word_set("i me my mine we us our he him his she her they them their it this these the")
_STATES = word_set(
    "is are am has have had was were been will feels looks keeps got getting gone went started still now woke came coming"
    " please help"
)
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
    if not doc.spans.get("signs"):
        return Assessment(None, ())
    rules = load_rules()
    message = _Message(doc, rules)
    found = sorted((s for s in rules.signs if message.shows(s)), key=lambda sign: LEVELS.index(sign.level))
    return Assessment(found[0].level if found else None, tuple(dict.fromkeys(sign.name for sign in found)))


class _Message:
    """What a message says of symptoms, people and time, as the signs ask for it."""

    def __init__(self, doc: Doc, rules: Rules) -> None:
        self._symptoms = rules.symptoms
        self._overruled = rules.after.overrules
        self._spans: dict[str, list[Span]] = defaultdict(list)
        for span in doc.spans["signs"]:
            self._spans[span.label_].append(span)
        self._after = False
        self._after = any(self._stand(rules.after, families) for families in rules.after.any)
        self._before = any(self._stand(rules.before, families) for families in rules.before.any)
        hours = [float(ent.id_) for ent in doc.ents if ent.label_ == "elapsed_time"]
        self._long_ago = not self._after and any(h > _LONGEST_AFTERMATH for h in hours)
        self._hours = self._hours_passed(hours)
        said = {token.norm_ for token in doc}
        self._person = self._hours is not None or not said.isdisjoint(_PEOPLE | _STATES)

    def _hours_passed(self, hours: list[float]) -> float | None:
        """The longest time the message speaks of; None where it speaks of none."""
        days_ago = (
            [2 * _DAY] if self._spans["days_ago"] else []
        )  # "since monday": no clock here, but hardly today
        return max((h for h in [*hours, *days_ago] if self._after or h <= _LONGEST_AFTERMATH), default=None)

    def shows(self, sign: Sign) -> bool:
        return (
            any(self._stand(sign, families) for families in sign.any)
            and self._needs_met(sign)
            and self._time_fits(sign)
        )

    def _needs_met(self, sign: Sign) -> bool:
        if sign.level == "crisis" or (sign.level == "urgent" and sign.needs == "nothing"):
            return True
        if self._long_ago or (self._before and not self._after):
            return False
        if sign.needs == "treatment":
            return self._after or self._hours is not None
        return sign.needs == "nothing" or self._person

    def _time_fits(self, sign: Sign) -> bool:
        said = "unknown" if self._hours is None else "beyond" if self._hours > _DAY else "within"
        if sign.time.startswith("not "):
            return said != sign.time.removeprefix("not ")
        return sign.time in {"", said}

    def _stand(self, sign: Sign, families: Sequence[str]) -> bool:
        spans = [[span for span in self._spans[family] if self._holds(span, sign)] for family in families]
        if not all(spans) or sign.within is None:
            return all(spans)
        return any(not self._excused(sign, group) for group in _near(spans, sign.within))

    def _holds(self, span: Span, sign: Sign) -> bool:
        if span.label_ not in self._symptoms:
            return span._.status not in _TIMING_VOID.get(sign.name, ())
        if sign.level == "crisis":
            return span._.status in _TRUE_IN_CRISIS
        if span._.status == Status.QUESTION.value:  # "is it normal to be red 3 days after my treatment"
            return self._after and self._hours is not None
        return span._.status in (_TRUE_WHEN_GRAVE if sign.level == "urgent" else _TRUE)

    def _excused(self, sign: Sign, group: Sequence[Span]) -> bool:
        sentences = {span.sent.start for span in group}
        excuses = sign.unless - self._overruled if self._after else sign.unless
        return any(other.sent.start in sentences for family in excuses for other in self._spans[family])


def _near(families: Sequence[Sequence[Span]], within: int) -> Iterator[tuple[Span, ...]]:
    """One span of each family, each at most `within` words from one before it, all in one sentence."""
    first, *others = families
    for span in first:
        yield from _joined((span,), others, within)


def _joined(
    group: tuple[Span, ...], families: Sequence[Sequence[Span]], within: int
) -> Iterator[tuple[Span, ...]]:
    if not families:
        yield group
        return
    for span in families[0]:
        if span.sent.start == group[0].sent.start and any(_gap(span, other) <= within for other in group):
            yield from _joined((*group, span), families[1:], within)


def _gap(left: Span, right: Span) -> int:
    return int(max(left.start - right.end, right.start - left.end, 0))
