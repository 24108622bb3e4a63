"""Names across scripts, transliterations and case forms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import gazetteer, names

WRITTEN = st.text(
    alphabet=st.one_of(
        st.sampled_from("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэъёІЇЄХМИКП"),
        st.sampled_from("abcdefghijklmnopqrstuvwxyzKMIZ '’-.,\n\u0301\u200b🙂"),
        st.characters(),
    ),
    max_size=80,
)


@pytest.mark.parametrize(
    ("uk", "latin"),
    [
        ("Київ", "Kyiv"), ("Запоріжжя", "Zaporizhzhia"), ("Згурівка", "Zghurivka"), ("Їжакевич", "Yizhakevych"),
        ("Знам’янка", "Znamianka"), ("Гоща", "Hoshcha"), ("Ґоронда", "Goronda"), ("Єнакієве", "Yenakiieve"),
        ("Нова Каховка", "Nova Kakhovka"), ("Івано-Франківськ", "Ivano-Frankivsk"),
    ],
)  # fmt: skip
def test_ukrainian_follows_the_official_table(uk: str, latin: str) -> None:
    assert names.latin(uk) == latin


@pytest.mark.parametrize(
    ("written", "official"),
    [
        ("Wolnowacha", "Волноваха"), ("Saporischschja", "Запоріжжя"), ("Jytomyr", "Житомир"), ("Tsjernihiv", "Чернігів"),
        ("Mykolajiw", "Миколаїв"), ("Yenakijeve", "Єнакієве"), ("Kup'yans'k", "Куп’янськ"), ("Lysytsjansk", "Лисичанськ"),
    ],
)  # fmt: skip
def test_other_transliterations_share_a_skeleton(written: str, official: str) -> None:
    assert names.skeleton(official) in names.skeletons(written)


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("ізюмі", "ізюм"), ("харкова", "харків"), ("києвом", "київ"), ("миколаєві", "миколаїв"), ("бучі", "буча"),
        ("маріуполя", "маріуполь"), ("каховці", "каховка"), ("сумах", "суми"), ("запоріжжям", "запоріжжя"),
        ("рубіжному", "рубіжне"), ("лозової", "лозова"), ("городка", "городок"), ("донеччині", "донеччина"),
        ("изюме", "изюм"), ("одессой", "одесса"), ("рубежном", "рубежное"), ("сумами", "сумы"), ("горловке", "горловка"),
        ("авдеевки", "авдеевка"), ("мариуполе", "мариуполь"), ("балаклее", "балаклея"), ("запорожья", "запорожье"),
    ],
)  # fmt: skip
def test_case_forms_lead_back_to_the_name(form: str, name: str) -> None:
    assert name in names.lemmas(form)


@settings(deadline=None)
@given(WRITTEN)
def test_folding_is_stable(text: str) -> None:
    assert names.fold(names.fold(text)) == names.fold(text)


@settings(deadline=None)
@given(WRITTEN)
def test_mentions_are_true_to_the_text_in_order_and_apart(text: str) -> None:
    end = 0
    for mention in gazetteer.load().scan(text):
        assert text[mention.start : mention.end] == mention.text
        assert mention.start >= end
        assert mention.place_ids
        end = mention.end


@given(
    st.text(max_size=10), st.sampled_from(["Ізюм", "Харкові", "Mariupol", "Одессой"]), st.text(max_size=10)
)
def test_a_masked_word_never_comes_out(before: str, word: str, after: str) -> None:
    text = f"{before} {word} {after}"
    start = len(before) + 1
    for mention in gazetteer.load().scan(text, masked=[(start, start + len(word))]):
        assert mention.end <= start or mention.start >= start + len(word)


def test_odd_characters_inside_a_name_do_not_hide_it() -> None:
    for text in ("Ізю\u0301мі", "Из\u200bюме", "\u202eIzium", "ІЗЮМ", "Izyum\u00a0"):
        assert any("geonames:707292" in m.place_ids for m in gazetteer.load().scan(text)), ascii(text)


def test_glued_words_of_machine_translation_are_parted() -> None:
    found = gazetteer.load().scan("In Borodyankaabout 50 km. Buchashe said. СєвєродонецькЛуганської області")
    assert [m.text for m in found] == ["Borodyanka", "Bucha", "Сєвєродонецьк", "Луганської області"]
    assert [m.text for m in gazetteer.load().scan("two in Zhytomyrreported officials")] == ["Zhytomyr"]
    assert not gazetteer.load().scan("Kharkivites and Khersonites")


def test_a_large_city_is_found_without_its_capital_where_a_place_must_stand() -> None:
    for text in ("a dead in kyiv and more", "взрывы в харькове", "вибух у києві"):
        assert len(gazetteer.load().scan(text)) == 1, text
    for text in ("у рівне число", "в сумі дві тисячі", "kyiv time", "у полтавці", "in nice weather"):
        assert gazetteer.load().scan(text) == [], text


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Часовому Яру", "Chasiv Yar"), ("Часовим Яром", "Chasiv Yar"), ("Часовом Яре", "Chasiv Yar"), ("Кривим Рогом", "Kryvyi Rih"),
        ("Кривом Роге", "Kryvyi Rih"), ("Новою Каховкою", "Nova Kakhovka"), ("Новую Каховку", "Nova Kakhovka"),
        ("Білою Церквою", "Bila Tserkva"), ("Белой Церкви", "Bila Tserkva"), ("Великую Новоселку", "Velyka Novosilka"),
        ("Нижніх Сірогозах", "Nyzhni Sirohozy"), ("Могилеві-Подільському", "Mohyliv-Podilskyi"),
    ],
)  # fmt: skip
def test_names_of_two_words_are_found_in_their_cases(written: str, name: str) -> None:
    atlas = gazetteer.load()
    mentions = atlas.scan(f"Внаслідок удару по {written} постраждав водій.")
    assert [m.text for m in mentions] == [written]
    assert name in {place.name for i in mentions[0].place_ids if (place := atlas.get(i))}
