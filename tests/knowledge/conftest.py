from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.knowledge.article import Article, read_article
from bot.knowledge.entry import Entry
from bot.knowledge.loader import read_folder
from bot.settings import PROJECT_DIR

SCARS = """---
slug: scars
title: Scars
status: approved
sources:
- section: "Procedure Using Microneedles"
  quotes:
  - "deeper punctures may be used for scarring or stretch marks"
questions:
- can it help my scars
short: Deeper punctures may be used.
---
Deeper punctures may be used for scarring.
"""
PRICE = """---
slug: price
title: Price
status: approved
clinic: true
questions:
- how much is it
short: I don't have prices.
---
I don't have prices; the clinic will tell you.
"""


@pytest.fixture(scope="session")
def shipped_folder() -> Path:
    return PROJECT_DIR / "data" / "knowledge"


@pytest.fixture(scope="session")
def article() -> Article:
    return read_article(PROJECT_DIR / "data" / "articles" / "micro-needling.txt")


@pytest.fixture(scope="session")
def shipped(shipped_folder: Path, article: Article) -> dict[str, Entry]:
    return {entry.slug: entry for entry in read_folder(shipped_folder, article)}


@pytest.fixture(scope="session")
def scars() -> str:
    return SCARS


@pytest.fixture(scope="session")
def price() -> str:
    return PRICE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two entries: scars, from the article, and price, owned by the clinic."""
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "scars.md").write_text(SCARS, encoding="utf-8")
    (tmp_path / "answers" / "price.md").write_text(PRICE, encoding="utf-8")
    return tmp_path / "answers"


@pytest.fixture
def rewrite(folder: Path) -> Callable[[str, str, str], None]:
    """Replaces a text in one of the folder's files, which must hold it."""

    def replace(slug: str, old: str, new: str) -> None:
        path = folder / f"{slug}.md"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace
