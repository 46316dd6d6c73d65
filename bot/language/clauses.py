"""Where sentences and clauses end, for people who write without punctuation."""

from __future__ import annotations

from spacy.tokens import Doc, Span, Token

from bot.language.phrases import word_set

SENTENCE_ENDS = [".", "!", "?", "…", "...", "..", "....", ";", ":", "!!", "??", "?!", "•", "。", "؟", "।"]
_CONTRAST = word_set("although anyway but except however though whereas yet")
_JOINS = word_set("& + , also and as because or plus since so then")
_SUBJECTS = word_set(
    "i we he she they it there this these that those my his her their our the now still can could is are"
    " do does will would should what how when where why just only got had have has woke please"
)
_POSSESSIVES = word_set("her his my our the their these this")
_PRONOUNS = word_set("he i it she there they we")
_VERBS = word_set(
    "is are was were has have had feels feel looks look got been keeps keep went started am can could"
    " will hurts smells swelled swollen won does do did came woke think hardly barely"
)
_BEFORE_SUBORDINATE = word_set(
    "if that when whether is are was does do did will can could would might may should case think believe"
    " because though unless until while where how why what say says said once after before since which"
    " like as than and or suppose supposing imagine"
)


def mark_sentences(doc: Doc) -> Doc:
    """Start a sentence at line breaks, spaced dashes, "but" and its like, and "and now", besides what punctuation marks."""
    for token in doc[1:]:
        if _opens_sentence(token):
            token.is_sent_start = True
    return doc


def clauses(sentence: Span) -> list[Span]:
    """The parts of a sentence that each have a subject of their own, in order."""
    starts = [sentence.start, *(t.i for t in sentence[1:] if _opens_clause(t)), sentence.end]
    return [sentence.doc[start:end] for start, end in zip(starts, starts[1:], strict=False) if start < end]


def _opens_sentence(token: Token) -> bool:
    before = token.nbor(-1)
    if before.is_space:
        return "\n" in before.text
    if before.text in {"-", "–", "—"} and before.i and before.nbor(-1).whitespace_:
        return True
    if token.norm_ == "now" and before.norm_ in {"and", ","}:
        return True
    return token.norm_ in _CONTRAST


def _opens_clause(token: Token) -> bool:
    before = token.nbor(-1)
    if before.norm_ in _JOINS and before.norm_ != "as":
        return token.norm_ in _SUBJECTS
    return before.norm_ not in _BEFORE_SUBORDINATE and _is_subject_of_verb(token)


def _is_subject_of_verb(token: Token) -> bool:
    following = [t.norm_ for t in token.doc[token.i + 1 : token.i + 4]]
    if token.norm_ in _PRONOUNS:
        return bool(following) and following[0] in _VERBS
    return token.norm_ in _POSSESSIVES and any(word in _VERBS for word in following[1:])
