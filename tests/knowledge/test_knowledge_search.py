"""Entries without training examples are found by what their example questions mean."""

from __future__ import annotations

import pytest

from bot.database import Database
from bot.knowledge.entry import Entry, make_entry
from bot.knowledge.search import QuestionSearch
from bot.knowledge.versions import Origin, record_entry
from tests.support.encoder import encoder

PARKING = ("where can i park", "is there a car park nearby")


def store(database: Database, entry: Entry, *, origin: Origin = "console") -> None:
    with database.transaction() as session:
        record_entry(session, entry, origin=origin, author="an example")


def entry(slug: str = "parking", questions: tuple[str, ...] = PARKING, status: str = "approved") -> Entry:
    values = {
        "slug": slug,
        "title": slug.title(),
        "status": status,
        "questions": questions,
        "body": "An example.",
    }
    return make_entry(values, name=slug)


@pytest.fixture
def search() -> QuestionSearch:
    return QuestionSearch(encoder, trained={"price"})


def nearest(search: QuestionSearch, database: Database, *texts: str) -> tuple[str, float] | None:
    with database.reading() as session:
        found = search.nearest(session, texts)
    return found and (found.slug, round(found.similarity, 2))


def test_entry_is_found_by_its_meaning_at_once(database: Database, search: QuestionSearch) -> None:
    assert nearest(search, database, "anywhere to leave the car") is None
    store(database, entry())
    store(database, entry("refreshments", ("do you serve coffee",)))
    slug, similarity = nearest(search, database, "anywhere to leave the car") or ("", 0.0)
    assert slug == "parking"
    assert similarity > 0.5
    assert (nearest(search, database, "is there a car park nearby") or ("", 0.0)) == ("parking", 1.0)


def test_any_sentence_of_a_message_counts(database: Database, search: QuestionSearch) -> None:
    store(database, entry())
    found = nearest(search, database, "I come from far away. where can i park", "where can i park")
    assert found == ("parking", 1.0)


def test_change_counts_at_once(database: Database, search: QuestionSearch) -> None:
    store(database, entry())
    assert nearest(search, database, "do you have wifi") != ("parking", 1.0)
    store(database, entry(questions=(*PARKING, "do you have wifi")))
    assert nearest(search, database, "do you have wifi") == ("parking", 1.0)
    store(database, entry(status="retired"))
    assert nearest(search, database, "do you have wifi") is None


def test_draft_is_not_found(database: Database, search: QuestionSearch) -> None:
    store(database, entry(status="draft"))
    assert nearest(search, database, PARKING[0]) is None


def test_trained_topic_is_searched_only_where_staff_have_rewritten_it(
    database: Database, search: QuestionSearch
) -> None:
    store(database, entry("price", ("how much is it",)), origin="file")
    assert nearest(search, database, "how much is it") is None
    store(database, entry("price", ("how much is it", "what is the damage")))
    assert nearest(search, database, "what is the damage") == ("price", 1.0)


def test_entry_from_a_file_without_examples_is_searched(database: Database, search: QuestionSearch) -> None:
    store(database, entry(), origin="file")
    assert nearest(search, database, PARKING[0]) == ("parking", 1.0)


def test_encoder_is_not_loaded_without_an_entry_to_search(database: Database) -> None:
    def refuse() -> object:
        raise AssertionError("the encoder was loaded")

    search = QuestionSearch(refuse, trained=())  # type: ignore[arg-type]
    assert nearest(search, database, "where can i park") is None
