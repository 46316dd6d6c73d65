"""The answers that are shipped: complete, true to the article, quick to read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.knowledge.article import Article
from bot.knowledge.entry import Entry
from bot.knowledge.markdown import parse_entry, render_entry
from bot.knowledge.wording import parts, words
from bot.settings import PROJECT_DIR, load_clinic

FROM_ARTICLE = [
    "what_is_microneedling",
    "how_it_works",
    "devices",
    "benefits",
    "texture_and_wrinkles",
    "scars",
    "hyperpigmentation",
    "stretch_marks",
    "pore_size",
    "product_absorption",
    "recovery_time",
    "side_effects",
    "pain_and_numbing",
    "procedure_steps",
    "who_performs_it",
    "needle_depth",
    "number_of_sessions",
    "aftercare",
    "sun_protection",
    "cleansing",
    "exfoliation",
    "hydration",
    "makeup",
    "candidates",
    "skin_types",
    "sensitive_skin",
    "active_acne_or_infection",
    "pregnancy",
    "medical_conditions",
    "at_home_rollers",
    "other_treatments",
    "preparation",
    "about_clinic",
]
FROM_CLINIC = [
    "price",
    "opening_hours",
    "location",
    "contact",
    "payment",
    "treatments_offered",
    "session_length",
    "results_duration",
    "session_interval",
]
TOPICS = FROM_ARTICLE + FROM_CLINIC
CAUTIONS = {"pregnancy", "active_acne_or_infection", "medical_conditions"}

# What an answer must not lose: words that carry the facts of its topic, each a regular expression.
FACTS = {
    "what_is_microneedling": ["cosmetic procedure", "tiny needles", "non-invasive", "minimally invasive"],
    "how_it_works": ["small wounds", "natural healing", "collagen and elastin"],
    "devices": ["derma roller", "derma pen", "depth and intensity", "compact, handheld", "sterilised"],
    "benefits": [
        "[Tt]exture",
        "scars",
        "stretch marks",
        "melasma",
        "pores",
        "absorbed",
        "less recovery",
        "several",
    ],
    "texture_and_wrinkles": ["fine lines and wrinkles may be reduced", "smoother and plumper", "[Ss]hallow"],
    "scars": [
        "acne or other injuries",
        "less visible",
        "[Dd]eeper punctures may",
        "wait until it has improved",
    ],
    "hyperpigmentation": ["age spots", "sun damage", "melasma", "skin tone"],
    "stretch_marks": ["can be improved", "[Dd]eeper punctures may"],
    "pore_size": ["reduce the appearance of large pores", "elasticity"],
    "product_absorption": ["moisturisers", "sunscreen", "serums", "absorption"],
    "recovery_time": [
        "normal activities right away",
        "[Rr]edness, swelling",
        "few hours to a day",
        "aftercare",
        "exercise",
    ],
    "side_effects": [
        "sensitive",
        "swelling",
        "redness",
        "momentary",
        "beyond a day",
        "gets worse",
        "[Cc]ontact the clinic",
    ],
    "pain_and_numbing": ["topical anaesthetic", "may be used"],
    "procedure_steps": ["cleaned", "topical anaesthetic may", "moved over your skin"],
    "who_performs_it": ["dermatologist or aesthetician", "training and licensing"],
    "needle_depth": [
        "shallow",
        "fine lines and wrinkles",
        "deeper",
        "scars or stretch marks",
        "no measurements",
    ],
    "number_of_sessions": ["needs and goals", "one treatment", "several", "no fixed number"],
    "aftercare": [
        "sun",
        "tanning beds",
        "SPF 30",
        "[Tt]wice daily",
        "lukewarm",
        "fragrance-free",
        "a week",
        "water",
    ]
    + ["24 hours", "non-comedogenic", "licensed professional"],
    "sun_protection": ["tanning beds", "other UV", "broad-spectrum", "at least 30"],
    "cleansing": ["twice daily", "lukewarm", "mild, fragrance-free"],
    "exfoliation": ["scrubs or exfoliants", "at least a week"],
    "hydration": ["plenty of water", "reducing inflammation"],
    "makeup": ["at least 24 hours", "gentle, non-comedogenic"],
    "candidates": ["wrinkles", "acne scars", "hyperpigmentation", "wait", "Pregnancy", "medical conditions"],
    "skin_types": ["all skin types", "article"],
    "sensitive_skin": ["may benefit", "gentle"],
    "active_acne_or_infection": ["hold off", "until it has improved", "cold sores"],
    "pregnancy": ["might not be good candidates", "breastfeeding", "clinician"],
    "medical_conditions": ["might not be good candidates", "doesn't name any condition", "clinician decides"],
    "at_home_rollers": ["don't advise", "sterile setting", "safer", "[Tt]rained professionals"],
    "other_treatments": ["harsh chemicals or lasers", "less recovery", "no other comparison"],
    "preparation": ["cleaned", "anaesthetic may", "improved", "consultation covers the rest"],
    "about_clinic": ["Dr Hera's Skin & Hair Clinic", "specialised", "facility", "tools"],
}


def test_files_cover_exactly_the_fixed_topics(shipped: dict[str, Entry]) -> None:
    assert sorted(shipped) == sorted(TOPICS)


def test_files_are_all_approved(shipped: dict[str, Entry]) -> None:
    assert {entry.status for entry in shipped.values()} == {"approved"}


@pytest.mark.parametrize("slug", FROM_ARTICLE)
def test_article_topic_quotes_the_article_literally(
    slug: str, shipped: dict[str, Entry], article: Article
) -> None:
    assert shipped[slug].sources
    assert not shipped[slug].clinic
    for source in shipped[slug].sources:
        assert all(quote in article.sections[source.section] for quote in source.quotes)


def test_every_section_of_the_article_is_quoted(shipped: dict[str, Entry], article: Article) -> None:
    quoted = {source.section for entry in shipped.values() for source in entry.sources}
    assert quoted == set(article.sections)


@pytest.mark.parametrize("slug", TOPICS)
def test_file_comes_back_byte_for_byte(slug: str, shipped_folder: Path, article: Article) -> None:
    content = (shipped_folder / f"{slug}.md").read_bytes()
    assert render_entry(parse_entry(content.decode(), name=slug, article=article)).encode() == content


@pytest.mark.parametrize("slug", TOPICS)
def test_body_is_read_in_ten_seconds(slug: str, shipped: dict[str, Entry]) -> None:
    body = shipped[slug].body
    assert parts(body) <= 5
    assert words(body) <= 90


@pytest.mark.parametrize("slug", TOPICS)
def test_entry_has_a_short_version_and_enough_questions(slug: str, shipped: dict[str, Entry]) -> None:
    assert shipped[slug].short
    assert words(shipped[slug].short) <= 40
    assert 4 <= len(shipped[slug].questions) <= 8


@pytest.mark.parametrize("slug", FROM_ARTICLE)
def test_body_holds_the_facts_of_its_topic(slug: str, shipped: dict[str, Entry]) -> None:
    missing = [fact for fact in FACTS[slug] if not re.search(fact, shipped[slug].body)]
    assert missing == []


@pytest.mark.parametrize("slug", TOPICS)
def test_text_holds_no_number_that_the_article_lacks(
    slug: str, shipped: dict[str, Entry], article: Article
) -> None:
    entry = shipped[slug]
    known = set(re.findall(r"\d+", " ".join(article.sections.values())))
    assert set(re.findall(r"\d+", f"{entry.body} {entry.short} {entry.caution}")) <= known


def test_caution_stands_in_three_entries_only(shipped: dict[str, Entry]) -> None:
    assert {slug for slug, entry in shipped.items() if entry.caution} == CAUTIONS


@pytest.mark.parametrize("slug", FROM_CLINIC)
def test_clinic_topic_says_honestly_that_the_clinic_will_tell(slug: str, shipped: dict[str, Entry]) -> None:
    entry = shipped[slug]
    assert entry.clinic
    assert entry.body.startswith("I don't have ")
    assert "the clinic will tell you" in entry.body
    assert re.search("consultation|person", entry.body)


def test_clinic_file_names_only_topics_that_the_clinic_owns() -> None:
    assert sorted(load_clinic(PROJECT_DIR / "clinic.toml").answers) == sorted(FROM_CLINIC)
