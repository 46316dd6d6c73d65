from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.article import Article
from bot.knowledge.entry import Entry, make_entry
from bot.knowledge.markdown import parse_entry, read_entry, render_entry
from bot.knowledge.wording import forbidden_line, question_key
from bot.settings import PROJECT_DIR

LINES = [
    *[
        "---",
        "slug: scars",
        "slug: [a",
        "title: T",
        "title: 'T",
        "status: approved",
        "status: no",
        "clinic: true",
    ],
    *[
        "sources:",
        "sources: []",
        '- section: "Takeaway"',
        "  quotes:",
        '  - "Every patient’s skin is different"',
        "- : -",
    ],
    *[
        "questions:",
        "- why",
        "- why: not",
        "- &a [*a]",
        "short: !!int x",
        "? [a]",
        "<<: {a: 1}",
        "%YAML 9.9",
        "...",
        "- ",
    ],
    *[
        "Yes.",
        "caution: a\\0",
        "short: |",
        "  text",
        '"\\ud800": 1',
        "[[[[",
        "a: *b",
        "🙂",
        "",
        "  ",
        "#",
        "{",
        "@",
        "`",
    ],
]


def test_parsed_entry_has_every_field(scars: str, article: Article) -> None:
    entry = parse_entry(scars, name="scars.md", article=article)
    assert (entry.slug, entry.title, entry.status, entry.clinic) == ("scars", "Scars", "approved", False)
    assert entry.article == article.title
    assert entry.sources[0].section == "Procedure Using Microneedles"
    assert entry.questions == ("can it help my scars",)
    assert entry.body == "Deeper punctures may be used for scarring."


def test_clinic_entry_needs_no_sources(price: str, article: Article) -> None:
    entry = parse_entry(price, name="price.md", article=article)
    assert entry.clinic
    assert entry.sources == ()
    assert entry.article == ""


def test_values_that_yaml_would_convert_stay_text(price: str, article: Article) -> None:
    text = price.replace("- how much is it", "- no\n- 10:30\n- 2024-01-01")
    assert parse_entry(text, name="price.md", article=article).questions == ("no", "10:30", "2024-01-01")


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_windows_line_ends_and_byte_order_mark_change_nothing(
    start: str, scars: str, article: Article, tmp_path: Path
) -> None:
    path = tmp_path / "scars.md"
    path.write_bytes((start + scars.replace("\n", "\r\n")).encode())
    assert render_entry(read_entry(path, article)) == scars


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("---\nslug", "slug", "first line is not ---"),
        ("---\nDeeper", "Deeper", "front matter is not closed"),
        ("title: Scars", "title: Scars\nowner: me", "'owner' is not a known key"),
        ("title: Scars\n", "", "'title' is missing"),
        ("status: approved\n", "", "'status' is missing"),
        ("slug: scars", "slug: Scars!", "'slug' may hold only small letters"),
        ("status: approved", "status: done", "'status' can only be draft, approved or retired"),
        ("title: Scars", "title: Scars\ntitle: Twice", "not valid YAML near line"),
        ("title: Scars", "title: Scars: all", "not valid YAML near line 3"),
        ("title: Scars", "title:\tScars", "line 3 holds a tab"),
        ("title: Scars", 'title: "a\\0b"', "'title' holds a tab or a character"),
        ("title: Scars", 'title: " "', "'title' is empty"),
        ("- can it help", "- can it: help", "'questions 1' is not text"),
        ("- can it help my scars\n", "", "'questions' is not a list"),
        ("- can it", "- Can it help my scars?\n- can it", "'questions' holds the same question twice"),
        ("deeper punctures may", "deepest punctures may", "the quote 'deepest punctures may"),
        ("Procedure Using Microneedles", "Procedure", "the article has no section 'Procedure'"),
        ("Procedure Using Microneedles", "Takeaway", "is not in the article's section 'Takeaway'"),
        ("status: approved", "status: approved\nclinic: yes", "'clinic' can only be true"),
        ("status: approved", "status: approved\nclinic: true", "'clinic' cannot stand beside sources"),
        ("short: Deeper", "short: One. Two. Deeper", "'short' has 3 sentences"),
        ("short: Deeper", "caution: One. Two. Deeper", "'caution' has 3 sentences"),
        ("Deeper punctures may be used for scarring.\n", "", "the answer is empty"),
        ("for scarring.", "for scarring. 2. 3. 4. 5. 6.", "has 6 sentences and bullets"),
        (
            "short: Deeper",
            "wait: soon\nshort: Deeper",
            "'wait' is not a length of time: write hours, days or weeks",
        ),
        ("short: Deeper", "wait: 0 days\nshort: Deeper", "'wait' is not a length of time"),
        ("short: Deeper", "gone_within: ''\nshort: Deeper", "'gone_within' is empty"),
        ("short: Deeper", "wait: [a]\nshort: Deeper", "'wait' is not text"),
        (
            "short: Deeper",
            "wait: a week\nshort: Deeper",
            "'wait' says 'a week', which stands in none of its quotes",
        ),
        (
            "short: Deeper",
            "right_away: sport\nshort: Deeper",
            "'right_away' says 'sport', which stands in none",
        ),
    ],
)
def test_fault_is_named_with_its_file(old: str, new: str, fault: str, scars: str, article: Article) -> None:
    assert old in scars
    with pytest.raises(KnowledgeError) as raised:
        parse_entry(scars.replace(old, new), name="scars.md", article=article)
    assert raised.value.message.startswith("scars.md: ")
    assert fault in raised.value.message


