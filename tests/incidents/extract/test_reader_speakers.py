"""Who is taken to speak: headings, labels, signatures, sources quoted through an agency."""

import datetime as dt

import pytest

from incidents.derive import speaker_key
from incidents.extract import read

DAY = dt.date(2023, 5, 10)


def _speakers(text: str) -> list[str]:
    counted = {"killed", "injured", "bodies"}
    found = [c for c in read(text, published=DAY).claims if c.predicate in counted]
    return [f"{c.speaker.name} {c.speaker.role or ''}".lower() if c.speaker else "" for c in found]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Mayor: 3 people killed in Kharkiv.", "mayor"),
        ("Three people were killed in Odesa (Oleh Kiper, governor).", "kiper"),
        ("State news agency RIA quoted local officials as saying three people were killed.", "officials"),
        ("TASS cited emergency services as saying that three people were killed.", "emergency services"),
        ("The OSCE's mission counted four dead civilians.", "osce"),
        ("Russia's defence ministry said that three people were killed.", "russia's defence ministry"),
        ("Ukrainian military intelligence says that five people were killed.", "intelligence"),
        ("The regional governor was quoted by Interfax as saying that three people were killed.", "governor"),
        ("Three deaths have been reported by the regional health department.", "health department"),
        ("Officials in Kyiv say three people were killed.", "officials"),
        ("A police spokesman said three people were killed.", "police spokesman"),
        ("Three people were killed, the mayor's press service reported.", "mayor's press service"),
        ("Amnesty International found that three people were killed.", "amnesty"),
        ("Russia's TASS agency reported three people were killed, citing emergency services.", "emergency"),
        ("Three people were killed. This was announced on Facebook by mayor Ihor Terekhov.", "terekhov"),
        ("Три человека погибли, следует из сообщения облпрокуратуры.", "прокуратур"),
        ("В Следственном комитете РФ сообщили, что погибли три человека.", "комитет"),
        ("По словам главы региона, погибли три человека.", "глав"),
        ("За словами міського голови, троє людей загинули.", "голов"),
        ("Троє людей загинули, підтвердила агентству керівниця пресслужби ОВА.", "керівниц"),
    ],
)
def test_who_said_it(text: str, speaker: str) -> None:
    assert [speaker in s for s in _speakers(text)] == [True]


def test_a_summary_from_an_official_is_theirs_to_the_end() -> None:
    text = (
        "Оперативна інформація станом на 9:00 9 травня від начальника Херсонської ОВА Олександра Прокудіна.\n"
        "Упродовж доби поранено 4 людини.\nБерислав: загинула 1 людина."
    )
    assert all("prokudin" in s for s in _speakers(text))
    assert len(_speakers(text)) == 2


