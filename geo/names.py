"""Names of places as people write them: folding, transliteration, and the case forms of Ukrainian and Russian.

Three keys, from strict to loose: `fold` (same spelling whatever the case, marks and apostrophes), `skeleton` (same name
whatever the script and the transliteration table), and the candidates of `lemmas` (same name whatever the case form).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_APOSTROPHES: Final = "'’ʼ`´′‘‛ʹʺ\"“”«»"
_INVISIBLE: Final = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_DROPPED: Final = dict.fromkeys(map(ord, _APOSTROPHES + _INVISIBLE))
_LETTERS: Final = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ё": "е"}
)
_NOT_NAME: Final = re.compile(r"[\W_]+")
_KEPT_MARKS: Final = {"й": "\ue000", "ї": "\ue001"}
_RESTORED: Final = str.maketrans({"\ue000": "й", "\ue001": "ї"})


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """Return `name` in lower case without marks, apostrophes and invisible characters, words parted by one space.

    Cyrillic й and ї stay letters of their own; ё becomes е.
    """
    text = name.casefold().translate(_DROPPED)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        for letter, stand_in in _KEPT_MARKS.items():
            text = text.replace(letter, stand_in)
        text = unicodedata.normalize("NFKD", text).casefold().translate(_DROPPED)
        bare = "".join(c for c in text if not unicodedata.combining(c))
        text = bare.translate(_RESTORED).translate(_LETTERS)
    return _NOT_NAME.sub(" ", text).strip()


_COMMON: Final = dict(
    zip(
        "абвджзклмнопрстуфчш",
        ["a", "b", "v", "d", "zh", "z", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "ch", "sh"],
        strict=True,
    )
)
# KMU resolution 55 of 2010; in first place of a word є ї й ю я are ye yi y yu ya.
_UKRAINIAN: Final = _COMMON | {
    "г": "h", "ґ": "g", "е": "e", "є": "ie", "и": "y", "і": "i", "ї": "i", "й": "i", "х": "kh", "ц": "ts",
    "щ": "shch", "ь": "", "ю": "iu", "я": "ia", "ё": "io", "ы": "y", "э": "e", "ъ": "", "ў": "u",
}  # fmt: skip
_UKRAINIAN_FIRST: Final = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_RUSSIAN: Final = _COMMON | {
    "г": "g", "ґ": "g", "е": "e", "ё": "yo", "и": "i", "й": "y", "х": "kh", "ц": "ts", "щ": "shch", "ъ": "",
    "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ў": "u",
}  # fmt: skip
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")


def is_cyrillic(text: str) -> bool:
    """Say whether `text` has a Cyrillic letter."""
    return _CYRILLIC.search(text) is not None


def _cased(table: dict[str, str]) -> dict[int, str]:
    """Return a table for `str.translate`, capitals and apostrophes included."""
    both = table | {letter.upper(): spelling.capitalize() for letter, spelling in table.items()}
    return {ord(letter): spelling for letter, spelling in both.items()} | dict.fromkeys(map(ord, "'’ʼ"), "")


_TO_LATIN: Final = {"uk": _cased(_UKRAINIAN), "ru": _cased(_RUSSIAN)}
_FIRST: Final = {"uk": _cased(_UKRAINIAN_FIRST), "ru": _cased({"е": "ye"})}
_FIRST_LETTER: Final = re.compile(r"(?<![\w'’ʼ])\w")


def latin(name: str, *, language: str = "uk") -> str:
    """Return a Cyrillic name in Latin letters: Ukrainian by KMU 55/2010, Russian (`ru`) by a plain BGN-like table.

    Letters that are not Cyrillic pass unchanged.
    """
    if language != "ru":
        name = name.replace("зг", "zgh").replace("Зг", "Zgh")
    first = _FIRST[language]
    begun = _FIRST_LETTER.sub(lambda m: m.group().translate(first), name)
    return begun.translate(_TO_LATIN[language])


# How the letters of a transliteration are read. Each reading turns folded Latin text into the same few signs:
# 3 zh, 4 ch, 5 sh, 6 shch, c ts, h for g, h and kh, s for s and z, i for every kind of i and y.
_Reading = tuple[tuple[str, str], ...]
_ENGLISH: Final[_Reading] = (
    ("shch", "6"), ("sch", "6"), ("zh", "3"), ("kh", "h"), ("tch", "4"), ("ch", "4"), ("sh", "5"), ("ts", "c"),
    ("tz", "c"), ("ph", "f"), ("ck", "k"), ("oo", "u"),
)  # fmt: skip
_GERMAN: Final[_Reading] = (
    ("schtsch", "6"), ("tsch", "4"), ("schsch", "3"), ("sch", "5"), ("sh", "3"), ("ch", "h"), ("tz", "c"), ("ts", "c"),
    ("z", "c"), ("ss", "s"),
)  # fmt: skip
_FRENCH: Final[_Reading] = (
    ("chtch", "6"), ("tch", "4"), ("kh", "h"), ("ch", "5"), ("j", "3"), ("ou", "u"), ("ts", "c"), ("gu", "h"),
)  # fmt: skip
_DUTCH: Final[_Reading] = (
    ("sjtsj", "6"), ("tsj", "4"), ("zj", "3"), ("sj", "5"), ("ch", "h"), ("oe", "u"), ("ts", "c"),
)  # fmt: skip
_POLISH: Final[_Reading] = (
    ("szcz", "6"), ("cz", "4"), ("sz", "5"), ("rz", "3"), ("ch", "h"), ("dz", "dz"), ("ts", "c"),
)  # fmt: skip
_NORDIC: Final[_Reading] = (("sjtj", "6"), ("tj", "4"), ("sj", "5"), ("zj", "3"), ("kh", "h"), ("ts", "c"))
_READINGS: Final = (_ENGLISH, _GERMAN, _FRENCH, _DUTCH, _POLISH, _NORDIC)
_SIGNS: Final = str.maketrans({"y": "i", "j": "i", "w": "v", "g": "h", "z": "s", "q": "k", "x": "ks"})
_RUN_OF_I: Final = re.compile("i+")
_I_BEFORE_VOWEL: Final = re.compile("i(?=[aeou])")
_DOUBLED: Final = re.compile(r"([^\W\d ]|[3456])\1+")


def _read(folded: str, reading: _Reading) -> str:
    for spelling, sign in reading:
        if spelling in folded:
            folded = folded.replace(spelling, sign)
    folded = _RUN_OF_I.sub("i", folded.translate(_SIGNS))
    return _DOUBLED.sub(r"\1", _I_BEFORE_VOWEL.sub("", folded))


@lru_cache(maxsize=65536)
def skeleton(name: str) -> str:
    """Return what is left of a name when script and usual English transliteration no longer matter.

    Volnovakha, Wolnovaha and Волноваха give one value; used as a key of the gazetteer.
    """
    return _read(fold(latin(name) if is_cyrillic(name) else name), _ENGLISH)


def skeletons(name: str) -> tuple[str, ...]:
    """Return the skeletons of a written name under every reading (English first, then German, French, Dutch, …)."""
    if is_cyrillic(name):
        return (skeleton(name),)
    folded = fold(name)
    return tuple(dict.fromkeys(_read(folded, reading) for reading in _READINGS))


# Endings of oblique cases, and the endings of the nominative they may come from ("-" is the empty ending). Ukrainian
# and Russian together: a candidate that is no name in the gazetteer costs one look-up and goes.
_CASE_ENDINGS: Final = """
а: - о ий  |  у: - а о  |  ом: - о ое ый ий ой  |  ові: - ів  |  і: - а ь я о е и  |  е: - а о ь я  |  ы: а  |  и: а ь я о
я: ь й е ья  |  ю: ь й я е  |  ем: ь й е - ее  |  єм: й  |  еві: ь -  |  єві: й їв ів  |  ью: ь ье  |  ям: я і и ь
еи: ея  |  ою: а ая  |  ею: а я  |  єю: я  |  ой: а ая  |  ей: а я і и  |  ї: я й
ова: ів  |  ову: ів  |  овом: ів  |  ева: ів  |  єва: їв ів  |  єву: їв ів  |  євом: їв ів
ця: ець  |  цю: ець ця цо  |  цем: ець  |  ці: ець ка ця цо к  |  ьця: ець  |  ьці: ець ьк  |  ця: ець ця
ца: ец  |  цу: ец ца  |  цом: ец  |  це: ец ца  |  цов: цы  |  цев: цы  |  ка: ок  |  ку: ок ка  |  ком: ок  |  ке: ок ка
зі: га г  |  сі: ха х  |  рогу: ріг  |  рогом: ріг рог  |  розі: ріг  |  рога: рог  |  роге: рог
полю: піль  |  поля: піль  |  полі: піль  |  полем: піль  |  лієва: ліїв
ового: ів ов  |  овому: ів ов  |  овим: ів ов  |  овым: ов ів  |  ове: ів ов  |  еве: ів їв  |  евого: ев  |  евому: ев  |  кви: ква ковь
іх: і ій  |  іми: і  |  ові: ів  |  еві: ів їв
ого: е ий о ое ый ой  |  ому: е ий ое ый ой  |  им: е ий ое  |  ым: ое ый ой  |  ім: е ий
его: ее ий  |  ему: ее ий  |  нього: нє ній  |  ньому: нє ній  |  ньої: ня  |  ній: ня
ої: а  |  ій: а ия  |  ую: ая  |  юю: яя  |  ьої: я  |  ії: ія  |  ію: ія  |  ією: ія  |  ию: ия  |  ии: ия  |  ией: ия
ам: и ы а  |  ах: и ы а  |  ами: и ы а  |  ях: і и я  |  ями: і и  |  ів: и і ы  |  ов: ы и  |  ень: ні
цам: цы  |  цах: цы  |  цами: цы  |  цям: ці  |  цях: ці  |  цями: ці  |  ців: ці
ьи: ья ье  |  ье: ья  |  ья: ье  |  ьем: ье  |  ьям: ье  |  ям: я  |  их: і ие и  |  ых: ые  |  ими: і ие и  |  ыми: ые
"""


def _endings() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for rule in re.split(r"[|\n]", _CASE_ENDINGS.strip()):
        form, _, nominatives = rule.partition(":")
        read = tuple("" if word == "-" else word for word in nominatives.split())
        table[form.strip()] = tuple(dict.fromkeys(table.get(form.strip(), ()) + read))
    return table


_FROM_ENDING: Final = _endings()
_WHOLE: Final = dict.fromkeys(("рогу", "рога", "рогом", "розі", "роге"), ("ріг", "рог"))
"""Short words whose root changes, in names of two words: Кривий Ріг, Кривого Рогу."""
_LONGEST: Final = max(map(len, _FROM_ENDING))


@lru_cache(maxsize=65536)
def lemmas(word: str) -> tuple[str, ...]:
    """Return the nominatives that one folded Cyrillic word may be a case form of, the word itself first.

    Candidates are made by ending only: most are no names at all, and the gazetteer decides.
    """
    found = dict.fromkeys((word, *_WHOLE.get(word, ())))
    for size in range(min(_LONGEST, len(word) - 2), 0, -1):
        for ending in _FROM_ENDING.get(word[-size:], ()):
            found[word[:-size] + ending] = None
    if len(word) > 2 and word[-1] not in "аеиоуюяіїєыэьй":  # genitive plural: Сум, Черкас
        found |= dict.fromkeys((word + "и", word + "ы", word + "і", word + "а"))
    return tuple(found)


_BONELESS: Final = str.maketrans("", "", "аеиоуыэюяіїєёйьъ ")
_RUSSIAN_ROOTS: Final = (
    ("долг", "довг"),
    ("волч", "вовч"),
    ("желт", "жовт"),
    ("полн", "повн"),
    ("толст", "товст"),
    ("солн", "сон"),
    ("больш", "велик"),
    ("никола", "микола"),
)
_LONG_ENDING: Final = re.compile("(ого|ому|ом|ым|им|ах|ами|ам|ів|ов)$")


def bones(word: str) -> str:
    """Return the consonants of a folded Cyrillic name: Russian and Ukrainian forms of one name mostly share them.

    Еленовке, Оленівка and Оленівці give one value; so do different names, so this is only for a word that stands where
    a place should stand and is in no list.
    """
    return " ".join(map(_bones, word.split()))


def _bones(word: str) -> str:
    for russian, ukrainian in _RUSSIAN_ROOTS:
        if word.startswith(russian):
            word = ukrainian + word[len(russian) :]
    bare = _DOUBLED.sub(r"\1", _LONG_ENDING.sub("", word).translate(_BONELESS).replace("ґ", "г"))
    return f"{bare[:-1]}к" if bare.endswith("ц") else bare


_ADJECTIVE: Final = re.compile("(sk|ck|k)?(ii|i|oho|a|oi|oiu)$")
_AREA_WORDS: Final = frozenset(
    [
        "raion",
        "rayon",
        "district",
        "region",
        "hromada",
        "community",
        "район",
        "району",
        "районі",
        "района",
        "районе",
    ]
)


def stem(name: str) -> str:
    """Return what the adjective of a district shares with the town it comes from: Derhachivs'kyi raion, Derhachi."""
    words = [word for word in fold(name).split() if word not in _AREA_WORDS]
    return _ADJECTIVE.sub("", skeleton(" ".join(words)))
