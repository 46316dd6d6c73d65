"""Which cautions the words of a message call for: pregnancy, active acne or an infection, any illness or medicine."""

from __future__ import annotations

import pytest
from spacy.language import Language

from actions.cautions import _ANY_OTHER_CONDITION, _TOPICS
from bot.language.ages import find_ages

PREGNANCY, ACNE, MEDICAL = "pregnancy", "active_acne_or_infection", "medical_conditions"


def _cautions(nlp: Language, text: str) -> set[str]:
    stated = [ent for ent in nlp(text.lower()).ents if not ent._.negated and not ent._.past]
    slugs = (
        _TOPICS.get((ent.label_, ent.id_), _ANY_OTHER_CONDITION if ent.label_ == "condition" else None)
        for ent in stated
    )
    return {slug for slug in slugs if slug}


@pytest.mark.parametrize(
    "text",
    [
        "I'm preggo, how deep do the needles go",
        "prego with no 2 lol",
        "there's a bun in the oven",
        "im 14 wks, price pls",
        "I'm 22 weeks today. Opening hours?",
        "16 wks here n my pores are huge",
        "nearly 8 months preg",
        "I am 30 weeks along",
        "we're due in June, where are you?",
        "due at the end of march!! can i get a facial",
        "baby is due any day now",
        "Baby no 2 is coming in May, how much is a session?",
        "our little one arrives in april",
        "two pink lines on the test this morning, whats the downtime",
        "test showed 2 lines",
        "We're expecting! Does it hurt?",
        "im expecting, does it hurt",
        "expecting our first in the autumn",
        "expecting twins, how many sessions",
        "my wife is expecting, can she come in",
        "mum to be here, is it safe",
        "knocked up and spotty",
        "eating for two at the moment",
        "my midwife gave me your card, price?",
        "in my second trimester, what is a derma pen",
        "third trimster and my melasma is awful",
        "morning sickness is killing me, do you open early",
        "my period is late, should i cancel",
        "just got a bfp",
        "im pregnent, is it ok",
        "nursing my 3 month old, do you use numbing cream",
        "im nursing, price?",
        "still feeding my newborn. which serum is good after",
        "feeding him myself, how long is the session",
        "brest feeding my son",
        "breastfeding mum, how does it work",
        "pumping at work, is a lunch hour enough",
        "I'm lactating",
        "baby is on the boob all day lol, can i wear makeup after",
        "I give my daughter the breast at night and she's still on the boob",
        "came off the pill to try, how many sessions do i need",
        "stopped the pill because we want a baby",
        "just off birth control, hoping for a baby. price?",
        "going through IVF, how long is redness",
        "icsi next month",
        "embryo transfer on the 4th, can i wash my face after",
        "we're trying for a baby, how soon do results show",
        "trying for number two, what does it cost",
        "tryna conceive",
        "ttc since jan",
        "we want to start a family, is it worth it",
        "on clomid, does it help pores",
        "fertility clinic says ok, what do you say",
        "my friend is pregnant, can she have it",
        "is it safe for my pregnant wife",
    ],
)
def test_pregnancy_is_recognised(nlp: Language, text: str) -> None:
    assert PREGNANCY in _cautions(nlp, text)


@pytest.mark.parametrize(
    "text",
    [
        "pizza face right now, what's the price",
        "my face is like a pizza",
        "breaking out like mad",
        "i keep breakin out, does it help texture",
        "I broke out yesterday, how much is it",
        "spots everywhere",
        "covered in spots since monday",
        "my chin is full of spots",
        "I've come out in spots, which cream after?",
        "loads of spots at the moment... i have loads of spots",
        "angry red spots on my cheeks",
        "a massive spot on my nose",
        "blind pimples on my jaw",
        "got zits",
        "pimpels on forehead",
        "cystic on the chin",
        "big cysts along my jaw",
        "bad bacne, do you do backs",
        "maskne, how do i wash after",
        "my skin has erupted",
        "hormonal flare up again",
        "acne flare, price for three sessions",
        "my retinol purging is bad",
        "cold sore coming, when are you open",
        "got a coldsore",
        "tingling on my lip, think it's starting",
        "herpes on my lip, does it hurt",
        "impetigo on my chin",
        "empty for thursday? I have impetego",
        "ringworm on my neck, price?",
        "folliculitis in my beard",
        "a boil on my cheek",
        "infected hair follicle on my neck",
        "staph infection on my leg",
        "my piercing went septic",
        "athlete's foot and wrinkles, ha",
        "warts on my hand, where do i park",
        "shingles on my forehead",
        "conjunctivitis this week, how deep are the needles",
        "weeping sores by my mouth",
    ],
)
def test_active_acne_or_infection_is_recognised(nlp: Language, text: str) -> None:
    assert ACNE in _cautions(nlp, text)


