"""Finding an approved answer by meaning: what staff have written since the training, among the entries' example questions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.knowledge.models import KnowledgeEntry
from bot.language.encoder import SentenceEncoder, Vectors

_APPROVED = select(KnowledgeEntry.slug, KnowledgeEntry.version, KnowledgeEntry.origin).where(
    KnowledgeEntry.status == "approved"
)


@dataclass(frozen=True)
class Found:
    """The topic nearest to a message, and the cosine similarity of its nearest example question, -1 to 1."""

    slug: str
    similarity: float


class QuestionSearch:
    """Searches the example questions of approved entries that the trained topics don't cover: those of untrained topics, and
    those whose words were last written in the console.

    Every search compares the entries' versions with those it knows, so that what was approved, changed or retired a moment ago
    counts at once. Questions are encoded once a version, and the encoder is loaded when the first one is. May be used by
    several threads at once.
    """

    def __init__(self, load_encoder: Callable[[], SentenceEncoder], trained: Collection[str]) -> None:
        """`trained` are the slugs of the topics that have training examples."""
        self._load_encoder = load_encoder
        self._trained = trained
        self._encoded: dict[str, tuple[int, Vectors]] = {}

    def nearest(self, session: Session, texts: Sequence[str]) -> Found | None:
        """The topic with the question nearest to any of `texts` (a message and its sentences); None where there is none."""
        entries = self._entries(session)
        if not entries or not texts:
            return None
        asked = self._load_encoder().encode(texts)
        found = (
            Found(slug, float(np.max(questions @ asked.T))) for slug, (_version, questions) in entries.items()
        )
        return max(found, key=lambda topic: topic.similarity)

    def _entries(self, session: Session) -> dict[str, tuple[int, Vectors]]:
        searched = {
            row.slug: row.version
            for row in session.execute(_APPROVED)
            if row.origin == "console" or row.slug not in self._trained
        }
        for slug, version in searched.items():
            if self._encoded.get(slug, (None,))[0] != version:
                content = session.get(KnowledgeEntry, slug).content
                self._encoded[slug] = (version, self._load_encoder().encode(content["questions"]))
        return {slug: self._encoded[slug] for slug in sorted(searched)}
