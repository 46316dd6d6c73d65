"""What the rest of the assistant asks of the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from bot.errors import KnowledgeError
from bot.knowledge.models import KnowledgeEntry
from bot.knowledge.period import Period, parse_period
from bot.knowledge.versions import record_clinic_answer
from bot.knowledge.wording import forbidden_line

Outcome = Literal["answered", "unanswered"]
# Made once, since every turn runs it: making a statement costs as much as running it.
_ENTRY = select(KnowledgeEntry.__table__).where(KnowledgeEntry.__table__.c.slug == bindparam("wanted"))


@dataclass(frozen=True)
class Answer:
    """What is said on a topic, and what it rests on.

    `short` is for narrow channels and `caution` is for other answers; either may be empty. Each of `sources` is
    `{"title": the article's, "section": its heading}`. The outcome is `unanswered` for a topic that the clinic
    owns and has not answered: the text says so honestly.

    Rules of time: for at least how long to `wait` after the treatment, within what time it is usually `gone`, and
    what may be done `right_away`. Most answers have none.
    """

    slug: str
    title: str
    text: str
    short: str
    caution: str
    sources: list[dict[str, str]]
    version: int
    outcome: Outcome
    wait: Period | None = None
    gone_within: Period | None = None
    right_away: str = ""


@dataclass(frozen=True)
class Topic:
    """An approved topic and the questions it answers, for finding it by meaning."""

    slug: str
    title: str
    questions: tuple[str, ...]
    version: int


def find_answer(session: Session, slug: str) -> Answer | None:
    """The approved answer on a topic, or None where there is none."""
    session.flush()
    row = session.connection().execute(_ENTRY, {"wanted": slug}).one_or_none()
    if row is None or row.status != "approved":
        return None
    own = row.clinic_answer if row.clinic else ""
    rules = {} if own else row.content  # they belong to the words of the entry
    return Answer(
        slug=row.slug,
        title=row.title,
        text=own or row.content["body"],
        short="" if own else row.content["short"],
        caution=row.content["caution"],
        sources=_sources(row),
        version=row.version,
        outcome="unanswered" if row.clinic and not own else "answered",
        wait=_period(rules, "wait"),
        gone_within=_period(rules, "gone_within"),
        right_away=rules.get("right_away", ""),
    )


def list_approved(session: Session) -> list[Topic]:
    """Every approved topic, in the order of the slugs."""
    approved = select(KnowledgeEntry).where(KnowledgeEntry.status == "approved").order_by(KnowledgeEntry.slug)
    return [_topic(row) for row in session.scalars(approved)]


def apply_clinic_answers(session: Session, answers: Mapping[str, str]) -> list[str]:
    """Store the answers by slug of `[answers]` in `clinic.toml`; an empty or missing one takes the last back.

    Returns the slugs where that changed nothing, because staff have written another answer in the console.

    Raises:
        KnowledgeError: a slug is not a topic that the clinic owns, or a text cannot be stored. Nothing changed.
    """
    owned = select(KnowledgeEntry).where(KnowledgeEntry.clinic.is_(True)).order_by(KnowledgeEntry.slug)
    rows: list[KnowledgeEntry] = session.scalars(owned).all()
    _check_answers(answers, [row.slug for row in rows])
    return [row.slug for row in rows if not _apply(session, row, answers.get(row.slug, "").strip())]


def write_clinic_answer(session: Session, slug: str, text: str, *, author: str) -> None:
    """Store the clinic's own answer that staff wrote in the console; from then on it wins over `clinic.toml`.

    Raises:
        KnowledgeError: the slug is not a topic that the clinic owns, or the text cannot be stored.
    """
    row = session.get(KnowledgeEntry, slug)
    _check_answers({slug: text}, [slug] if row is not None and row.clinic else [])
    record_clinic_answer(session, row, text.strip(), origin="console", author=author)


def _apply(session: Session, row: KnowledgeEntry, text: str) -> bool:
    if text == row.clinic_answer_from_file:
        return True
    if text != row.clinic_answer:
        if row.clinic_answer != row.clinic_answer_from_file:
            return False
        record_clinic_answer(session, row, text, origin="file")
    row.clinic_answer_from_file = text
    return True


def _check_answers(answers: Mapping[str, str], owned: list[str]) -> None:
    for slug, text in answers.items():
        if slug not in owned:
            known = ", ".join(owned) or "none"
            raise KnowledgeError(
                f"The clinic's answers name {slug!r}: remove it, or use a topic it owns ({known})."
            )
        if forbidden_line(text):
            fault = "holds a tab or a character that cannot be shown"
            raise KnowledgeError(f"The clinic's answer on {slug!r} {fault}: delete it.")


def _sources(row: Row) -> list[dict[str, str]]:
    content = row.content
    sections = dict.fromkeys(source["section"] for source in content["sources"])
    return [{"title": content["article"], "section": section} for section in sections]


def _period(rules: Mapping[str, str], name: str) -> Period | None:
    words = rules.get(name)
    return parse_period(words) if words else None


def _topic(row: KnowledgeEntry) -> Topic:
    return Topic(row.slug, row.title, tuple(row.content["questions"]), row.version)