def test_a_signature_speaks_for_the_lines_above_it() -> None:
    text = "In Nikopol two people were injured.\n\nIn Marhanets one man was killed.\n\nSerhii Lysak, governor"
    assert ["lysak" in s for s in _speakers(text)] == [True, True]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("A Reuters correspondent saw three bodies.", "reuters correspondent"),
        ("Mayor Ihor Terekhov spoke of a mass grave. AFP journalists counted three bodies.", "afp journalists"),
        ("Мер Ігор Терехов говорив про поховання. Кореспондент AFP нарахував три тіла.", "кореспондент afp"),
        ("Журналисты на месте насчитали три тела.", "журналисты"),
        ("Reuters reported that three bodies had been found.", ""),
    ],
)  # fmt: skip
def test_a_reporter_speaks_of_what_they_saw_and_their_agency_only_passes_on(text: str, speaker: str) -> None:
    found = _speakers(text)
    assert [speaker in s if speaker else s == "" for s in found] == [True]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Three people were killed, said a woman who lives across the road.", "woman"),
        ("The imagery firm says that three people were killed.", "imagery firm"),
        (
            "A nurse at the clinic, who would not give her name, told the paper that three people were killed.",
            "nurse",
        ),
        ("Three people were killed, Halyna, 71, told reporters.", "halyna"),
        ("Троє людей загинули, розповіла жінка, яка виїхала з міста.", "жінка"),
        ("Капелан місцевої громади розповів, що загинули троє людей.", "капелан"),
        ("Три человека погибли, рассказала соседка Валентина.", "валентина"),
        ("В управляющей компании сообщили, что погибли три человека.", "управляющая компания"),
        ("По подсчётам жителей посёлка, погибли три человека.", "жители"),
    ],
)
def test_a_noun_beside_the_verb_speaks_where_no_list_knows_it(text: str, speaker: str) -> None:
    assert [speaker in s for s in _speakers(text)] == [True]


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("The UN monitoring mission said that two people were killed. The mission counted five wounded.", ["mission", "un monitoring mission"]),
        ("According to Kharkiv city council, two people were killed. It added that five were wounded.", ["council", "council"]),
        ("Source: Sumy regional police\nA shell hit a house. Two people were killed.", ["police"]),
        ("У будинок влучив снаряд. Загинули двоє людей.\nДжерело: прокуратура Сумської області", ["прокуратура"]),
        ("Two people were killed, reports Suspilne, citing the city council.", ["city council"]),
    ],
)  # fmt: skip
def test_who_is_meant_by_a_word_that_stands_for_somebody_named(text: str, speakers: list[str]) -> None:
    found = _speakers(text)
    assert [name in said for name, said in zip(speakers, found, strict=True)] == [True] * len(speakers)


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Daily update from the governor of Donetsk region Pavlo Kyrylenko, 9 May 2023\n\nBakhmut: 2 killed", "kyrylenko"),
        ("Oleksandr Prokudin, governor of Kherson region, 9 May\n\nBeryslav was shelled. Two wounded.", "prokudin"),
        ("Зведення від голови Харківської ОВА Олега Синєгубова на ранок 9 травня\n\nКуп'янськ — загинули двоє.", "syniehubov"),
    ],
)  # fmt: skip
def test_a_first_line_that_names_an_official_heads_the_list(text: str, speaker: str) -> None:
    assert [speaker in s for s in _speakers(text)] == [True]


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Доброго ранку! За добу на Сумщині поранено двох людей, повідомив Володимир Артюх.\n\nБілопілля: загинула одна людина.\nКраснопілля – двоє поранених.", "artiukh"),
        ("Губернатор Вячеслав Гладков подвёл итоги 9 мая.\n\nВ Шебекино погибла женщина.\n\nВ Грайвороне ранены двое.", "gladkov"),
        ("Сергій Лисак: Уночі ворог атакував Нікополь. Поранено трьох людей.", "lysak"),
    ],
)  # fmt: skip
def test_who_opens_a_list_or_a_post_speaks_all_of_it(text: str, speakers: str) -> None:
    found = _speakers(text)
    assert found
    assert all(speakers in s for s in found)


def test_who_speaks_is_counted_as_nobody() -> None:
    text = "Seven people were killed. One of them, a nurse told reporters, was a child. One of the witnesses told AFP this."
    assert all("one of the witnesses" not in c.quote.text.lower() for c in read(text, published=DAY).claims)


def test_a_second_speaker_whose_verb_is_left_out() -> None:
    found = _speakers("Мер міста повідомив про трьох поранених, а в поліції – про п'ятьох поранених.")
    assert ["мер" in found[0], "поліці" in found[1]] == [True, True]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("В областной прокуратуре сообщили, что погибли три человека.", "областная прокуратура"),
        ("Троє людей загинули, розповіли у міській раді.", "міська рада"),
        ("За словами місцевих волонтерів, загинули троє людей.", "місцеві волонтери"),
        ("У Сумському департаменті загинуло троє людей, повідомила поліція.", "поліція"),
    ],
)
def test_a_speaker_is_named_in_the_plain_form(text: str, speaker: str) -> None:
    assert [s.strip() for s in _speakers(text)] == [speaker]


