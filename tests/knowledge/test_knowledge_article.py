from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.article import Article, parse_article, read_article


def test_article_has_its_sections_in_order(article: Article) -> None:
    assert list(article.sections) == [
        "What Are The Benefits Of Micro-needling?",
        "What Is Micro-needling?",
        "Benefits Of Micro-needling",
        "The advantages of micro-needling",
        "Procedure Using Microneedles",
        "Aftereffects and follow-up",
        "Who Should Consider Micro-needling?",
        "Takeaway",
    ]


def test_article_title_is_its_first_line(article: Article) -> None:
    assert article.title == "What Are The Benefits Of Micro-needling?"


def test_quote_may_run_over_a_broken_line(article: Article) -> None:
    quote = "Refraining from using makeup for at least 24 hours after the procedure is crucial."
    assert article.quotes("Aftereffects and follow-up", quote)


def test_quote_in_another_section_is_not_found(article: Article) -> None:
    assert not article.quotes("Takeaway", "Pregnant women")


def test_quote_with_a_straight_apostrophe_is_not_literal(article: Article) -> None:
    assert article.quotes("What Is Micro-needling?", "the skin’s surface")
    assert not article.quotes("What Is Micro-needling?", "the skin's surface")


@pytest.mark.parametrize("text", ["", "\n\n", "Only a title\n", "It begins with a sentence.\n\nTitle\n\nText."])
def test_article_without_title_and_text_is_refused(text: str) -> None:
    with pytest.raises(KnowledgeError, match="title above its text"):
        parse_article(text)


def test_missing_article_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"gone\.txt cannot be read"):
        read_article(tmp_path / "gone.txt")


def test_article_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("Crème".encode("latin-1"))
    with pytest.raises(KnowledgeError, match=r"latin\.txt is not UTF-8"):
        read_article(tmp_path / "latin.txt")
