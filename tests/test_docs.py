"""The documentation says what is true: settings, links, commands and the topics are all there."""

from __future__ import annotations

import re

import pytest

from bot.settings import PROJECT_DIR, Settings

DOCUMENTS = sorted([*PROJECT_DIR.glob("*.md"), *(PROJECT_DIR / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)[^)]*\)")


@pytest.mark.parametrize("name", [field.upper() for field in Settings.__fields__])
def test_every_setting_is_documented_and_in_the_example(name: str) -> None:
    assert f"`{name}`" in (PROJECT_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    assert re.search(rf"^#? ?{name}=", (PROJECT_DIR / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT_DIR)))
def test_every_link_leads_somewhere(document) -> None:  # type: ignore[no-untyped-def]
    links = [link for link in LINK.findall(document.read_text(encoding="utf-8")) if "://" not in link]
    missing = [link for link in links if not (document.parent / link).exists()]
    assert not missing


def test_every_make_target_that_the_readme_names_exists() -> None:
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z]+)`", (PROJECT_DIR / "README.md").read_text(encoding="utf-8")))
    assert {"run", "test", "check"} <= named
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (PROJECT_DIR / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
