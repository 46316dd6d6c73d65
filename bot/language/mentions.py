"""What a message speaks of: entities with canonical values, words of the safety rules, and how each is meant."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from bot.language.ages import find_ages
from bot.language.context import Context, Status
from bot.language.elapsed import find_elapsed
from bot.language.phrases import PhraseFinder, longest, spoken_tokens

ELAPSED = "elapsed_time"
AGE = "life_stage"
_MEANT_AS_MAYBE = {Status.HYPOTHETICAL, Status.QUESTION}
_MEANT_AS_OVER = {Status.PAST, Status.RESOLVED, Status.RESOLVED_LATER}


# What somebody has or is does not end because something else is "fine" or went well "last time".
_LASTING = frozenset({"condition", "life_stage"})
_ENDS = re.compile(
    r"\b(?:gone|away|clear\w*|healed|disappeared|vanished|stopped|over|recovered|subsided|faded|went|settled|calmed)\b"
)
_TELLS_OF_ONE_TIME = frozenset({"once", "last time"})


class MentionFinder:
    """Writes `doc.ents` and `doc.spans["signs"]`, and on each span what the words around it make of it."""

    def __init__(self, vocab: Vocab, words: Mapping[str, Any], normalise: Callable[[str], str]) -> None:
        """`words` is what `pipeline.read_words` makes: tables of phrases, and which families can be true or not."""
        phrases = words["phrases"]
        self._entities = PhraseFinder(vocab, phrases["entities"], normalise, lenient=False)
        self._cues = PhraseFinder(vocab, phrases["cues"], normalise, lenient=True)
        self._signs = PhraseFinder(vocab, phrases["signs"], normalise, lenient=True)
        self._symptoms = frozenset(words["symptoms"])
        self._timing = frozenset(words["timing"])
        for name in ("status", "negated", "hypothetical", "past"):
            Span.set_extension(name, default=None, force=True)

    def __call__(self, doc: Doc) -> Doc:
        doc.ents = longest([*_spans_by_pattern(doc), *(_entity(span) for span in self._entities.find(doc))])
        signs = _without_idioms(self._signs.find(doc))
        doc.spans["signs"] = signs
        symptoms = [span for span in signs if span.label_ in self._symptoms]
        cues = longest(self._cues.find(doc))
        context = Context(doc, cues, symptoms)
        lasting = Context(doc, [cue for cue in cues if not _is_about_looks(cue)], symptoms)
        timing = [span for span in signs if span.label_ in self._timing]
        for span in (*doc.ents, *symptoms, *timing):
            of_the_person = span.label_ in _LASTING
            _describe(span, (lasting if of_the_person else context).status(span))
        return doc


def _is_about_looks(cue: Span) -> bool:
    """Whether the cue ends a redness or an earlier occasion, but no illness and no pregnancy."""
    words = " ".join(token.norm_ for token in cue)
    return (cue.label_ == "resolved" and not _ENDS.search(words)) or (
        cue.label_ == "past" and words in _TELLS_OF_ONE_TIME
    )


def _entity(span: Span) -> Span:
    label, value = span.label_.split("/")
    return Span(span.doc, span.start, span.end, label=label, span_id=value)


def _spans_by_pattern(doc: Doc) -> list[Span]:
    """Times that have passed, and ages."""
    tokens = spoken_tokens(doc)
    starts, text = [], ""
    for token in tokens:
        starts.append(len(text))
        text += token.norm_ + " "
    text = text.rstrip()
    found = [(time.start, time.end, ELAPSED, f"{time.hours:g}") for time in find_elapsed(text)]
    found += [(start, end, AGE, stage) for start, end, stage in find_ages(text)]
    return [
        Span(
            doc,
            tokens[_index(starts, start)].i,
            tokens[_index(starts, end - 1)].i + 1,
            label=label,
            span_id=value,
        )
        for start, end, label, value in found
    ]


def _index(starts: list[int], offset: int) -> int:
    return bisect_right(starts, offset) - 1


def _without_idioms(spans: list[Span]) -> list[Span]:
    """Leave out what an idiom swallows: the "pain" of "pain killers"."""
    idioms = [span for span in spans if span.label_ == "idiom"]
    return [
        span for span in spans if span.label_ != "idiom" and not any(_swallows(idiom, span) for idiom in idioms)
    ]


def _swallows(idiom: Span, span: Span) -> bool:
    return idiom.start < span.end and span.start < idiom.end and len(span) < len(idiom)


def _describe(span: Span, status: Status) -> None:
    span._.status = status.value
    span._.negated = status is Status.NEGATED
    span._.hypothetical = status in _MEANT_AS_MAYBE
    span._.past = status in _MEANT_AS_OVER
