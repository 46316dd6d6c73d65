"""What a question is about: entities with canonical values, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from bot.language.ages import find_ages
from bot.language.elapsed import find_elapsed


def _found(nlp: Language, text: str) -> set[tuple[str, str]]:
    return {(ent.label_, ent.id_) for ent in nlp(text).ents}


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("can it help my acne scars", ("concern", "acne_scars")),
        ("marks left by pimples", ("concern", "acne_scars")),
        ("old surgery scar", ("concern", "scars")),
        ("scaring on my cheek from zits", ("body_area", "cheeks")),
        ("crow's feet", ("concern", "wrinkles")),
        ("fine lines", ("concern", "fine_lines")),
        ("wrinkels on forehead", ("concern", "wrinkles")),
        ("dark patches", ("concern", "hyperpigmentation")),
        ("skin discoloration", ("concern", "hyperpigmentation")),
        ("skin discolouration", ("concern", "hyperpigmentation")),
        ("pigmentaion", ("concern", "hyperpigmentation")),
        ("my malasma", ("concern", "melasma")),
        ("age spots", ("concern", "age_spots")),
        ("sun-damage", ("concern", "sun_damage")),
        ("strech marks", ("concern", "stretch_marks")),
        ("stretch-marks on my tummy", ("body_area", "stomach")),
        ("open pores", ("concern", "large_pores")),
        ("hair fall", ("concern", "hair_loss")),
        ("i have sensitive skin", ("concern", "sensitive_skin")),
        ("i'm breaking out right now", ("condition", "active_acne")),
        ("cystic acne", ("condition", "active_acne")),
        ("pimples on my chin", ("condition", "active_acne")),
        ("skin infection", ("condition", "infection")),
        ("i think its infectd", ("condition", "infection")),
        ("a cold-sore", ("condition", "cold_sore")),
        ("exzema", ("condition", "eczema")),
        ("i am diabetic", ("condition", "diabetes")),
        ("sugar patient", ("condition", "diabetes")),
        ("on blood thinners", ("condition", "blood_thinners")),
        ("roaccutane", ("condition", "isotretinoin")),
        ("accutane", ("condition", "isotretinoin")),
        ("prone to keloids", ("condition", "keloids")),
        ("PCOS", ("condition", "thyroid")),
        ("can i do it if im pregnant", ("life_stage", "pregnant")),
        ("preggers", ("life_stage", "pregnant")),
        ("im pregant", ("life_stage", "pregnant")),
        ("breast feeding", ("life_stage", "breastfeeding")),
        ("nursing mother", ("life_stage", "breastfeeding")),
        ("TTC", ("life_stage", "trying_to_conceive")),
        ("we are trying for a baby", ("life_stage", "trying_to_conceive")),
        ("my daughter is 15", ("life_stage", "teenager")),
        ("i am 16 years old", ("life_stage", "teenager")),
        ("im 67, too old?", ("life_stage", "older_adult")),
        ("can i go gym", ("activity", "exercise")),
        ("when can i work out", ("activity", "exercise")),
        ("hammam", ("activity", "sauna")),
        ("is sunbathing ok", ("activity", "sun_exposure")),
        ("sunbeds", ("activity", "tanning_bed")),
        ("glass of wine", ("activity", "alcohol")),
        ("wudu", ("activity", "washing")),
        ("ramadan", ("activity", "fasting")),
        ("going back to work", ("activity", "work")),
        ("make-up", ("product", "makeup")),
        ("foundation", ("product", "makeup")),
        ("SPF 50", ("product", "sunscreen")),
        ("sun cream", ("product", "sunscreen")),
        ("moisturizer", ("product", "moisturiser")),
        ("tretinoin", ("product", "retinol")),
        ("salicylic acid", ("product", "acids")),
        ("thinking of getting a derma roller off amazon", ("product", "derma_roller")),
        ("dermapen", ("product", "derma_pen")),
        ("paracetamol", ("product", "painkiller")),
        ("numbing cream", ("product", "numbing_cream")),
        ("around my eyes", ("body_area", "eyes")),
        ("under eye area", ("body_area", "under_eyes")),
        ("3 days ago", ("elapsed_time", "72")),
    ],
)
def test_entity_is_found(nlp: Language, text: str, entity: tuple[str, str]) -> None:
    assert entity in _found(nlp, text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("is it a nice present", "life_stage"),
        ("what is the pressure", "life_stage"),
        ("the nurse was kind", "life_stage"),
        ("does it work", "activity"),
        ("it scares me", "concern"),
        ("how many times a week", "elapsed_time"),
        ("is it done in 3 days", "elapsed_time"),
        ("every 2 weeks", "elapsed_time"),
        ("2 days before my wedding", "elapsed_time"),
        ("wait 24 hours", "elapsed_time"),
        ("im 10 weeks pregnant", "elapsed_time"),
        ("i am 5 minutes away", "life_stage"),
        ("we had 20 sessions", "life_stage"),
    ],
)
def test_lookalike_is_no_entity(nlp: Language, text: str, label: str) -> None:
    found = {(lab, value) for lab, value in _found(nlp, text) if lab == label}
    assert found <= {("life_stage", "pregnant")} if "pregnant" in text else not found


def test_longest_phrase_wins(nlp: Language) -> None:
    assert _found(nlp, "acne scars") == {("concern", "acne_scars")}


def test_entity_keeps_its_place_in_the_text(nlp: Language) -> None:
    text = "Hi!! what about STRETCH-MARKS on my thighs"
    first = nlp(text).ents[0]
    assert text[first.start_char : first.end_char] == "STRETCH-MARKS"


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("i am pregnant", (False, False, False)),
        ("i am not pregnant", (True, False, False)),
        ("i'm no longer pregnant", (True, False, False)),
        ("can i do it if im pregnant", (False, True, False)),
        ("what if i get pregnant", (False, True, False)),
        ("no acne at the moment", (True, False, False)),
        ("could it cause an infection", (False, True, False)),
        ("is infection common", (False, True, False)),
        ("i had an infection last year", (False, False, True)),
        ("my infection cleared up", (False, False, True)),
        ("i used to have acne", (False, False, True)),
        ("i have eczema", (False, False, False)),
    ],
)
def test_flags_tell_how_an_entity_is_meant(nlp: Language, text: str, flags: tuple[bool, bool, bool]) -> None:
    entity = next(ent for ent in nlp(text).ents if ent.label_ in {"life_stage", "condition"})
    assert (entity._.negated, entity._.hypothetical, entity._.past) == flags


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("yesterday", 24),
        ("day before yesterday", 48),
        ("this morning", 8),
        ("last night", 14),
        ("3 days ago", 72),
        ("three days later", 72),
        ("10 days", 240),
        ("24hrs after", 24),
        ("2weeks post", 336),
        ("a week ago", 168),
        ("for a week", 168),
        ("a couple of days now", 48),
        ("few days ago", 72),
        ("half an hour ago", 0.5),
        ("a day and a half", 36),
        ("more than 24 hours", 25),
        ("day 4", 96),
        ("day two", 48),
        ("a fortnight ago", 336),
        ("6 months ago", 4380),
        ("1.5 days", 36),
        ("last week", 168),
    ],
)
def test_elapsed_time_in_hours(text: str, hours: float) -> None:
    assert [time.hours for time in find_elapsed(text)] == [hours]


def test_elapsed_times_come_in_order() -> None:
    assert [time.hours for time in find_elapsed("3 days ago and red since this morning")] == [72, 8]


def test_elapsed_time_knows_its_place() -> None:
    text = "it has been 3 days now"
    (time,) = find_elapsed(text)
    assert text[time.start : time.end] == "3 days now"


@given(text=st.text(max_size=200))
def test_elapsed_times_never_overlap(text: str) -> None:
    found = find_elapsed(text)
    assert all(left.end <= right.start for left, right in zip(found, found[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("i am 15", "teenager"),
        ("14 years old", "teenager"),
        ("aged 35", "adult"),
        ("my mum is 72", "older_adult"),
        ("under 18", "teenager"),
        ("over 60", "older_adult"),
    ],
)
def test_ages_become_life_stages(text: str, stage: str) -> None:
    assert [found for _, _, found in find_ages(text)] == [stage]


@pytest.mark.parametrize(
    "text", ["i am 10 weeks away", "over 50%", "i am 5 minutes late", "it is 20 mm", "i am 1 of 3"]
)
def test_other_numbers_are_no_ages(text: str) -> None:
    assert find_ages(text) == []


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200))
def test_entities_never_overlap(nlp: Language, text: str) -> None:
    ents = nlp(text).ents
    assert all(left.end <= right.start for left, right in zip(ents, ents[1:], strict=False))
