"""What spaCy's English tokenizer is taught: contractions as people type them, and sentences without a blank between."""

from __future__ import annotations

import re
from typing import cast

from spacy.language import Language
from spacy.symbols import NORM, ORTH
from spacy.tokenizer import Tokenizer
from spacy.tokens import Token
from spacy.util import compile_infix_regex

from bot.language.phrases import word_set

_FUSED = {  # the parts of a word as typed, and what each stands for
    "its": [("it", "it"), ("s", "is")],
    "isit": [("is", "is"), ("it", "it")],
    "cnt": [("c", "can"), ("nt", "not")],
    "carnt": [("car", "can"), ("nt", "not")],
    "canot": [("can", "can"), ("ot", "not")],
    "cannt": [("can", "can"), ("nt", "not")],
    "cannto": [("can", "can"), ("nto", "not")],
    "dnt": [("d", "do"), ("nt", "not")],
    "wanna": [("wan", "want"), ("na", "to")],
}
_WHOLE = {"wed"}  # spaCy reads "we'd" in Wednesday
_AFTER_WOULD = word_set("like love want prefer rather be appreciate need have say recommend")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+$|\S+@\S+\.\w+$")  # spaCy takes "red.it hurts" for one, too
_TEMPERATURE = re.compile(r"(?:38|39|40|41)[.,]\d")
_NO_BLANK = r"(?<=[a-z])[.!?;:](?=[a-zA-Z])"


def teach_tokenizer(nlp: Language) -> None:
    """Change the tokenizer of `nlp`, a blank English pipeline."""
    tokenizer = cast(Tokenizer, nlp.tokenizer)
    tokenizer.rules = {text: pieces for text, pieces in tokenizer.rules.items() if text.lower() not in _WHOLE}
    for text, parts in _FUSED.items():
        tokenizer.add_special_case(text, [{ORTH: orth, NORM: norm} for orth, norm in parts])
        (first, norm), rest = parts[0], parts[1:]
        started = [{ORTH: first.capitalize(), NORM: norm}, *({ORTH: orth, NORM: norm} for orth, norm in rest)]
        tokenizer.add_special_case(text.capitalize(), started)
    for text, pieces in list(tokenizer.rules.items()):
        if text.isascii() and text.upper() not in tokenizer.rules:
            shouted = [
                {ORTH: piece[ORTH].upper(), NORM: piece.get(NORM, piece[ORTH].lower())} for piece in pieces
            ]
            tokenizer.add_special_case(text.upper(), shouted)
    tokenizer.url_match = _ADDRESS.match
    tokenizer.infix_finditer = compile_infix_regex([*(nlp.Defaults.infixes or []), _NO_BLANK]).finditer


def read_number(norm: str) -> str:
    """A body temperature without its decimals, so that one phrase covers "38.4" and "38,4"; anything else as it is."""
    return norm[:2] if _TEMPERATURE.fullmatch(norm) else norm


def read_short_d(token: Token) -> str:
    """What "'d" stands for: "would" in "I'd like", "had" in "I'd a rash"."""
    return "would" if token.doc[token.i + 1 : token.i + 2].text.lower() in _AFTER_WOULD else "had"
