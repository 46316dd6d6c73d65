"""`python -m benchmarks.understanding.second_look`: what the report model adds to the safety rules, by its thresholds.

On the development messages about safety alone, which may be learnt from; nothing of the test part is touched. The model is trained
here as the assistant's is. Writes results/second-look.md, which the thresholds in `bot/language/second_look.py` were chosen by.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import spacy
from spacy.tokens import Doc

import bot.language.pipeline  # noqa: F401 - registers what spaCy loads
from benchmarks.speed.places import RESULTS_DIR
from benchmarks.understanding.cases import load_cases
from benchmarks.understanding.training_examples import encoder, training_examples
from bot.language import second_look
from bot.language.pipeline import ensure_pipeline
from bot.language.report_model import NONE, ReportModel, Suspicion, read_examples
from bot.language.safety import Assessment, assess
from bot.language.wording import Wording
from bot.language.words import read_shorthand
from bot.progress import say
from bot.settings import PROJECT_DIR, load_settings

SERIOUS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
URGENT = (0.5, 0.7)
_ALARMS = ("urgent", "crisis", "concerning")


@dataclass(frozen=True)
class Message:
    """A message of the development part: the level that is right, what the rules find, and what the model hears."""

    level: str
    doc: Doc
    found: Assessment
    heard: Suspicion


def main() -> int:
    """Measure, print and write the table."""
    page = _page(_messages())
    (RESULTS_DIR / "second-look.md").write_text(page, encoding="utf-8")
    say(page)
    return 0


def _messages() -> list[Message]:
    cases = [case for case in load_cases("development", ["safety"]) if case.kind != "crisis"]
    texts = [case.turns[-1].text for case in cases]
    nlp = spacy.load(ensure_pipeline(load_settings().data_dir / "spacy"))
    docs = [nlp(text.lower()) for text in texts]
    return [
        Message(case.kind, doc, assess(doc), suspicion)
        for case, doc, suspicion in zip(cases, docs, _heard(texts), strict=True)
    ]


def _heard(texts: Sequence[str]) -> list[Suspicion]:
    examples = training_examples()
    others = [text for intent, lines in examples.items() for text in lines if intent != "report_reaction"]
    model = encoder()
    words = [text for lines in examples.values() for text in lines]
    wording = Wording.learn(words, model.dictionary(), read_shorthand())
    learnt = [*read_examples(PROJECT_DIR / "data" / "safety"), *((text, NONE) for text in others)]
    vectors = model.encode([wording.read(text) for text, _ in learnt])
    trained = ReportModel.train([text for text, _ in learnt], vectors, [level for _, level in learnt])
    return trained.suspicions(texts, model.encode([wording.read(text) for text in texts]))


def _page(messages: Sequence[Message]) -> str:
    counts = ", ".join(
        f"{sum(m.level == level for m in messages)} {level}" for level in ("urgent", "concerning", "none")
    )
    rows = [_row("rules alone", [m.found.level for m in messages], messages)]
    chosen = (second_look.SERIOUS, second_look.URGENT)
    for serious, urgent in product(SERIOUS, URGENT):
        second_look.SERIOUS, second_look.URGENT = serious, urgent
        levels = [second_look.second_look(m.found, m.doc, m.heard).level for m in messages]
        mark = " **(in use)**" if (serious, urgent) == chosen else ""
        rows.append(_row(f"{serious}, urgent {urgent}{mark}", levels, messages))
    second_look.SERIOUS, second_look.URGENT = chosen
    return "\n".join(
        [
            "# The second look",
            "",
            f"Development messages ({counts}), some of which the rules were mended on; see docs/decisions/0011-second-look.md.",
            "",
            "| least probability of something serious | urgent as urgent | concerning or graver | concerning as urgent | false alarms |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _row(name: str, levels: Sequence[str | None], messages: Sequence[Message]) -> str:
    def share(right: str, taken: Sequence[str]) -> str:
        of = [level for level, message in zip(levels, messages, strict=True) if message.level == right]
        return f"{sum(level in taken for level in of) / len(of):.1%}"

    grave = ("urgent", "crisis")
    return (
        f"| {name} | {share('urgent', grave)} | {share('concerning', _ALARMS)} | {share('concerning', grave)}"
        f" | {share('none', _ALARMS)} |"
    )


if __name__ == "__main__":
    sys.exit(main())