def test_sources_can_only_be_left_out_by_the_clinic(price: str, article: Article) -> None:
    with pytest.raises(KnowledgeError, match="'sources' is missing"):
        parse_entry(price.replace("clinic: true\n", ""), name="price.md", article=article)


def test_sources_left_empty_on_purpose_come_back(price: str, article: Article) -> None:
    text = price.replace("clinic: true", "sources: []")
    assert render_entry(parse_entry(text, name="price.md", article=article)) == text


def test_rules_of_time_come_back_and_no_rule_leaves_no_trace(price: str, scars: str, article: Article) -> None:
    text = price.replace("---\nI don't", "wait: 2 days\ngone_within: a week\nright_away: work\n---\nI don't")
    entry = parse_entry(text, name="price.md", article=article)
    assert (entry.wait, entry.gone_within, entry.right_away) == ("2 days", "a week", "work")
    assert render_entry(entry) == text
    assert make_entry(entry.content(), name="price") == entry
    assert not {"wait", "gone_within", "right_away"} & set(
        parse_entry(scars, name="scars.md", article=article).content()
    )


def test_rule_of_time_is_not_found_in_a_longer_number(article: Article) -> None:
    text = (PROJECT_DIR / "data" / "knowledge" / "makeup.md").read_text(encoding="utf-8")
    assert parse_entry(text, name="makeup.md", article=article).wait == "24 hours"
    with pytest.raises(KnowledgeError, match="'wait' says '4 hours', which stands in none of its quotes"):
        parse_entry(text.replace("wait: 24", "wait: 4"), name="makeup.md", article=article)


def test_file_that_is_not_utf8_is_named(tmp_path: Path, article: Article) -> None:
    (tmp_path / "scars.md").write_bytes(b"---\nslug: \xff")
    with pytest.raises(KnowledgeError, match=r"scars\.md is not UTF-8 text: save it again"):
        read_entry(tmp_path / "scars.md", article)


def test_file_that_cannot_be_read_is_named(tmp_path: Path, article: Article) -> None:
    (tmp_path / "scars.md").mkdir()
    with pytest.raises(KnowledgeError, match=r"scars\.md cannot be read"):
        read_entry(tmp_path / "scars.md", article)


def test_file_must_be_named_after_its_slug(tmp_path: Path, scars: str, article: Article) -> None:
    (tmp_path / "marks.md").write_text(scars, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"marks\.md: .*rename the file to scars\.md"):
        read_entry(tmp_path / "marks.md", article)


@given(text=st.text() | st.lists(st.sampled_from(LINES)).map("\n".join))
def test_garbage_is_refused_with_nothing_but_a_knowledge_error(text: str, article: Article) -> None:
    _parse_or_refuse(text, article)


@given(front=st.text() | st.lists(st.sampled_from(LINES)).map("\n".join), body=st.text())
def test_garbage_between_fences_is_refused_likewise(front: str, body: str, article: Article) -> None:
    _parse_or_refuse(f"---\n{front}\n---\n{body}", article)


@given(cut=st.integers(0, 300), text=st.text(max_size=8))
def test_damaged_file_is_refused_likewise(cut: int, text: str, scars: str, article: Article) -> None:
    _parse_or_refuse(scars[:cut] + text + scars[cut + 3 :], article)


@pytest.mark.parametrize("bracket", ["[", "{", "- ", "? "])
def test_deeply_nested_front_matter_is_refused(bracket: str, article: Article) -> None:
    with pytest.raises(KnowledgeError, match="not valid YAML|not a list of keys"):
        parse_entry(f"---\n{bracket * 2000}\n---\nYes.\n", name="scars.md", article=article)


_line = st.text(min_size=1, max_size=40).filter(
    lambda text: text.strip() and not forbidden_line(text) and "\n" not in text
)


@given(
    title=_line,
    questions=st.lists(_line, min_size=1, max_size=4, unique_by=question_key),
    status=st.sampled_from(["draft", "approved", "retired"]),
    clinic=st.booleans(),
)
def test_any_entry_comes_back_from_its_markdown(
    title: str, questions: list[str], status: str, clinic: bool, article: Article
) -> None:
    values = {"slug": "any", "title": title, "questions": questions, "status": status, "clinic": clinic}
    entry = make_entry({**values, "body": "Yes."}, name="any")
    assert parse_entry(render_entry(entry), name="any.md", article=article) == entry


def _parse_or_refuse(text: str, article: Article) -> None:
    try:
        entry = parse_entry(text, name="scars.md", article=article)
    except KnowledgeError as error:
        assert error.message.startswith("scars.md: ")
    else:
        assert isinstance(entry, Entry)


def test_number_that_no_quote_holds_is_refused(article: Article) -> None:
    text = (PROJECT_DIR / "data" / "knowledge" / "makeup.md").read_text(encoding="utf-8")
    changed = text.replace("Wear no make-up for at least 24 hours", "Wear no make-up for at least 3 hours")
    with pytest.raises(KnowledgeError, match="the number 3 stands in none of its quotes"):
        parse_entry(changed, name="makeup.md", article=article)