@pytest.mark.parametrize(
    "text",
    [
        "on accutane, price?",
        "i take roaccutane",
        "roacutane 40mg, does it hurt",
        "on blood thinners, how deep",
        "im on warfrin",
        "eliquis twice daily, opening hours?",
        "my cardiologist has me on asprin",
        "I'm a type 1, how long does it take",
        "type 1 with a pump",
        "T2D here",
        "diabettic, which spf",
        "on insulin, can i park there",
        "ozempic face, does this help",
        "lupus, but my pores are the problem",
        "I scar badly, how many sessions",
        "my skin scars easily",
        "i get keloids, price?",
        "keloyd prone",
        "immune suppressed since my transplant",
        "immunocompromised, is it sterile",
        "on methotrexate",
        "humira jabs every fortnight, is it worth it",
        "heart pills every day, does it hurt",
        "on blood pressure tablets",
        "i take ramipril and a statin",
        "got a pacemaker, which device do you use",
        "had a stent put in and i have a stent now",
        "on antibiotics, when can i wear makeup",
        "doxycyline for my chest",
        "having chemo, how much is it",
        "tamoxifen daily, what about wrinkles",
        "in remission from lymphoma",
        "exzema on my hands, price?",
        "psoriasys on my elbows",
        "rosacea and big pores, will it work",
        "vitiligo on my face",
        "epileptic, do you use bright lights",
        "on keppra, how long is a session",
        "HIV positive, are the needles new",
        "hep c, do you treat me",
        "hepatitis b carrier",
        "sickle cell trait, what depth",
        "haemophiliac, does it bleed much",
        "I bruise like a peach, how long is recovery",
        "von willebrand's, price",
        "underactive thyroid, will my texture improve",
        "pcos, scars on my chin",
        "asthmatic, what numbing cream is it",
        "crohn's disease, how many sessions",
        "rheumatoid arthritis, where are you",
        "MS diagnosed - multiple sclerosis - is there a lift",
        "parkinson's, can i lie back",
        "I have anxiety and take sertraline",
        "bipolar, on lithium, price please",
        "on the pill, does it matter",
        "hrt patches since march, do wrinkles go",
        "i take prednisolone daily",
        "allergic to lidocaine, does it hurt without",
        "cetirizine aside... i have a nut allergy",
        "fibromyalgia, is it painful",
        "glaucoma, can you do near the eyes",
        "thalassemia minor, what time do you close",
        "my kidney disease is stable, price?",
        "kidney transplant in march this year",
        "uti at the moment, book me for friday",
        "migraines, how long is it",
        "under treatment with azathioprine",
        "lots of medication, which moisturiser",
        "endometriosis and melasma, does it fade",
        "my friend has diabetes, can she have it",
    ],
)
def test_illness_or_medicine_is_recognised(nlp: Language, text: str) -> None:
    assert MEDICAL in _cautions(nlp, text)


