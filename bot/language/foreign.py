"""Whether a message is written in English: by its script, and by the small words of other languages.

A false alarm turns away somebody who could have been helped, a miss gets the ordinary reply to what isn't understood. So one
English word outweighs a foreign one, and a lone word is English unless it opens a conversation in another language.
"""

from __future__ import annotations

import re
import runpy
from collections import Counter
from functools import cache
from pathlib import Path

import spacy
from spacy.tokens import Doc

from bot.language.phrases import word_set

LONGEST = 600  # characters that are looked at
SHORTEST_WORD = 3  # shorter ones are shorthand as often as they are foreign
_LANGUAGES = "es fr de it pt nl pl tr ro cs sv da nb fi hu id vi hr sk lt sq tl".split()
_ELSEWHERE = {  # written with our letters, without a list in spaCy that helps
    "hi": word_set(
        "hai hain kya kyu kyun kitna kitne kitni kaise kaisa kaisi mujhe mera meri mere nahi nahin karna karta karti karte"
        " hota hoti hoga hogi aur kab kahan kaha lagta lagega lagti chahiye sakta sakti sakte raha rahi rahe rahega rahegi lagenge iska uska mai hu hoon gaya gayi tha thi"
        " liye baad pehle bahut thoda accha acha haan matlab aap aapka aapki apka tumhara hamara koi kuch yeh woh isse"
        " jata jaata krna krwana karwana karwa batao bataye bataiye dard chehra chehre paise rupaye se ka ki ke ko ho mein"
    ),
    "ar": word_set(
        "kam shu shou kif keef kifak ana badde baddi bade biddi hal mata ayna sa3r se3r kteer ktir bukra mumkin momken"
        " fi hayda wein wayn leish lesh shlon shlonak abi abgha ayza 3ayez 3ayza bikam ezay izzay marhaba ahlan"
    ),
    "ru": word_set(
        "privet skolko stoit eto bolno mozhno mne vam kak chto zdravstvuyte spasibo kogda gde ili posle dlya nuzhno est"
    ),
    "sw": word_set(
        "habari bei gani kwa sana ni ngapi nataka ninataka inauma wapi lini asante jambo hii yangu naomba"
    ),
}
# Small words of others that English, its slang, or a name is written with, too.
_ALSO_ENGLISH = word_set(
    "abu aha akin alas alfa alla ali allen alta amin ana anders andre anterior asia asian ate aura auto avant bag bak bald bar bare bari"
    " bas bed been ben bent bet beta bien bien bile bin bio bis bland bodo bon bravo bum can capt car cara care carol casa cat cent"
    " certain chung circa cit cita cite com comment con conform contra cos cum dad dal dan dans dare dat data deal dear del dell della"
    " dem demi den der des desi dice die dies different dig din dina dine dire dis diverse divers dock dog dom don dong dont door dos"
    " dot dove drug duke eden een ella ellen email encore end era eras est estee etc eventual exact face fair fan far fare fast favor"
    " fer fin final fine fire fit folk font fort foto gang gel gene god gran grande greta haha hai halo han hans hare hari has hat"
    " hay hei hen hep her hers him hindi hinge his hit hoi hola hom hoo hot hun ian iii ill inca inclusive ina ino jag jam jane jay jimi jog"
    " jose jus kala kam kan kane kar kata kate kim kind kira kit kong kung lad laid lama land lang large las lass last late later latte lay"
    " legal leo les let lie lier like lille lima link lip lips list lit local logo lol los lot luna mad mai male mali mam mama man mana"
    " mane mani mar marche mare mas mat mata max maya mayor meh mein men mer mere met mien mil min mina mind mint minus mis mit mitt"
    " mob mode moi mom mon mons mora mori mot much multi mum mums nah nam nan nap nas nat nato nay nee neem net neva new nice nil nine"
    " nit nom non none noon nor nos nova now num nun nuns omg ons opt oral order otto out ova over pak pan papa par para pas pat patch"
    " peel pen pendant per pet pic pie pit plan plus poc pole poor por pore pores port post pour pre premier press prof proto pro pure"
    " quasi quay quest ram rang real red relative rem ring rip rit road roma rosa run sad sale sam sami san sang sara sat save saw sea"
    " sean sec see sen sense sent sept sera serum set sets sex she shed sic sie sin sino sir sit six slab soda sol sola solo solos"
    " som son sons sore sort sos soya spa spot stad star start state stay step sting stop store sue suit sum sur tab tack tad tag tak"
    " tale tame tan tang tanya tap taps tar tat tea tear tel temple tempo temu ten tenant tend tens ter test tha than that the theo"
    " thing tie ties til till time tin toe tom tome ton tone tons top tot total tour tri trip turn tyre ugh uni unit use uno vain"
    " vale valor van var vas vet via vida vie vil ville vin visa visas vita vol volta von vous vow want war was wat web wed wee weeks wen"
    " were wie wig wil wild wit won wong yang yas yay yes yet you zero zone pain chat derma beauty sri bro sis dear maam madam"
    " sara chin menu nose face mask laser botox via spa salon habibti habibi inshallah insha allah mashallah namaste salam salaam"
    " c'est khan kumar singh maria anna eva ida ella mia lena nina rita tina lisa amor senor senora signora ciao adios gracias"
    " merci danke bonjour voila deja vu cafe"
)
_ENGLISH = word_set(
    "hi hello hey hiya thanks thank thx please pls plz ok okay yes yeah yep nope price cost costs much many long hurt hurts pain"
    " painful skin face scar scars acne needle needles needling microneedling micro derma roller pen treatment session sessions"
    " book booking appointment want need get got help does don didn isn it's i'm im ive dont cant u ur r n tho lol omg idk btw"
    " day days week weeks month months year years work time today tomorrow good bad best better open clinic doctor dr cream spf"
    " wash make makeup sun red redness swelling healing pregnant like love think know tell say says called name my is are the and"
    " anti ageing aging lines line wrinkles wrinkle spots dark pores stretch marks mark pigmentation melasma"
    " texture glow serum results result safe side effects effect recovery downtime aftercare before after"
    " facial peel consultation number phone email come came going went tell show send where when which who why"
    " how what can could would should pregnant safe full near free"
    " therapy deep depth preparation prep pre post status license"
    " wanna gonna gotta bro babe hun mate mam ma'am sir sis cheers ta innit ya yall lemme dunno coz cuz bc cos rn tbh"
)
# Words with which people ask or greet in other languages, and which nobody writes in English.
_TELLING = word_set(
    "bonjour bonsoir combien coûte coute prix quanto quanta cuánto cuanto cuánta cuanta cuesta precio duele quiero necesito puedo"
    " buenos buenas cuando dónde donde cómo porque buongiorno buonasera fare vorrei grazie quando dolore costa olá obrigado obrigada"
    " dói preço quero você não wieviel kostet kosten tut weh schmerzhaft schmerzen möchte hallo guten bitte brauche termin ich nicht"
    " hoeveel kost pijn doet ik wil graag ile kosztuje boli dzień dobry proszę czy jest chcę cześć merhaba fiyat fiyatı ne kadar"
    " acıyor mu nasıl istiyorum teşekkürler cât costă doare vreau bună kolik stojí bolí dobrý prosím chci vad kostar gör ont hej"
    " hvad koster gør det hva hvor mye maksaa paljonko sattuuko mitä mennyibe kerül fáj szeretnék berapa harga sakit apakah saya"
    " giá bao nhiêu đau không tôi koliko košta boljeli dobar dan kiek kainuoja skauda sa kushton dhemb magkano masakit po ba"
    " beaucoup voudrais rendez séance traitement prenotare appuntamento seduta trattamento gostaria marcar consulta sessão tratamento"
    " tratamiento sesión sesiones reservar cita mañana behandlung sitzung afspraak behandeling zabieg wizytę umówić randevu seans"
    " êtes sont votre vos est-ce clinique enceinte peau rides pueden tengo tienen tienes hacen hacer sirve sesión ubicados embarazada ist gibt habt wann wo praxis schwanger dauert"
    " sono siete posso avete incinta aperti dove anestesia onde fica posso fazer grávida vocês waar zijn jullie zwanger duurt jestem jesteście gdzie ciąży"
    " fiyatlar nedir nerede misiniz mısınız miyim mıyım hamileyim adresiniz kaç açık sunteți sunt unde deschis însărcinată jsem jste kde dlouho těhotná trvá jag är ni ligger jeg gravid olen onko"
    " hol vagyok terhes saya anda mana hamil phòng khám gdje gde nalazite trudna saan kailan kayo bukas kaha kahan wein mko wapi bikam jalsa"
    " parlez parle français sprechen sprecht deutsch hablan habla español parlate parla italiano falam fala português spreken nederlands"
    " mówicie polsku türkçe biliyor musunuz vorbiți românește mluvíte česky pratar svenska taler dansk puhutteko suomea beszélnek"
    " magyarul bisa bahasa govorite hrvatski russki unazungumza kiswahili pouvez pouvez-vous douloureux cuando abren descuento quante"
    " sedute servono sensibile skórę treba tretmana"
    " kitna kitne kya kaise lagta chahiye nahi karna mujhe skolko stoit privet eto bolno zdravstvuyte habari ngapi bei inauma"
)
_LOANS = word_set(
    "à café cafés cliché clichés crème crêpe brûlée décolleté décolletage déjà doppelgänger éclair entrée exposé façade fiancé fiancée"
    " garçon jalapeño naïve née pâté piñata protégé résumé rosé sauté séance señor señorita touché über voilà"
)
_ELIDED = re.compile(r"(?:j'|qu'|s'il|n'e|d'un|l'on)[^\W\d_]|aujourd'hui")
_GREETINGS = word_set(
    "bonjour bonsoir buongiorno buonasera merhaba selam buenos buenas olá dzień cześć guten privet zdravstvuyte habari"
)
_ADDRESSES = re.compile(r"\S*(?:://|www\.|@)\S*|\S+\.(?:com|net|org|co)\b\S*")
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Latin with its accents, spacing modifiers, and the bold and round letters of decorated text.
_OTHER_SCRIPT = re.compile(
    r"[\u0370-\u1dbf\u1f00-\u1fff\u2c00-\ua71f\ua800-\uab2f\uab70-\ufaff\ufb13-\ufeff\uff66-\uffdc\U00020000-\U0003ffff]"
)
_OTHER_WORD = re.compile(
    r"[\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
    r"|[^\W\d_\u0000-\u036f\u1e00-\u1eff]{2}"
)


