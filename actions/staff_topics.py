"""What staff have approved without a training example: found by its example questions, for the very next message."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from rasa_sdk import Tracker
from ruamel.yaml import YAML

from actions.answering import answer_topics, ask_which
from actions.base import Say, database, question, was_typed
from bot.knowledge.search import QuestionSearch
from bot.language.encoder import SentenceEncoder, shared_encoder
from bot.settings import PROJECT_DIR, load_settings

# Cosine to a question of the entry: from ANSWER on it is answered, from ASK_BACK on offered as a choice; a message that a
# trained topic answers, too, has to be as near as OVERRULE. The curve that they were chosen by is in
# benchmarks/results/untrained.md.
ANSWER, ASK_BACK, OVERRULE = 0.6, 0.5, 0.8
MOST_SENTENCES = 6
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


def say_by_staff(tracker: Tracker, *, certain: bool = False, others: list[str] | None = None) -> Say | None:
    """What is said where staff have an entry for the message; None where they have none.

    Args:
        certain: whether a trained topic answers the message, too.
        others: slugs of the topics that are offered beside the entry where it is not certain either.
    """
    if not was_typed(tracker):
        return None
    with database().reading() as session:
        found = question_search().nearest(session, _texts(question(tracker)))
    if found is None:
        return None
    if found.similarity >= (OVERRULE if certain else ANSWER):
        return answer_topics(tracker, [found.slug])
    if certain or found.similarity < ASK_BACK:
        return None
    return ask_which(tracker, list(dict.fromkeys([found.slug, *(others or [])])))


def _texts(message: str) -> list[str]:
    """The message and, where there are several, its last sentences: in a long message the question stands in one."""
    sentences = [sentence for sentence in _SENTENCE_END.split(message) if sentence.strip()]
    return [message, *(sentences[-MOST_SENTENCES:] if len(sentences) > 1 else ())]


@lru_cache(maxsize=1)
def question_search() -> QuestionSearch:
    """The action server's one search."""
    return QuestionSearch(_encoder, _trained_topics())


def _encoder() -> SentenceEncoder:
    return shared_encoder(load_settings().data_dir / "encoder", precision="int8")


def _trained_topics() -> frozenset[str]:
    domain: dict[str, Any] = YAML(typ="safe").load(PROJECT_DIR / "domain.yml")
    return frozenset(str(name).removeprefix("ask_") for name in domain["intents"])