@pytest.mark.parametrize(
    "text",
    [
        "not pregnant, just curious about price",
        "I'm not pregnant anymore",
        "no longer nursing, how deep is it",
        "my sister is pregnant",
        "my sister's expecting so I'm coming alone",
        "my best friend is pregnant and I need a treat, price?",
        "a pregnant friend told me about you",
        "had my baby two years ago",
        "stretch marks from my pregnancies",
        "melasma since my second pregnancy",
        "pregnancy stretch marks, how many sessions",
        "pregnant pause... ok how much?",
        "expecting a parcel, can i come at 4",
        "what results should i be expecting",
        "I was expecting more from one session",
        "when is my next session due",
        "my payment is due in june",
        "i'm due in on thursday, where do i park",
        "i am due for my second session in june",
        "I am 3 weeks post treatment, can i exfoliate",
        "6 weeks and my scars look the same",
        "results after 14 weeks",
        "is it done every 4 weeks",
        "nursing student here, do you have discounts",
        "i work in nursing, late slots?",
        "pumping iron at the gym, when can i go back",
        "two lines between my brows, does it help",
        "baby smooth skin please",
        "baby shower for a colleague on saturday, can i wear makeup",
        "trying for deep scars",
        "bring my baby?",
        "old acne scars, no active spots",
        "acne scars on both cheeks",
        "marks left by pimples",
        "pits from acne",
        "does it help spots",
        "dark spots on my cheeks",
        "age spots and sun spots",
        "brown spots all over my hands",
        "do you have spots left on friday",
        "have you got any spots available tomorrow",
        "I've never had a cold sore",
        "no breakouts at all, just dull",
        "breakout room at 3, can i wear foundation",
        "breaking out the champagne when my scars go",
        "lip balm ok after?",
        "is there a risk of infection",
        "how do you stop it getting infected",
        "can it cause an infection",
        "is it cold in the room, my arms get sore",
        "spot on, thanks",
        "I don't take any medicine",
        "no medical conditions",
        "not on any medication",
        "not diabetic, not epileptic",
        "a friend with diabetes",
        "my mum has psoriasis, I just have wrinkles",
        "my boss is on warfarin and I'm jealous of his skin",
        "skin type 1, burns fast",
        "fitzpatrick type 2, is it safe",
        "hours of operation?",
        "hair transplant next door?",
        "what are your hours over easter",
        "I love my hearing aid, can it stay in",
        "prescription glasses, can i wear them",
        "medicine student discount?",
        "the station is near, where do i go",
        "is there a table to lie on",
        "who performs it, a nurse?",
        "does it work on wrinkles",
        "how much for three sessions",
        "ms smith here, what's the price",
        "is it painful",
    ],
)
def test_nothing_calls_for_a_caution(nlp: Language, text: str) -> None:
    assert _cautions(nlp, text) == set()


@pytest.mark.parametrize("text", ["I'm not pregnant anymore", "not breastfeeding any more", "no acne now"])
def test_what_is_denied_is_a_mention_that_takes_the_caution_back(nlp: Language, text: str) -> None:
    denied = [ent for ent in nlp(text.lower()).ents if (ent.label_, ent.id_) in _TOPICS]
    assert denied
    assert all(ent._.negated for ent in denied)


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("i am 14 weeks", "pregnant"),
        ("due in september . hours", "pregnant"),
        ("so , thirty three weeks , enormous", "pregnant"),
        ("baby number three arrives around halloween", "pregnant"),
        ("nursing my 3 month old", "breastfeeding"),
        ("came off the pill so we can start a family", "trying_to_conceive"),
        ("my sister is pregnant", "lookalike"),
        ("a friend with type 2 diabetes", "lookalike"),
    ],
)
def test_stages_of_life_are_told_by_more_than_ages(text: str, stage: str) -> None:
    assert stage in [found for _, _, found in find_ages(text)]


@pytest.mark.parametrize(
    "text",
    [
        "my friend is diabetic , can she have it",
        "is it safe for my pregnant sister",
        "my husband has keloids , is it ok",
        "i am 14 weeks post",
        "i am 2 weeks and it hurts",
        "i am 5 weeks , my cheek is still red",
        "2 weeks and it is still red",
        "due in on monday",
    ],
)
def test_neither_ages_nor_family_plans(text: str) -> None:
    assert find_ages(text) == []
