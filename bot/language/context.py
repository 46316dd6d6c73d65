"""What the words around a mention make of it: said, denied, over, imagined, or somebody else's story."""

from __future__ import annotations

import re
from enum import Enum

from spacy.tokens import Doc, Span

from bot.language.clauses import clauses
from bot.language.phrases import word_set

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
    r"|can (?:hardly|barely|see|feel|smell))|still|mine (?:is|are|has|have)"
    r"|this (?:much|red|swollen|bad|swelling|redness|sore|painful|bleeding|yellow|pus)"
    r"|these (?:spots|bumps|blisters|red|dark|marks))\b"
)
_GENERALLY = re.compile(  # "swelling is normal"
    r"(?!(?:my|this|these|the|it|his|her|their|that)\b)(?:\w+ ){1,4}(?:is|are) (?:\w+ )?"
    r"(?:normal|common|usual|expected|typical)\b"
)
_ASKED = re.compile(  # "is bleeding common", "does sunscreen sting", but not "is it" or "are my"
    r"(?:(?:hi|hello|hey|so|and|also|ok|okay|please|but|or|thanks|just|then"
    r"|(?:(?:can|could) you )?tell me)\W+)*(?P<verb>is|are|does|do) "
    r"(?!(?:my|this|these|the|it|he|she|they|there|that|his|her|your|their|our|i|we|you)\b)\w"
)
_JUDGED = re.compile(
    r"\?|\b(?:normal|common|usual|typical|expected|ok|okay|risk|possible|likely|bad|dangerous|permanent|part|there|after"
    r"|worse|better|than|effects?|symptoms?|sign|expect|a thing|compulsory|necessary|essential|guaranteed)\b"
)
_OF_THE_VISITOR = re.compile(  # "my lips are", "mine is": no story of somebody else's
    r"\b(?:my (?:\w+ ){1,3}?(?:is|are|has|have|feels?|looks?|keeps?|can not|will not)"
    r"|my (?:\w+ ){0,2}?(?:lips?|tongue|throat|eye(?:lid)?s?|face|skin|cheeks?|chin|nose|forehead|neck|jaw|mouth|chest"
    r"|vision|sight|legs?|knees?)"
    r"|i (?:can not|can (?:hardly|barely)|woke|keep|passed|fainted|collapsed|blacked|swelled))\b"
)
_MINE_TOO = re.compile(  # "are swollen eyes a thing? mine are shut", "can you get blisters? I have some"
    r"\bmine (?:is|are|has|have)\b|\bi currently (?:am|have|do)\b|\bbecause i (?:am|do|have)\b"
    r"|\bi (?:have|got|have got) (?:some|one|them|both|loads)\b"
)
_BY_YOU = re.compile(  # "my nan collapsed after you did her face"
    r"\b(?:you (?:did|treated|needled|gave|put|used)|your (?:needling|session|treatment|cream|serum|needles)"
    r"|(?:at|from|with|by|leaving|seeing) (?:yours|you)|today|this (?:morning|afternoon))\b"
)
_EXCEPTED = re.compile(  # "nothing is swollen apart from my tongue"
    r"(?:apart from|other than|aside from|except|except for|bar|besides) (?:\w+ ){0,2}?"
    r"(?:lips?|tongue|throat|eye(?:lid)?s?|face|cheeks?|chin|nose|forehead|neck|jaw|mouth|left|right)\b"
)
_EXCEPTION_REACH = 6  # words
_SHARED = re.compile(  # "the form mentions infection and I have got one", "a lad says I should go to hospital"
    r"\b(?:mine|i (?:have|have got|got|do have) (?:one|it|that|this|them|those|some|both|all|the same)|i should|i must|i look)\b"
)
_TENSE_OF_NOW = re.compile(  # or said of a treatment, as by those who give their year of birth
    r"\b(?:is|are|am|has|have|can not|can|will not|feels?|looks?|hurts?|keeps?|born|dob"
    r"|(?:after|following|from) (?:\w+ )?(?:session|treatment|needling|microneedling|appointment|procedure|cream))\b"
)
_DENIALS = word_set("no nope nah none never nothing not at all")
_SHORT_QUESTION = 4  # words: "hives? no."
_SKIN = re.compile(r"\b(?:face|skin|cheeks?|forehead|redness)\b")
_REFERS_BACK = re.compile(
    r"(?:\b(?:it|they|that|this|all|everything|now|but|and|which|so|completely|both|is|are|i|am|he|she)\b|\W)*"
)
_SAID_OF_NOW = {  # besides _NOW
    "others": (_PRESENT, _OF_THE_VISITOR, _BY_YOU),
    "hearsay": (_OF_THE_VISITOR,),
    "long_ago": (_TENSE_OF_NOW,),
}


