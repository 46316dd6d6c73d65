"""What the words around a mention make of it: said, denied, over, imagined, or somebody else's story."""

from __future__ import annotations

import re
from enum import Enum

from spacy.tokens import Doc, Span

from bot.language.clauses import clauses

_NEGATION_REACH = 7  # words
_ENDS_NEGATION = re.compile(
    r"\b(?:just|only|but|except|apart|although|though|however|until|because|since|yet)\b"
)
_NOW = re.compile(
    r"\b(?:still|now|currently|since|right now|today|keeps?|ongoing|continu\w+|this morning|yesterday|last night)\b"
)
_PRESENT = re.compile(
    r"\b(?:is|are|am|has|have|can not|just|ago|(?!(?:having|doing|getting|being|during|morning|evening|needling|\w*thing)\b)\w+ing)\b"
)
_HAPPENING = re.compile(  # "my face is", "i woke", "this swelling"
    r"\b(?:(?:my|his|her|their|our|the|this|these) (?:\w+ ){1,3}?"
    r"(?:is|are|has|have|feels?|looks?|got|keeps?|went|started|swelled|swollen|can not)"
    r"|(?:i|we|he|she|they|it) (?:is|are|am|have|has|had|got|feels?|woke|can not|keeps?|looks?|noticed"
    r"|can (?:hardly|barely|see|feel|smell))|still"
    r"|this (?:much|red|swollen|bad|swelling|redness|sore|painful|bleeding|yellow|pus)"
    r"|these (?:spots|bumps|blisters|red|dark|marks))\b"
)
_GENERALLY = re.compile(  # "swelling is normal"
    r"(?!(?:my|this|these|the|it|his|her|their|that)\b)(?:\w+ ){1,4}(?:is|are) (?:\w+ )?"
    r"(?:normal|common|usual|expected|typical)\b"
)
_ASKED = re.compile(  # "is bleeding common", "does sunscreen sting", but not "is it" or "are my"
    r"(?:(?:hi|hello|hey|so|and|also|ok|okay|please|but|or|thanks|just|then)\W+)*(?P<verb>is|are|does|do) "
    r"(?!(?:my|this|these|the|it|he|she|they|there|that|his|her|your|their|our|i|we|you)\b)\w"
)
_JUDGED = re.compile(
    r"\?|\b(?:normal|common|usual|typical|expected|ok|okay|risk|possible|likely|bad|dangerous|permanent|part|there|after"
    r"|worse|better|than|effects?|symptoms?|sign|expect)\b"
)
_REFERS_BACK = re.compile(
    r"(?:\b(?:it|they|that|this|all|everything|now|but|and|which|so|completely|both|is|are|i|am|he|she)\b|\W)*"
)


