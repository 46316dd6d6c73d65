"""What the clauses of a message make of the times in it: the treatment's, or those of something else."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.language.time_intervals import on_days
from bot.language.time_mentions import Mention
from bot.language.time_reading import find_mentions

_DAY_WORDS = r"today|tomorrow|tonight|yesterday|on|at|next|this|last|\w+day"
_TREATMENT = re.compile(
    r"\b(?:microneed\w*|mn|needl(?:ing|ed)|needles|dermapen\w*|derma ?(?:pen|roll)\w*|skin ?pen|the pen|collagen induction"
    r"|treatments?|treated|sessions?|procedures?|appointments?|slot|(?:re-?)?booked(?: in)?|booking|with you"
    r"|visit(?:ing|ed)? you|in with(?! (?:the|my|a)\b)|due in|come (?:in )?on(?= )"
    r"|(?:see|saw|seen|seeing|fitted|squeezed|have|had|got) (?:you|me)(?: in)?|you (?:did|do|have) (?:me|my face|it)"
    r"|(?:did|do|does|done) (?:my|her|his) (?:face|skin)|(?:my|her|his) (?:face|skin) (?:was )?(?:done|needled)"
    r"|(?:had|have|having|get|got|getting) (?:it|mine|this|that|one|hers|his)(?: all)? done"
    r"|(?:had|having) (?:it|mine|one|hers|his|theirs)|have (?:it|mine)(?= )|(?:was|been|it's|its) done"
    r"|(?:latest|most recent|newest|last) one|came out|out of the clinic"
    r"|(?:left|leave|leaving) (?:the clinic|you|yours|your place)"
    rf"|(?:i'm|im|i am|i'll be|was) (?:coming )?in(?= (?:{_DAY_WORDS})\b)|(?:i'm|im|i am) coming in"
    r"|(?:coming|come|came|went|been) (?:in )?(?:to|and see) (?:see )?you"
    r"|(?:came|(?:i|we|she|he) come) in(?! (?:the|a|handy)\b)"
    rf"|(?:my|the|her) (?:1st|2nd|3rd|first|second|third|next|last)(?: one)?(?= (?:is|was|{_DAY_WORDS})\b))\b"
)
_AFTER = re.compile(
    r"\b(?:after|post|following|from|because|since|before|until)"
    r"(?: (?:of|my|the|having|a|had|i|have|her|his|your|this|that|getting|i've|been))* $"
)
_OTHER_SESSION = re.compile(
    r"\b(?:photo|photos|gym|yoga|training|therapy|spin|study|hair|dentist|dental|doctor|nail|nails|lash|brow|makeup"
    r"|tan|tanning"
    r"|massage|facial|gp|vet|hospital)(?:'?s)? $"
)
_SERIES = re.compile(r"\b(?:sessions|treatments|procedures)\b.{0,15} since\b")
_WISHED = re.compile(
    r"\b(?:makeup|foundation|concealer|powder|mascara|lipstick|blusher|bronzer|contour\w*|cosmetics?|base|slap|primer"
    r"|bb cream"
    r"|cc cream|tinted|face on|full face|made up|wear\w*|put (?:on|some|my)|cover\w*|scrub\w*|exfoliat\w*|peel\w*"
    r"|buff\w*|polish"
    r"|glycolic|grainy|gritty|wedding|party|prom|concert|interview|meeting|zoom|call|pics?|photos?|shoot|headshots"
    r"|christening"
    r"|big day|event|ball|gala|dinner|birthday|holiday|graduation|funeral|date|going out|night out|work|school|uni"
    r"|lecture|class"
    r"|flight|fly|travel\w*|gym|spa|can i|could i|may i|should i|is it ok|am i ok|ok to|allowed)\b"
)
_WORN = re.compile(
    r"\b(?:put|used|applied|was wearing|went out (?:in|with|wearing))\b(?: \w+){0,3} "
    r"(?:makeup|foundation|concealer|powder|mascara|scrub|exfoliator|peel|face on|slap)\b|\b(?:scrubbed|exfoliated|wore)\b"
)
_NOT = re.compile(r"\b(?:no|not|n't|haven't|havent|without|never|didn't|didnt|since)\b")
_ELSEWHERE = re.compile(
    r"\b(?:woke|woken|rang|phoned|called|emailed|texted|messaged|wrote|spoke|bought|ordered|arrived|read|told me|asked|born"
    r"|moved house|job|looking for work|got married|started work|saw (?:a|your) (?:ad|post|video)"
    r"|(?:sessions|treatments|procedures|client|customer|patient|coming|going|research)\b.{0,15} since"
    r"|(?:will|can|could|please) (?:you )?(?:ring|phone|call) me|open|close[sd]?|expires?)\b"
)
_PAST = re.compile(
    r"\b(?:had|was|were|did|(?<!i've )(?<!ive )got (?:it|mine|my|needled|done|treated|back)|been|came|saw|left|done|went"
    r"|treated|needled|finished|since|gave|fitted|squeezed|started|began|tried|switched|wore|used|applied|scrubbed"
    r"|exfoliated)\b"
)
_NOT_PAST = re.compile(
    r"\b(?:if|will|'ll|going to|gonna|gunna|booked|booking|having|getting|get|be|have you|have me|can|could|might|should"
    r"|would|coming|planning|due|being|is on|it's on|only (?:time|slot|appointment|day|one)|had left|moved (?:me|it"
    r"|mine) to"
    r"|offered|available|free|fit me|fits?)\b"
)
_BOUNDARY = re.compile(
    r"[!?;\n…]+|[.,](?= |$)|>+|->| - | / |\b(?:but|if|so|then|because|and|while|when|though|only|meanwhile)\b|&|\+"
    r"|\b(?:can|could|may|should|would) (?:i|she|he|we)\b|\bis (?:it|that|this) (?:ok|okay|alright|fine|safe)\b"
    r"|\bam i (?:ok|okay|alright)\b"
)
_MOVED = re.compile(r"\b(?:moved|changed|switched|rescheduled|swapped|shifted)\b.* from (?:the )?$")
_LATER_HOUR = re.compile(
    r"\b(?:started|finished|finish|done|left|came out|out by|out at|it was|my slot|appointment was|was at|in the chair)\b"
)
_DAWN = 5  # until then "in the morning" is today
_WORD = re.compile(r"[a-z']+")
_BARE = frozenset(
    "a about again all already an and at back been but came day days did done ended finished for got had has have"
    " haven't havent"
    " here hi hello hey i i'm i've if im in is it it's its ive just last like makeup makeups mine my no not now ok on"
    " only or out post since so"
    " started still that the then there they this to today used was we went were worn yes yours scrub scrubs"
    " exfoliated flaky face skin".split()
)
_REACH = 45  # characters between a time and the words of the treatment
_CLAUSE = 60  # characters between a day and its hour


@dataclass(frozen=True)
class Told:
    """A mention, the clause around it, and whether it says when the treatment is."""

    mention: Mention
    words: str
    clause: str
    of_treatment: bool

    @property
    def other_words(self) -> int:
        """How much the clause says beside the time: nothing in "it was three days ago"."""
        said = _WORD.findall(self.clause.replace(self.words, " "))
        return sum(word not in _BARE for word in said)

    @property
    def tells_of_wish(self) -> bool:
        """Whether the clause speaks of make-up, a scrub or an occasion."""
        return bool(_WISHED.search(self.clause))

    @property
    def tells_of_other(self) -> bool:
        """Whether the clause speaks of something that is neither the treatment nor what is wanted: "I rang on Friday"."""
        return bool(_ELSEWHERE.search(self.clause))

    @property
    def is_done(self) -> bool:
        """Whether it tells that they have already done what may have been too early: "I wore make-up yesterday"."""
        past = self.is_past is True and not self.of_treatment
        return past and bool(_WORN.search(self.clause)) and not _NOT.search(self.clause)

    @property
    def is_past(self) -> bool | None:
        """Whether it has passed, by the mention itself or by its clause; None where nothing says so."""
        if self.mention.future is None and self.mention.past is not None:
            return True
        if self.mention.past is None and self.mention.future is not None:
            return False
        if _NOT_PAST.search(self.clause):
            return False
        return True if _PAST.search(self.clause) else None


def names_treatment(text: str) -> bool:
    """Whether a normalised text speaks of a treatment anywhere."""
    return bool(_TREATMENT.search(text))


def tell(text: str, now: datetime) -> list[Told]:
    """The mentions of a normalised text, each with a day, with what the clauses around them make of them."""
    mentions = _with_hours(text, find_mentions(text, now))
    if not mentions:
        return []
    following = [*mentions[1:], None]
    mentions = [m for m, after in zip(mentions, following, strict=True) if not _moved(text, m, after)]
    spans = _clauses(text, mentions)
    owners = _owners(text, mentions, spans)
    told = [
        Told(mention, text[mention.start : mention.end], text[start:end], index in owners)
        for index, (mention, (start, end)) in enumerate(zip(mentions, spans, strict=True))
    ]
    return _with_days(told, now)


def _clauses(text: str, mentions: list[Mention]) -> list[tuple[int, int]]:
    """Where the clause around each mention begins and ends; a mention is in one clause."""
    cuts = [(b.start(), b.end()) for b in _BOUNDARY.finditer(text)]
    cuts = [cut for cut in cuts if not any(m.start <= cut[0] < m.end for m in mentions)]
    return [_clause_around(mention, cuts, len(text)) for mention in mentions]


def _moved(text: str, mention: Mention, following: Mention | None) -> bool:
    """Whether it is the old day of "moved from Thursday to Friday"."""
    if following is None or text[mention.end : following.start].strip() != "to":
        return False
    return bool(_MOVED.search(text[max(0, mention.start - 40) : mention.start]))


def _clause_around(mention: Mention, cuts: list[tuple[int, int]], length: int) -> tuple[int, int]:
    start = max((begin for begin, end in cuts if end <= mention.start), default=0)
    stop = min((begin for begin, _ in cuts if begin >= mention.end), default=length)
    return start, stop


def _owners(text: str, mentions: list[Mention], spans: list[tuple[int, int]]) -> set[int]:
    """Which mentions words of a treatment belong to: each to the nearest in its clause that nothing wished for divides."""
    owners = set()
    for word in _TREATMENT.finditer(text):
        if _is_another(text, word):
            continue
        led = bool(_AFTER.search(text[max(0, word.start() - 30) : word.start()]))
        gaps = []
        for index, (mention, (start, end)) in enumerate(zip(mentions, spans, strict=True)):
            if not start <= word.start() < end or _SERIES.search(text[start : mention.start + 6]):
                continue
            comes_after = mention.start >= word.end()
            if led and not comes_after and not mention.offset and mention.future is not None:
                continue
            between = text[word.end() : mention.start] if comes_after else text[mention.end : word.start()]
            if len(between) <= _REACH and not _WISHED.search(between):
                gaps.append((len(between), not comes_after, index))
        if gaps:
            owners.add(min(gaps)[2])
    return owners


def _is_another(text: str, word: re.Match[str]) -> bool:
    """Whether it is a hair appointment or the like."""
    may_be = word.group().startswith(("session", "appointment", "treatment", "slot", "booked", "booking"))
    return may_be and bool(_OTHER_SESSION.search(text[max(0, word.start() - 12) : word.start()]))


def _with_hours(text: str, mentions: list[Mention]) -> list[Mention]:
    """Join an hour to the day before it in the same clause: "yesterday I had my needling with you at six"."""
    joined: list[Mention] = []
    for mention in mentions:
        before = joined[-1] if joined else None
        if before and before.has_day and mention.clock and not (mention.has_day or before.is_bare):
            between = text[before.end : mention.start]
            apart = len(between) > _CLAUSE or _BOUNDARY.search(between) or _WISHED.search(between)
            if not apart and (both := before.joined(mention)):
                joined[-1] = both
                continue
        joined.append(mention)
    return joined


def _with_days(told: list[Told], now: datetime) -> list[Told]:
    """Give hours whose day was said before that day, or today."""
    placed: list[Told] = []
    for item in told:
        mention = item.mention
        if not mention.has_day and mention.offset is None and (mention.clock or mention.part):
            before = placed[-1] if placed else None
            mention = _placed(item, before, now)
            if _tells_on(before, item) and before:
                item = replace(item, of_treatment=before.of_treatment)
        placed.append(replace(item, mention=mention))
    return placed


def _tells_on(before: Told | None, item: Told) -> bool:
    """Whether it is another hour of what was just told: "it started at 10 yesterday and finished at 11"."""
    return before is not None and before.mention.past is not None and bool(_LATER_HOUR.search(item.clause))


def _placed(item: Told, before: Told | None, now: datetime) -> Mention:
    mention, today = item.mention, now.date()
    if _tells_on(before, item) and before:
        return replace(
            mention, past=before.mention.past, future=None if before.is_past else before.mention.future
        )
    if before and before.mention.past is None and (future := before.mention.future) and future.day:
        return replace(mention, future=future)
    if mention.part == "morning" and not mention.clock and now.hour >= _DAWN and not _PAST.search(item.clause):
        today += timedelta(days=1)
    return mention.on(on_days(today, today, now.tzinfo))
