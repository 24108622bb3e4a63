from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from dashboard import strings
from incidents import vocabulary

ROOT = Path(__file__).resolve().parents[2]
VOCABULARIES = sorted(path.stem for path in (ROOT / "incidents" / "terms").glob("*.yaml"))
NOT_SHOWN = {"party"}


def _placeholders(entry: strings.Entry) -> set[str]:
    texts = [entry] if isinstance(entry, str) else list(entry.values())
    return {name for text in texts for name in re.findall(r"\{(\w+)\}", text)}


def test_both_languages_have_the_same_strings_with_the_same_values() -> None:
    english, ukrainian = strings.entries("en"), strings.entries("uk")
    assert english.keys() == ukrainian.keys()
    different = [key for key in english if _placeholders(english[key]) != _placeholders(ukrainian[key])]
    assert not different


@pytest.mark.parametrize("language", strings.LANGUAGES)
@pytest.mark.parametrize("name", [name for name in VOCABULARIES if name not in NOT_SHOWN])
def test_every_word_of_the_vocabulary_has_a_label(name: str, language: str) -> None:
    entries = strings.entries(language)
    assert not [word for word in vocabulary.words(name) if f"terms.{name}.{word}" not in entries]


def test_ukrainian_plurals_have_three_forms() -> None:
    words = strings.load("uk")
    said = [words("truth.total", n=n) for n in (1, 2, 5, 11, 21, 22, 25, 112)]
    assert said == [
        "1 подія", "2 події", "5 подій", "11 подій", "21 подія", "22 події", "25 подій", "112 подій",
    ]  # fmt: skip
    assert strings.load("en")("truth.total", n=1) == "1 incident"
    assert strings.load("en")("truth.total", n=24) == "24 incidents"


def test_every_ukrainian_plural_names_every_form() -> None:
    entries = strings.entries("uk").items()
    assert not [
        k for k, entry in entries if isinstance(entry, dict) and set(entry) != {"one", "few", "many", "other"}
    ]


def test_numbers_and_dates_are_written_as_the_language_does() -> None:
    english, ukrainian = strings.load("en"), strings.load("uk")
    assert english.number(1234567) == "1,234,567"
    assert ukrainian.number(1234567).replace("\xa0", " ") == "1 234 567"
    day = dt.date(2022, 3, 9)
    assert english.span(day, dt.date(2022, 3, 11)) == "9 Mar 2022 – 11 Mar 2022"
    assert english.span(day, None, "month") == "March 2022"
    assert "бер" in ukrainian.date(day)
    assert english.span(None, None) == "not known"


def test_distances_are_no_more_exact_than_they_are() -> None:
    words = strings.load("en")
    assert [words.distance(m) for m in (50, 250.4, 1500, 20300)] == ["50 m", "250 m", "1.5 km", "20 km"]


def test_an_unknown_language_falls_back_and_an_unknown_word_stands_as_it_is() -> None:
    assert strings.load("xx").language == "en"
    assert strings.load("uk").term("category", "brand_new") == "brand_new"


def test_no_string_is_left_that_nobody_shows() -> None:
    files = [*ROOT.glob("dashboard/**/*.py"), *ROOT.glob("dashboard/templates/*.html")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    built = set(re.findall(r"""f["']([a-z_]+(?:\.[a-z_]+)*)\.\{""", code))
    unused = [
        key
        for key in strings.entries("en")
        if f'"{key}"' not in code
        and f"'{key}'" not in code
        and key.rpartition(".")[0] not in built
        and not key.startswith("terms.")
    ]
    assert not unused
