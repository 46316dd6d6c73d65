"""Telling English, however it is typed, from other languages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from bot.language.foreign import written_in_english

NLU = Path(__file__).resolve().parents[2] / "data" / "nlu"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "k",
        "yes",
        "na",
        "nope",
        "si",
        "ciao",
        "merci!",
        "gracias",
        "hola, how much is it",
        "namaste, what is the price",
        "salam, do you have ladies only slots",
        "habibti how much for full face",
        "inshallah see you tmrw",
        "20",
        "07700 900123",
        "14:30",
        "£££??",
        "👍",
        "😂😂😂 lol",
        "¯\\_(ツ)_/¯",
        "ʕ•ᴥ•ʔ",
        "does it hurt 😭",
        "wot u charge 4 1 go",
        "hw mch 4 3 sesions",
        "is ther any downtme",
        "aftr how mny dayz can i put makup on plz",
        "dat ting hurt bro?",
        "wat r ur hrs 2moro",
        "im so tired of dem spots innit",
        "ya man its all good",
        "omg same lol",
        "fr tho",
        "idk tbh",
        "no me neither",
        "me mum had it done",
        "déjà vu, asked this already",
        "meet me at the café?",
        "naïve question: does it hurt",
        "à la carte or package?",
        "acne vulgaris",
        "striae distensae",
        "lichen planus et atrophicus",
        "melasma, lentigines, dermatosis papulosa nigra",
        "per os, b.d.",
        "pro rata?",
        "vice versa",
        "Maria de la Cruz",
        "Hans Müller",
        "José García",
        "Siobhán Ní Dhomhnaill",
        "van der Berg, 12 Rue de la Paix",
        "Flat 3, 14 Avenue des Champs",
        "Sara bint Ali",
        "Nguyen Van An",
        "my name is Łukasz",
        "jane.doe@example.com",
        "https://example.org/quanto-costa-el-tratamiento",
        "la roche posay or la mer",
        "la la la",
        "das it",
        "c u l8r",
        "que?",
        "dermapen vs dermaroller",
        "hyaluronic",
        "asdf ghjkl",
        "aaaaaaaa",
        "zzz",
        "𝓱𝓮𝓵𝓵𝓸 how are you",
        "temperature 38°C, Ω?",
        "what does 你好 mean",
        "Do you speak español?",
        "i speak polski and english, price?",
        "Is Dr Hera in on Sat",
        "pain au chocolat before or after",
        "men too?",
        "sun bad",
        "more info por favor",
        "c'est la vie",
        "grand prix weekend",
        "marhaba",
        "my fiancé too?",
        "pre-treatment status",
    ],
)
def test_english_is_english(text: str) -> None:
    assert written_in_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "bonjour",
        "Bonjour, combien ça coûte ?",
        "est-ce que ça fait mal",
        "je suis enceinte, est-ce possible ?",
        "merci beaucoup pour votre aide",
        "hola cuanto cuesta",
        "parlez-vous français ?",
        "sprechen Sie deutsch",
        "vous êtes ouverts le dimanche ?",
        "jag är gravid, kan jag komma",
        "sunt însărcinată, este o problemă?",
        "¿Duele mucho el tratamiento?",
        "quiero reservar una cita para mañana",
        "estoy embarazada, puedo hacerlo",
        "cuantas sesiones necesito para las cicatrices",
        "Guten Tag, tut das weh?",
        "wie viel kostet eine Behandlung",
        "ich bin schwanger, geht das trotzdem",
        "haben sie morgen noch einen termin",
        "quanto costa una seduta",
        "fa male il trattamento?",
        "vorrei prenotare un appuntamento",
        "quanto custa uma sessão",
        "isso dói muito?",
        "gostaria de marcar uma consulta",
        "hoeveel kost een behandeling",
        "doet het pijn?",
        "ik wil graag een afspraak maken",
        "czy to boli",
        "ile kosztuje jeden zabieg",
        "dzień dobry, chciałabym się umówić",
        "merhaba, fiyat ne kadar",
        "çok acıyor mu, kaç seans gerekiyor",
        "cât costă o ședință",
        "doare foarte tare?",
        "kolik to stojí",
        "bolí to hodně, jak dlouho to trvá",
        "hur mycket kostar det",
        "gör det ont?",
        "hvad koster det, og gør det ondt",
        "paljonko hoito maksaa ja sattuuko se",
        "mennyibe kerül egy kezelés, és fáj ez",
        "berapa harga perawatan ini",
        "apakah ini sakit untuk kulit saya",
        "bao nhiêu tiền một lần",
        "có đau không bạn ơi",
        "koliko košta tretman, da li boli",
        "kitna time lagta hai",
        "kya isse dard hota hai",
        "mujhe appointment chahiye kal ke liye",
        "magkano po ang isang session",
        "masakit po ba",
        "skolko stoit",
        "eto bolno ili net",
        "habari, bei gani",
        "كم سعر الجلسة",
        "هل هذا مؤلم؟",
        "قیمت چقدر است",
        "یہ کتنے کا ہے",
        "क्या इससे दर्द होता है",
        "এটা কি ব্যথা করে",
        "இது வலிக்குமா",
        "ఇది నొప్పిగా ఉంటుందా",
        "这个疼吗",
        "多少钱？",
        "痛いですか",
        "アフターケアは",
        "아픈가요?",
        "сколько стоит процедура",
        "це боляче?",
        "Здравствуйте",
        "πόσο κοστίζει",
        "כמה זה עולה",
        "เจ็บไหมคะ",
        "რა ღირს",
        "ինչ արժե",
    ],
)
def test_other_languages_are_not(text: str) -> None:
    assert not written_in_english(text)


def test_a_document_is_read_as_its_text(nlp: Language) -> None:
    assert written_in_english(nlp("does it hurt"))
    assert not written_in_english(nlp("est-ce que ça fait mal"))


def test_the_examples_are_taken_for_english() -> None:
    texts = [text for intent, text in _examples() if intent not in ("out_of_scope", "foreign_language")]
    foreign = [text for text in texts if not written_in_english(text)]
    assert len(foreign) < 0.002 * len(texts), foreign


def test_a_message_takes_no_time() -> None:
    texts = [text for _, text in _examples()]
    written_in_english("warm up")
    started = time.process_time()
    for text in texts:
        written_in_english(text)
    assert (time.process_time() - started) / len(texts) < 0.0002


def test_a_very_long_text_takes_no_time() -> None:
    started = time.process_time()
    written_in_english("é’" * 1_000_000)
    assert time.process_time() - started < 0.05


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert written_in_english(text) in (True, False)


def _examples() -> list[tuple[str, str]]:
    blocks = [block for path in NLU.glob("*.yml") for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]]
    return [
        (block.get("intent", ""), line[2:])
        for block in blocks
        for line in map(str.strip, block.get("examples", "").splitlines())
        if line.startswith("- ")
    ]