class Status(str, Enum):
    """How a message means something that it mentions."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    RESOLVED = "resolved"  # over, says the same clause
    RESOLVED_LATER = "resolved later"  # over, says a later clause ("it was swollen, now it's fine")
    HYPOTHETICAL = "hypothetical"
    QUESTION = "question"
    PAST = "past"
    HEARSAY = "hearsay"
    HABITUAL = "habitual"


class Context:
    """The cues of one message, and what they make of a mention in it."""

    def __init__(self, doc: Doc, cues: list[Span], mentions: list[Span]) -> None:
        """`cues` don't overlap; their labels are the tables of context.toml. `mentions` are what the message speaks of."""
        self._doc = doc
        self._cues = cues
        self._mention_starts = sorted(mention.start for mention in mentions)
        self._clauses = [clause for sentence in doc.sents for clause in clauses(sentence)]
        self._clause_of = {token.i: n for n, clause in enumerate(self._clauses) for token in clause}
        self._texts = [_normal(clause) for clause in self._clauses]

    def status(self, mention: Span) -> Status:
        """How the message means `mention`; of several reasons to doubt it the first counts."""
        clause = self._clause_of[mention.start]
        if self._is_asked(mention, clause):
            return Status.QUESTION
        effects = (self._effect(cue, mention, clause) for cue in self._cues)
        return next((status for status in effects if status), Status.ASSERTED)

    def _effect(self, cue: Span, mention: Span, clause: int) -> Status | None:
        kind, cue_clause = cue.label_, self._clause_of[cue.end - 1]
        if kind == "resolved":
            return self._resolution(cue, mention, clause)
        if kind == "negated":
            return Status.NEGATED if self._negates(cue, mention, clause) else None
        if kind == "hypothetical":
            return Status.HYPOTHETICAL if self._supposes(cue, mention, clause) else None
        if kind == "question":
            asked = self._supposes(cue, mention, clause) and not self._happens(cue, clause)
            return Status.QUESTION if asked else None
        if kind == "habitual":
            return Status.HABITUAL if cue_clause == clause and not self._is_so_now(cue, clause) else None
        if kind in {"past", "hearsay", "others"}:
            told = cue.sent.start == mention.sent.start and not self._is_so_now(cue, clause)
            return (Status.PAST if kind == "past" else Status.HEARSAY) if told else None
        return None

    def _is_asked(self, mention: Span, clause: int) -> bool:
        text = self._texts[clause]
        if _GENERALLY.match(text):
            return True
        asked = _ASKED.match(text)
        if (
            asked is None
            or self._is_plain(clause, text[: asked.start("verb")].count(" "))
            or _HAPPENING.search(text)
        ):
            return False
        return asked["verb"] in {"does", "do"} or bool(_JUDGED.search(text + self._mark_after(clause)))

    def _is_plain(self, clause: int, offset: int) -> bool:
        token = self._clauses[clause].start + offset
        return any(cue.label_ == "plain" and cue.start <= token < cue.end for cue in self._cues)

    def _mark_after(self, clause: int) -> str:
        end = self._clauses[clause].end
        return self._doc[end].text if end < len(self._doc) else ""

    def _negates(self, cue: Span, mention: Span, clause: int) -> bool:
        between = self._doc[cue.end : max(cue.end, mention.start)]
        near = (
            cue.start < mention.start
            and self._clause_of[cue.end - 1] == clause
            and len(between) <= _NEGATION_REACH
        )
        return near and not _ENDS_NEGATION.search(_normal(between))

    def _resolution(self, cue: Span, mention: Span, clause: int) -> Status | None:
        if cue.start < mention.end or self._doc[cue.end : cue.end + 1].text == "?":
            return None
        cue_clause = self._clause_of[cue.end - 1]
        if cue_clause == clause:
            return Status.RESOLVED
        start = self._clauses[cue_clause].start
        if any(start <= other < cue.start for other in self._mention_starts):
            return None
        return Status.RESOLVED_LATER if _REFERS_BACK.fullmatch(_normal(self._doc[start : cue.start])) else None

    def _supposes(self, cue: Span, mention: Span, clause: int) -> bool:
        """A supposition holds for the rest of its clause, and for clauses joined to it that don't say what is happening."""
        first = self._clause_of[cue.end - 1]
        if cue.start >= mention.start or first > clause or cue.sent.start != mention.sent.start:
            return False
        return all(
            self._is_joined(n) and not _HAPPENING.search(self._texts[n]) for n in range(first + 1, clause + 1)
        )

    def _is_joined(self, clause: int) -> bool:
        start = self._clauses[clause].start
        return any(token.norm_ in {"and", "or"} for token in self._doc[start - 1 : start + 1])

    def _happens(self, cue: Span, clause: int) -> bool:
        spoken = self._clauses[clause]
        return bool(_HAPPENING.search(_normal(self._doc[max(cue.end, spoken.start) : spoken.end])))

    def _is_so_now(self, cue: Span, clause: int) -> bool:
        text = " ".join(token.norm_ for token in self._clauses[clause] if not cue.start <= token.i < cue.end)
        return bool(_NOW.search(text) or (cue.label_ == "others" and _PRESENT.search(text)))


def _normal(span: Span) -> str:
    return " ".join(token.norm_ for token in span)