def tells_what_happens(words: str) -> bool:
    """Whether words in their normal forms speak of something that is going on: "my face is", "i woke", "this swelling"."""
    return bool(_HAPPENING.search(words))


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
        self._over = {token.i for cue in cues if cue.label_ == "resolved" for token in cue}
        self._mention_starts = sorted(mention.start for mention in mentions)
        self._clauses = [clause for sentence in doc.sents for clause in clauses(sentence)]
        self._clause_of = {token.i: n for n, clause in enumerate(self._clauses) for token in clause}
        self._texts = [_normal(clause) for clause in self._clauses]
        self._mine_too = bool(_MINE_TOO.search(_normal(doc[:])))

    def status(self, mention: Span) -> Status:
        """How the message means `mention`; of several reasons to doubt it the first counts."""
        clause = self._clause_of[mention.start]
        if self._is_asked(mention, clause):
            return Status.QUESTION
        if self._is_denied_at_once(mention):
            return Status.NEGATED
        effects = (self._effect(cue, mention, clause) for cue in self._cues)
        return next((status for status in effects if status), Status.ASSERTED)

    def _effect(self, cue: Span, mention: Span, clause: int) -> Status | None:
        kind, cue_clause = cue.label_, self._clause_of[cue.end - 1]
        if kind == "resolved":
            return self._resolution(cue, mention, clause)
        if kind == "negated_next":
            return Status.NEGATED if cue.end == mention.start and not self._is_excepted(mention) else None
        if kind == "negated_list":
            return Status.NEGATED if self._denies_list(cue, mention) else None
        if kind == "negated":
            return Status.NEGATED if self._negates(cue, mention, clause) else None
        if kind == "hypothetical":
            return Status.HYPOTHETICAL if self._supposes(cue, mention, clause) else None
        if kind == "question":
            asked = self._supposes(cue, mention, clause) and not self._happens(cue, clause)
            return Status.QUESTION if asked else None
        if kind == "habitual":
            return Status.HABITUAL if cue_clause == clause and not self._is_so_now(cue, clause) else None
        if kind in {"past", "long_ago", "hearsay", "others"}:
            told = cue.sent.start == mention.sent.start and not self._is_so_now(cue, clause)
            if kind in {"hearsay", "others"} and _SHARED.search(_normal(mention.sent)):
                return None
            return (Status.PAST if kind in {"past", "long_ago"} else Status.HEARSAY) if told else None
        return None

    def _is_denied_at_once(self, mention: Span) -> bool:
        """Whether the message asks by a word or two and answers itself: "hives? no."."""
        sentence = mention.sent
        if sentence[-1].text != "?" or len(sentence) > _SHORT_QUESTION + 1 or sentence.end == len(self._doc):
            return False
        answer = {token.norm_ for token in self._doc[sentence.end].sent if token.is_alpha}
        return bool(answer) and answer <= _DENIALS

    def _denies_list(self, cue: Span, mention: Span) -> bool:
        """ "No to all: heat, ooze" and "the form asks about fits. I have none of those." """
        if self._doc[cue.end : cue.end + 1].text == ":":
            return bool(mention.sent.start == cue.sent.end)
        closes = cue.end == len(self._doc) or self._doc[cue.end].is_punct
        return bool(closes and mention.start < cue.start and mention.sent.end >= cue.sent.start)

    def _is_asked(self, mention: Span, clause: int) -> bool:
        text = self._texts[clause]
        if _GENERALLY.match(text):
            return True
        asked = _ASKED.match(text)
        if (
            asked is None
            or self._is_plain(clause, text[: asked.start("verb")].count(" "))
            or _HAPPENING.search(text)
            or self._mine_too
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
        return near and not _ENDS_NEGATION.search(_normal(between)) and not self._is_excepted(mention)

    def _is_excepted(self, mention: Span) -> bool:
        """Whether what is denied is then said of one place after all: "no swelling apart from my lip"."""
        return bool(_EXCEPTED.match(_normal(self._doc[mention.end : mention.end + _EXCEPTION_REACH])))

    def _resolution(self, cue: Span, mention: Span, clause: int) -> Status | None:
        if cue.start < mention.end or self._doc[cue.end : cue.end + 1].text == "?":
            return None
        cue_clause = self._clause_of[cue.end - 1]
        if cue_clause == clause:
            if mention.label_ == "fever" and _SKIN.search(_normal(self._doc[mention.end : cue.end])):
                return None  # "38.5, but the face is fine"
            return Status.RESOLVED
        start = self._clauses[cue_clause].start
        if any(start <= other < cue.start for other in self._mention_starts):
            return None
        return Status.RESOLVED_LATER if _REFERS_BACK.fullmatch(_normal(self._doc[start : cue.start])) else None

    def _supposes(self, cue: Span, mention: Span, clause: int) -> bool:
        """A supposition holds for the rest of its clause, and for clauses joined to it that don't say what is happening."""
        first = self._clause_of[cue.end - 1]
        if (
            cue.start >= mention.start
            or first > clause
            or cue.sent.start != mention.sent.start
            or self._mine_too
        ):
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
        spoken = [t for t in self._clauses[clause] if not (cue.start <= t.i < cue.end or t.i in self._over)]
        text = " ".join(token.norm_ for token in spoken)
        return any(words.search(text) for words in (_NOW, *_SAID_OF_NOW.get(cue.label_, ())))


def _normal(span: Span) -> str:
    return " ".join(token.norm_ for token in span)
