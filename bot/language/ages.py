"""Stages of life that numbers, dates and relations tell: an age, the weeks of a pregnancy, whose child or friend is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

_AGE = re.compile(
    r"\b(?:(?:i am|he is|she is|(?:son|daughter|mum|mom|mother|dad|father|wife|husband|sister|brother) is|aged?|turned|turning)"
    r" (?P<is>\d{2})(?! ?(?:%|mm|kg|min|hour|hr|day|week|wk|month|session|year(?! old)|yr(?! old)|st|nd|rd|th|pm|am|or|-))\b"
    r"|(?P<old>\d{1,2}) ?(?:years? ?old|yrs? ?old|y ?o)\b"
    r"|\b(?:over|above|past|under|below) (?:the age of )?(?P<bound>1[0-8]|[4-8]\d)\b(?! ?(?:%|mm|kg|min|hour|day|week|month|session|year|pound|\$)))"
)

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TENS = "twenty|thirty|forty"
_NUMBER = rf"(?:\d{{1,2}}|(?:{_TENS})(?: (?:{_ONES}))?|{_ONES}|ten|eleven|twelve|\w+teen)"
_WEEKS, _SPAN = r"(?:weeks?|wks?|wk)", r"(?:weeks?|wks?|wk|months?|mo?nths?|mths?)"
_ENDS = r"(?=$| [.,!?;:)]| (?:and|so|but|now|today|tomorrow|on|can|could|is|do|does|will|would|what|how|with|pregnant|preg\w*)\b)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|march|april|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)"
)
_DATE = (
    rf"(?:(?:the )?\d{{1,2}} ?(?:st|nd|rd|th)? ?(?:of )?{_MONTH}|{_MONTH}|spring|summer|autumn|winter|christmas|xmas"
    rf"|easter|halloween|new year|any (?:day|minute|moment)|(?:the )?(?:end|start|middle|beginning) of {_MONTH}"
    rf"|(?:{_NUMBER}|a few|a couple of|few) {_SPAN}|(?:next|this) (?:week|month|year|spring|summer|autumn|winter))"
)
_WHEN = rf"(?:(?:in|on|at|around|about|by|early|late|mid|this|next|end of|start of|the) ){{0,3}}{_DATE}"
_SELF = r"(?:i am|we are|am|am also|i am actually|currently)"
_CHILD = r"(?:bab(?:y|ies)|bub(?:ba)?|twins|triplets|little one|little (?:girl|boy)|newborn|(?:first|second|third|fourth) (?:child|baby|one))"
_RELATION = (
    r"(?:sister|brother|friend|friends|mate|bestie|cousin|colleague|coworker|co worker|neighbou?r|aunt|auntie|aunty|uncle|niece|nephew|boss"
    r"|flatmate|roommate|housemate|mum|mom|mam|mother|dad|father|nan|gran|grandma|grandmother|granddad|wife|husband|partner"
    r"|girlfriend|boyfriend|fianc\w+|daughter|son|dog|cat)(?: in law)?"
)
_OPENING = (
    r"(?:(?:hi|hello|hey|so|ok|ps|btw|hiya|currently|just|am|fyi)(?: (?:there|all|guys|dear))? (?:, |! |\. )?)"
)
# "I'm 2 weeks and still red" counts from a treatment.
_NO_HEALING = (
    rf"(?!(?:[1-3]|one|two|three) ?{_WEEKS}\b)"
    r"(?!.{0,80}\b(?:still|red|redness|swollen|sore|peeling|scabs?|flaky|itchy|healed|post|since)\b)"
)
_PREGNANT = re.compile(
    rf"\b{_NUMBER} ?{_SPAN} (?:and {_NUMBER} days? )?(?:along|gestation|preg\w*|in to (?:my|our|the) pregnancy|with (?:my|our) {_CHILD})\b"
    rf"|\b(?:i am|am) (?:\w+ )?{_NO_HEALING}(?:{_NUMBER} ?{_WEEKS}|(?:[1-9]|{_ONES}) ?(?:months?|mo?nths?|mths?))(?: gone)?{_ENDS}(?! on\b)"
    rf"|(?:^|[.,!?;:] |\b(?:{_SELF}|and|but|so|also|because|{_CHILD}|{_CHILD} is) )due {_WHEN}\b(?! for\b)"
    rf"|\b{_CHILD}(?: (?:number|no|#) ?\w+)?(?: is)?(?: (?:due|arriving|arrives|expected|coming|comes|landing))(?: {_WHEN})?\b(?! (?:to|with|along)\b)"
    rf"|\b(?:she|{_RELATION}) is expecting\b(?! (?:to|you|it|a lot)\b)"
    rf"|(?:^|\b(?:i|she|wife|daughter) (?:am|is) ){_NO_HEALING}{_NUMBER} ?{_SPAN} gone\b"
    r"|\b(?:in (?:my |the )?)?[4-9] ?th month\b(?! (?:of|after|post|since)\b)"
    rf"|\b(?:number|no) (?:{_ONES}|[1-9]) (?:is )?(?:on the way|due|arriving|arrives)\b"
    rf"|(?:^|[.,!?;:] |\b{_SELF} |\bif )expecting(?=$| [.,!?;:)]| (?:and|so|but|again|soon|can|is|do|does|will|in {_MONTH}|{_MONTH})\b)(?: in)?(?: {_MONTH})?"
)
_LATE_WEEKS = re.compile(rf"^(?:{_OPENING})*(?P<weeks>{_NUMBER}) ?{_WEEKS}(?: (?:and|,|\.|!|here|today))")
_OF_TREATMENT = re.compile(
    r"\b(?:still|since|after|ago|post|session|sessions|treatment|treatments|healed|recovery|redness|results?|done|old|used|using)\b"
)
_TWO_LINES = re.compile(
    r"\b(?:two|2|double|second) (?:\w+ )?lines?\b(?: \w+){0,6}? (?:test|stick|clearblue)\b"
    r"|\b(?:test|stick|clearblue)\b(?: \w+){0,6}? (?:two|2|double|a second) (?:\w+ )?lines?\b|\bpeed on (?:a|the) stick\b"
)
_NURSING = re.compile(
    rf"\b(?:nursing|feeding|breastfeed\w*|feed|nurse) (?:my|a|our) (?:{_NUMBER} ?{_SPAN}(?: old)?|{_CHILD})\b"
)
_TRYING = re.compile(
    r"\b(?:(?:came|come|coming|went|going|got|just|am|be) off|stopped|stopping|quit|ditched|binned|chucked|left|finished)"
    r" (?:taking |using )?(?:the |my )?(?:pill|birth control|contracept\w+|coil|implant|depo|mirena)"
    r"(?: [\w,]+){0,8}? (?:try|trying|bab(?:y|ies)|family|pregnan\w+|conceive|kids?|child|children|parents|mum|ttc)\b"
)
_FAMILY = re.compile(
    r"week|wk|mo?n?ths?\b|due |expecting|test|stick|bab|bub|twins|triplets|little|child|nurs|feed|off |pill|number|stop|quit"
)
_AFTER_PREGNANCY = re.compile(
    r"\b(?:from|since) (?:\w+ ){0,2}pregnanc(?:y|ies)\b"
    r"|\blooks? (?:like i am )?(?:\w+ )?(?:months? |weeks? )?pregnant\b"
    r"|\b(?:after|post|during|in|with) (?:both|two|three|2|3|four|all|previous|my (?:first|second|third|last|previous|1st|2nd|3rd|two|both|three)|the last)"
    r" (?:\w+ )?pregnanc(?:y|ies)\b"
    r"|\b(?:marks?|scars?|melasma|pigmentation|patch(?:es)?|spots?|belly|tummy|striae|lines|loss|texture)(?: \w+){0,2} (?:after|post|due to|caused by|because of)"
    r"(?: my| the)? pregnanc(?:y|ies)\b"
)

_ILLNESS = (
    r"(?:pregnan\w+|preggo|preggers|expecting|breastfeeding|nursing|trying|ivf|ttc|diabet\w+|acne|breakouts?|pimples|zits|eczema|psoriasis"
    r"|rosacea|cancer|chemo\w*|melanoma|tumou?r|epilep\w+|hiv|hepatitis|lupus|asthma\w*|keloids?|herpes|cold sores?|coldsores?|impetigo"
    r"|ringworm|shingles|infect\w+|allerg\w+|arthritis|warfarin|aspirin|accutane|roaccutane|isotretinoin|blood thinners?|steroids?"
    r"|antibiotics?|stroke|heart \w+|pacemaker|thyroid|pcos|vitiligo|(?:multiple )?sclerosis|ms|medication|medicines?|meds|tablets"
    r"|an?aemi\w+|anemi\w+|crohn\w*|colitis|hypertension|blood pressure|covid|flu|depression|anxiety|haemophilia|hemophilia|seizures?"
    r"|chickenpox|\w+ (?:disease|disorder|syndrome|condition))"
)
_NOT_BETWEEN = r"(?!(?:and|but|so|i|my|me|we|our|can|could|is|who|because|while|that|since|says?|said|noticed|asked|told|about)\b)"
_OF_SOMEBODY = re.compile(
    rf"\b{_RELATION}(?: (?!(?:and|is|has|had|i|to|said|says|who|with|on|from|for)\b)[a-z]+)?"
    rf" (?:who )?(?:is|was|has|had|have|got|gets|with|on|takes|took|suffers from)(?: {_NOT_BETWEEN}[a-z\d]+){{0,3}}? {_ILLNESS}(?: (?:again|too|with \w+))?\b"
    rf"|\b(?:pregnant|diabetic|epileptic|asthmatic) {_RELATION}\b"
)
_CLOSE = re.compile(
    r"\b(?:wife|husband|partner|girlfriend|boyfriend|fianc\w+|daughter|son|mum|mom|mam|mother|dad|father)\b"
)
_ASKS_FOR_THEM = re.compile(
    rf"\b(?:can|could|should|may|will|would|is it|does|do|if|let|bring|treat|suit|suitable|for)\b(?: \w+){{0,4}} (?:she|he|her|him|they|them|{_RELATION})\b"
    r"|\b(?:she|he|they) (?:can|could|wants?|wanted|would|is (?:asking|interested|wondering|thinking)|comes?|books?)\b"
)
_ASKS_OPENLY = re.compile(
    r"\b(?:is (?:it|this|that) (?:ok|okay|safe|fine|possible|allowed|alright|a problem)|any (?:risk|problem)|allowed)\b"
)
_SPEAKER = re.compile(r"\b(?:i|me|my|mine|myself)\b")


def find_ages(text: str) -> list[tuple[int, int, str]]:
    """Stages of life in `text` (normal forms, one blank between words): start, end, and the stage.

    teenager, adult, older_adult; pregnant, breastfeeding, trying_to_conceive; lookalike for what is over ("marks from my
    pregnancies") or said of somebody for whom the visitor doesn't ask ("my sister is pregnant"): its place swallows the
    shorter mention in it. They may overlap; of two that are as long the first counts.
    """
    ages = [
        (m.start(), m.end(), _stage(int(m["is"] or m["old"] or m["bound"]), m)) for m in _AGE.finditer(text)
    ]
    return [*ages, *_lookalikes(text), *_family_plans(text)]


def _stage(age: int, match: re.Match[str]) -> str:
    if age < 18 or (age == 18 and match["bound"] and match.group().startswith(("under", "below"))):
        return "teenager"
    return "older_adult" if age >= 60 else "adult"


def _family_plans(text: str) -> Iterator[tuple[int, int, str]]:
    if not _FAMILY.search(text):
        return
    for pattern, stage in (
        (_PREGNANT, "pregnant"),
        (_NURSING, "breastfeeding"),
        (_TRYING, "trying_to_conceive"),
    ):
        yield from (_place(match, stage) for match in pattern.finditer(text))
    yield from (_place(match, "pregnant") for match in _TWO_LINES.finditer(text))
    late = _LATE_WEEKS.match(text)
    if late and _is_late(late["weeks"]) and not _OF_TREATMENT.search(text):
        yield _place(late, "pregnant")


def _is_late(weeks: str) -> bool:
    """Whether somebody who opens with so many weeks counts those of a pregnancy: after a treatment people rarely count on."""
    return (
        12 <= int(weeks) <= 42
        if weeks.isdigit()
        else weeks.startswith(("twe", "thir", "fo", "fif", "si", "se", "ei", "ni")) and len(weeks) > 5
    )


def _lookalikes(text: str) -> Iterator[tuple[int, int, str]]:
    yield from (_place(match, "lookalike") for match in _AFTER_PREGNANCY.finditer(text))
    for match in _OF_SOMEBODY.finditer(text):
        if not _ask_for(match):
            yield _place(match, "lookalike")


def _ask_for(match: re.Match[str]) -> bool:
    """Whether the visitor asks on behalf of the person that `match` tells of."""
    others = match.string[: match.start()] + "…" + match.string[match.end() :]
    if _ASKS_FOR_THEM.search(others) or re.search(
        r"\bfor (?:my|a|our|the) (?:\w+ )?$", match.string[: match.start()]
    ):
        return True
    following = match.string[match.end() :]
    if _SPEAKER.search(following):
        return False
    return bool(_ASKS_OPENLY.search(following) or (_CLOSE.search(match.group()) and following.strip(" .!")))


def _place(match: re.Match[str], stage: str) -> tuple[int, int, str]:
    start = match.start() + len(match.group()) - len(match.group().lstrip(" .,!?;:"))
    return start, match.end(), stage
