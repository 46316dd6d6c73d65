"""The spaCy pipeline: blank English with this project's words, saved to disk for Rasa's `SpacyNLP`.

Its components are registered when this module is imported, which whoever loads the saved folder must have done; the Rasa
components in `bot.nlu` do. What it writes on a message: normal forms in `token.norm_`; sentences; entities in `doc.ents`
(label, canonical value in `ent.id_`; hours for `elapsed_time`); words of the safety rules in `doc.spans["signs"]`; and on
these spans `_.status` (a value of `context.Status`), `_.negated`, `_.hypothetical`, `_.past`.
"""

# No `from __future__ import annotations` here: spaCy reads the signatures of the factories.
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import spacy
import srsly
from spacy.language import Language
from spacy.tokens import Doc

from bot.language.clauses import SENTENCE_ENDS, mark_sentences
from bot.language.mentions import MentionFinder
from bot.language.spelling import Speller
from bot.language.tokenizing import read_number, read_short_d, teach_tokenizer
from bot.language.words import content_hash, read_words


def ensure_pipeline(folder: Path) -> Path:
    """The saved pipeline inside `folder`, built if its words or its code have changed; the path carries their hash.

    Rasa takes an unchanged path for an unchanged pipeline, hence the hash. Several processes may call this at once.
    """
    target = folder / f"clinic-en-{content_hash()}"
    if not (target / "meta.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=".building-", dir=folder)) / target.name
        try:
            build_pipeline(building)
            _put_in_place(building, target)
        finally:
            shutil.rmtree(building.parent, ignore_errors=True)
    return target


def build_pipeline(folder: Path) -> None:
    """Save the pipeline into `folder`."""
    nlp = spacy.blank("en")
    teach_tokenizer(nlp)
    words = read_words()
    for name in ("clinic_norms", "sentencizer", "clinic_sentences", "clinic_mentions"):
        component = nlp.add_pipe(name, config={"punct_chars": SENTENCE_ENDS} if name == "sentencizer" else {})
        if isinstance(component, _WithWords):
            component.set_words(words)
    nlp.meta["name"] = "clinic"
    nlp.to_disk(folder)


class _WithWords:
    """A component whose words are saved with the pipeline."""

    def set_words(self, words: dict[str, Any]) -> None:
        """Take `words` as `read_words` makes them."""
        self._words = words
        self._speller = Speller(words["corrected"], words["leave"], words["shorthand"])

    def to_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> None:
        """Save the words to the file `path`."""
        srsly.write_json(path, self._words)

    def from_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> None:
        """Read the words that `to_disk` saved."""
        self.set_words(srsly.read_json(path))


@Language.factory("clinic_norms")
class ClinicNorms(_WithWords):
    """Writes each token's normal form: lower case, spelled out, slips of the pen corrected."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._nlp = nlp

    def __call__(self, doc: Doc) -> Doc:
        for token in doc:
            norm = self._speller.correct(token.norm_.lower())
            token.norm_ = read_short_d(token) if norm == "'d" else read_number(norm)
        return doc


@Language.component("clinic_sentences")
def clinic_sentences(doc: Doc) -> Doc:
    """Adds the sentence starts that punctuation doesn't show."""
    return mark_sentences(doc)


@Language.factory("clinic_mentions")
class ClinicMentions(_WithWords):
    """Finds what the message speaks of (see `mentions.MentionFinder`)."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._nlp = nlp

    def set_words(self, words: dict[str, Any]) -> None:
        super().set_words(words)
        self._find = MentionFinder(self._nlp.vocab, words, self._speller.correct)

    def __call__(self, doc: Doc) -> Doc:
        return self._find(doc)


def _put_in_place(building: Path, target: Path) -> None:
    try:
        building.rename(target)
    except OSError:
        if not (target / "meta.json").exists():  # otherwise another process was faster
            raise
