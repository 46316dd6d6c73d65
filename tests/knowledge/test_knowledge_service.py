from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.database import Database
from bot.errors import KnowledgeError
from bot.knowledge.article import Article
from bot.knowledge.loader import load_folder
from bot.knowledge.models import KnowledgeEntry, KnowledgeVersion
from bot.knowledge.period import Period
from bot.knowledge.service import Answer, apply_clinic_answers, find_answer, list_approved, write_clinic_answer

COST = "A session is £90."


@pytest.fixture
def loaded(database: Database, folder: Path, article: Article) -> Database:
    with database.transaction() as session:
        load_folder(session, folder, article)
    return database


def test_answer_carries_what_it_rests_on(loaded: Database, article: Article) -> None:
    with loaded.reading() as session:
        answer = find_answer(session, "scars")
    assert answer == Answer(
        slug="scars",
        title="Scars",
        text="Deeper punctures may be used for scarring.",
        short="Deeper punctures may be used.",
        caution="",
        sources=[{"title": article.title, "section": "Procedure Using Microneedles"}],
        version=1,
        outcome="answered",
    )


def test_answer_carries_its_rules_of_time(database: Database, shipped_folder: Path, article: Article) -> None:
    with database.transaction() as session:
        load_folder(session, shipped_folder, article)
        makeup, exfoliation, recovery = (
            find_answer(session, slug) for slug in ("makeup", "exfoliation", "recovery_time")
        )
    assert makeup and makeup.wait == Period("24 hours", hours=24)
    assert exfoliation and exfoliation.wait == Period("a week", days=7)
    assert recovery and recovery.wait is None
    assert (recovery.gone_within, recovery.right_away) == (Period("a day", days=1), "normal activities")


def test_clinics_own_answer_has_no_rule_of_the_words_it_replaces(
    database: Database, folder: Path, article: Article, rewrite: Callable[[str, str, str], None]
) -> None:
    rewrite("price", "short:", "wait: 2 days\nshort:")
    with database.transaction() as session:
        load_folder(session, folder, article)
        before = find_answer(session, "price")
        apply_clinic_answers(session, {"price": COST})
        after = find_answer(session, "price")
    assert before and before.wait == Period("2 days", days=2)
    assert after and after.wait is None


def test_answer_names_each_section_once(database: Database, shipped_folder: Path, article: Article) -> None:
    with database.transaction() as session:
        load_folder(session, shipped_folder, article)
        answer = find_answer(session, "benefits")
    assert answer is not None
    assert len(answer.sources) == len({source["section"] for source in answer.sources}) == 4


def test_unknown_topic_has_no_answer(loaded: Database) -> None:
    with loaded.reading() as session:
        assert find_answer(session, "botox") is None


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_unapproved_topic_has_no_answer(status: str, loaded: Database) -> None:
    with loaded.transaction() as session:
        session.get(KnowledgeEntry, "scars").status = status
        session.flush()
        assert find_answer(session, "scars") is None
        assert [topic.slug for topic in list_approved(session)] == ["price"]


def test_approved_topics_come_with_their_questions(loaded: Database) -> None:
    with loaded.reading() as session:
        topics = list_approved(session)
    assert [(topic.slug, topic.title, topic.questions, topic.version) for topic in topics] == [
        ("price", "Price", ("how much is it",), 1),
        ("scars", "Scars", ("can it help my scars",), 1),
    ]


def test_clinic_topic_without_a_value_is_unanswered(loaded: Database) -> None:
    with loaded.transaction() as session:
        apply_clinic_answers(session, {"price": " "})
        answer = find_answer(session, "price")
    assert answer is not None
    assert (answer.outcome, answer.text) == ("unanswered", "I don't have prices; the clinic will tell you.")
    assert answer.version == 1


def test_clinic_topic_with_a_value_is_answered_in_the_clinics_words(loaded: Database) -> None:
    with loaded.transaction() as session:
        apply_clinic_answers(session, {"price": COST})
        answer = find_answer(session, "price")
    assert answer is not None
    assert (answer.outcome, answer.text, answer.short, answer.version) == ("answered", COST, "", 2)


def test_same_clinic_answers_again_add_no_version(loaded: Database) -> None:
    for _ in range(2):
        with loaded.transaction() as session:
            apply_clinic_answers(session, {"price": COST})
    assert _count_versions(loaded, "price") == 2


@pytest.mark.parametrize("answers", [{}, {"price": ""}])
def test_clinic_answer_taken_out_is_taken_back(answers: dict[str, str], loaded: Database) -> None:
    with loaded.transaction() as session:
        apply_clinic_answers(session, {"price": COST})
        assert apply_clinic_answers(session, answers) == []
        answer = find_answer(session, "price")
    assert answer is not None
    assert answer.outcome == "unanswered"


def test_clinic_answer_survives_the_next_load(loaded: Database, folder: Path, article: Article) -> None:
    with loaded.transaction() as session:
        apply_clinic_answers(session, {"price": COST})
        assert load_folder(session, folder, article).unchanged == ["price", "scars"]
        answer = find_answer(session, "price")
    assert answer is not None
    assert answer.text == COST


@pytest.mark.parametrize("slug", ["scars", "botox"])
def test_clinic_answers_on_a_topic_it_does_not_own_are_refused(slug: str, loaded: Database) -> None:
    with loaded.transaction() as session, pytest.raises(KnowledgeError, match=f"'{slug}'.*price"):
        apply_clinic_answers(session, {"price": COST, slug: "Yes."})
    assert _count_versions(loaded, "price") == 1


def test_clinic_answer_that_cannot_be_stored_is_refused(loaded: Database) -> None:
    with loaded.transaction() as session, pytest.raises(KnowledgeError, match="'price'.*cannot be shown"):
        apply_clinic_answers(session, {"price": "A\0"})


def test_console_answer_wins_over_the_clinic_file(loaded: Database) -> None:
    with loaded.transaction() as session:
        write_clinic_answer(session, "price", "From £80.", author="asha")
        assert apply_clinic_answers(session, {"price": ""}) == []
        assert apply_clinic_answers(session, {"price": COST}) == ["price"]
        answer = find_answer(session, "price")
    assert answer is not None
    assert answer.text == "From £80."


def test_clinic_file_that_agrees_with_the_console_is_no_conflict(loaded: Database) -> None:
    with loaded.transaction() as session:
        write_clinic_answer(session, "price", COST, author="asha")
        assert apply_clinic_answers(session, {"price": COST}) == []
        assert apply_clinic_answers(session, {"price": "From £80."}) == []
        answer = find_answer(session, "price")
    assert answer is not None
    assert answer.text == "From £80."


def test_console_answer_on_another_topic_is_refused(loaded: Database) -> None:
    with loaded.transaction() as session, pytest.raises(KnowledgeError, match="'scars'"):
        write_clinic_answer(session, "scars", "Yes.", author="asha")


def _count_versions(database: Database, slug: str) -> int:
    query = select(func.count()).select_from(KnowledgeVersion).where(KnowledgeVersion.slug == slug)
    with database.reading() as session:
        count: int = session.scalar(query)
    return count