def test_whoever_signs_off_wrote_all_of_it() -> None:
    text = "Доброго ранку! Ніч була важкою.\n\nУ Нікополі загинула одна людина.\n\nБережіть себе, написав Сергій Лисак."
    assert ["lysak" in s for s in _speakers(text)] == [True]


def test_one_speaker_in_two_scripts_is_one() -> None:
    latin, cyrillic = (
        read(text, published=DAY).claims[0]
        for text in (
            "Three people were killed, Pavlo Testenko said.", "Троє людей загинули, сказав Павло Тестенко.",
        )
    )  # fmt: skip
    assert speaker_key(latin) == speaker_key(cyrillic)


@pytest.mark.parametrize(
    "text",
    [
        "Three people reported dead after a reported strike.",
        "A family of three reported killed, four people reported injured.",
        "According to reports, three people were killed.",
    ],
)
def test_a_participle_is_no_speech(text: str) -> None:
    assert set(_speakers(text)) == {""}


def test_the_summary_of_a_staff_is_the_staffs() -> None:
    assert "генштаб" in _speakers("У зведенні Генштабу йдеться про трьох загиблих мешканців.")[0]


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Mayor Taras Pylypets: two people killed.\n\nPylypets now speaks of four wounded.", ["pylypets", "taras pylypets"]),
        ("Голова громади Тарас Дорошук повідомив про двох загиблих. За словами Дорошука, поранено ще двох.", ["тарас дорошук"] * 2),
        ("Three people were killed, the Prosecutor General's Office said.", ["prosecutor general's office"]),
        ("Сумщина. Зведення станом на ранок 9 травня.\n\nМинулої доби ворог 38 разів обстріляв область, повідомляє обласна адміністрація.\n\n▪️ Білопілля: двоє поранених.\n▪️ Краснопілля: загинула жінка.", ["адміністрація"] * 2),
    ],
)  # fmt: skip
def test_names_and_offices_that_come_again(text: str, speakers: list[str]) -> None:
    found = _speakers(text)
    assert [name in said for name, said in zip(speakers, found, strict=True)] == [True] * len(speakers)


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Three killed in Toretsk after shelling – Ponomarenko", "ponomarenko"),
        ("Унаслідок обстрілу загинули троє людей – ХОВА", "хова"),
        ("Three persons died, communicated from the rescue service.", "rescue service"),
        ("Three persons have died, explained to the radio the chief of the village.", "chief of the village"),
        ("Погибли трое, вспоминает 80-летняя Мария Степановна.", "мария степановна"),
        ("Начальник полиции района: погибли три человека.", "начальник полиции района"),
        ("Russia's defence ministry claims its forces killed three people.", "defence ministry"),
    ],
)
def test_headlines_translations_and_ages(text: str, speaker: str) -> None:
    assert [speaker in s for s in _speakers(text)] == [True]


def test_a_counted_group_behind_a_dash_does_not_speak() -> None:
    assert set(_speakers("Поранено шістьох людей. Серед поранених – двоє медиків.")) == {""}


def test_three_speakers_in_one_sentence() -> None:
    found = _speakers(
        "В ГСЧС говорят о трёх погибших, в полиции — о двух погибших, а мэр говорит о пяти погибших."
    )
    assert ["гсчс" in found[0], "полиция" in found[1], "мэр" in found[2]] == [True, True, True]


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Жители говорили о десяти погибших. В мэрии эти сообщения назвали ложными: погибли двое, сказали там.", ["жители", "мэрия"]),
        ("The envoy, who said that 19 people were killed, left. OHCHR staff visited the site and verified 17 deaths.", ["envoy", "ohchr"]),
        ("За словами речника обласної прокуратури Дмитра Савчука, загинули четверо людей.", ["дмитро савчук речник обласної прокуратури"]),
        ("«Загинула одна людина», — розповідає Надія з третього поверху. Рятувальники дістали тіло ще однієї людини.", ["надія", ""]),
    ],
)  # fmt: skip
def test_each_sentence_has_its_own_speaker(text: str, speakers: list[str]) -> None:
    found = _speakers(text)
    assert [(name in said) if name else said == "" for name, said in zip(speakers, found, strict=True)] == [
        True
    ] * len(speakers)


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("На улице нашли тела трёх мужчин, сообщает корреспондент AFP.", "корреспондент afp"),
        ("Кількість загиблих зросла до трьох\nПро це повідомили в МНС РФ.", "мнс рф"),
        (
            "Three people were killed.\nInformation: Kherson Regional Military Administration.",
            "administration",
        ),
        ("Суд визнав винним солдата, який убив трьох людей.", ""),
        ("Погибли трое, один из них ребёнок, уточнил Олег Кипер.", "kiper"),
    ],
)
def test_more_ways_to_say_who_said_it(text: str, speaker: str) -> None:
    found = _speakers(text)
    assert found
    assert all(speaker in s if speaker else s == "" for s in found)