def written_in_english(doc_or_text: Doc | str) -> bool:
    """Whether a message may be English; what holds no words (numbers, emoji, addresses) may be.

    Some 0.05 ms a message; the first call reads spaCy's lists of other languages (0.1 s, 2 MB).
    """
    text = doc_or_text if isinstance(doc_or_text, str) else doc_or_text.text
    text = _ADDRESSES.sub(" ", text[:LONGEST])
    if not text.isascii() and _is_in_other_script(text):
        return False
    written = [word.group().replace("’", "'") for word in _WORDS.finditer(text)]
    return not written or not _is_foreign(written)


def _is_in_other_script(text: str) -> bool:
    others = len(_OTHER_SCRIPT.findall(text))
    if not others or not _OTHER_WORD.search(text):
        return False
    letters = sum(map(len, _WORDS.findall(text)))
    return others * 2 >= letters or others >= 12


def _is_foreign(written: list[str]) -> bool:
    words = [word.lower() for word in written]
    if len(words) == 1:
        return words[0] in _GREETINGS
    known, languages = _english_words(), _small_words()
    english = sum(word in known for word in words)
    telling = {word for word in words if (word in _TELLING or _ELIDED.match(word)) and word not in known}
    small = Counter(language for word in words for language in languages.get(word, ()))
    language = small.most_common(1)[0][0] if small else ""
    listed = {word for word in words if language in languages.get(word, ())}
    sure = telling | {
        word for word in listed - _ALSO_ENGLISH if len(word) >= SHORTEST_WORD or not word.isascii()
    }
    if english:
        return (
            len(sure) >= 2
            and max(small[language], len(sure)) > english
            and 3 * len(sure | listed) >= len(words)
        )
    likely = sure | listed | _accented(written)
    return bool(sure) and len(likely) >= 2 and 3 * len(likely) >= len(words)


def _accented(written: list[str]) -> set[str]:
    """Words with letters that English lacks; names, which begin with a capital, are left out."""
    return {word for word in written if word.islower() and not word.isascii() and word not in _LOANS}


@cache
def _english_words() -> frozenset[str]:
    stop = _stop_words("en")
    return frozenset({*stop, *_ENGLISH, *(word.replace("'", "") for word in stop if "'" in word)})


@cache
def _small_words() -> dict[str, tuple[str, ...]]:
    """Which languages' small words a word is one of; none that is an English one."""
    lists = {language: _stop_words(language) for language in _LANGUAGES} | _ELSEWHERE
    found: dict[str, list[str]] = {}
    for language, words in lists.items():
        for word in words - _english_words():
            found.setdefault(word, []).append(language)
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}
    return {word: shared.setdefault(tuple(names), tuple(names)) for word, names in found.items()}


def _stop_words(language: str) -> frozenset[str]:
    """spaCy's list, read without importing the language, whose tables would take megabytes."""
    path = Path(spacy.__file__).parent / "lang" / language / "stop_words.py"
    return frozenset(word.lower() for word in runpy.run_path(str(path))["STOP_WORDS"] if " " not in word)