def test_who_is_blamed_is_neither_the_speaker_nor_the_place() -> None:
    text = "A convoy was hit in Zaporizhzhia; 25 people died. An official installed by Moscow, Yegor Pavlov, blamed Kyiv for the strike."
    reading = read(text, published=DAY)
    [blame] = [c for c in reading.claims if c.predicate == "accusation"]
    assert (blame.value, blame.speaker and blame.speaker.name) == ("Ukraine", "Yegor Pavlov")
    assert [p.text for p in reading.places if p.role == "site"] == ["Zaporizhzhia"]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Премьер Шмыгаль сообщал о трёх погибших.", "denys shmyhal"),
        ("Загинуло троє людей — уточнені дані міськради.", "міськрада"),
    ],
)
def test_an_office_with_a_known_surname_and_figures_of_a_body(text: str, speaker: str) -> None:
    assert [speaker in s for s in _speakers(text)] == [True]


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("За добу росіяни вбили двох людей. Ще п'ятеро людей поранені, повідомив Вадим Філашкін.", ["filashkin", "filashkin"]),
        ("Three people were killed in Beryslav. Another four were wounded, Oleksandr Prokudin said.", ["prokudin", "prokudin"]),
        ("Погибли трое, сообщил Сергей Лысак. По словам чиновника, ранены ещё двое.", ["lysak", "lysak"]),
        ("Число погибших выросло до трёх. Накануне сообщалось о двух погибших.", ["", ""]),
        ("По данным оперштаба, погибли трое.", ["оперштаб"]),
    ],
)  # fmt: skip
def test_counts_that_go_on_in_one_mouth(text: str, speakers: list[str]) -> None:
    found = _speakers(text)
    assert [(name in said) if name else said == "" for name, said in zip(speakers, found, strict=True)] == [
        True
    ] * len(speakers)


def test_who_is_told_does_not_speak() -> None:
    text = '"They killed three people," a nurse, who would not be named, told Human Rights Watch.'
    assert ["nurse" in s for s in _speakers(text)] == [True]


def test_an_adverb_is_no_part_of_an_office() -> None:
    assert _speakers("Ранее глава района Андрей Седых писал о двух погибших.") == [
        "андрей седых глава района"
    ]


def test_a_ministry_that_denies_is_named_without_what_it_denies() -> None:
    text = "В министерстве применение силы отрицают."
    assert [c.speaker and c.speaker.name for c in read(text, published=DAY).claims] == ["Министерство"]


def test_speech_broken_off_in_the_middle_keeps_its_speaker_and_its_exact_words() -> None:
    text = "«Шестеро людей, — повідомив мер Іван Коваль, — загинули у дворі»."
    (claim,) = [c for c in read(text, published=dt.date(2024, 5, 26)).claims if c.predicate == "killed"]
    assert claim.speaker is not None
    assert claim.speaker.name == "Іван Коваль"
    assert claim.quote is not None
    assert text[claim.quote.start : claim.quote.end] == claim.quote.text
    assert claim.quote.text == "Шестеро людей, — повідомив мер Іван Коваль, — загинули"
