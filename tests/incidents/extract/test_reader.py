"""What a user notices of a reading: figures, speakers, places and the incidents they make, in three languages."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.extract import read

DAY = dt.date(2023, 3, 17)


def figures(text: str) -> set[tuple[str, object, str]]:
    return {
        (c.predicate, c.value, c.extent)
        for c in read(text, published=DAY).claims
        if c.predicate in {"killed", "injured", "bodies", "missing", "displaced"}
    }


def speakers(text: str) -> set[str | None]:
    return {c.speaker.key or c.speaker.name if c.speaker else None for c in read(text, published=DAY).claims}


def incidents(text: str) -> set[tuple[str, str | None, str, str | None]]:
    return {
        (d.category, d.site.place.name if d.site and d.site.place else None, d.role, d.value)
        for d in read(text, published=DAY).drafts
    }


@pytest.mark.parametrize(
    "text",
    [
        "Seven people were killed in Chuhuiv, among them one child.",
        "У Чугуєві загинули семеро людей, серед них одна дитина.",
        "В Чугуеве погибли семеро, в том числе один ребёнок.",
    ],
)
def test_a_part_is_marked_and_never_added(text):
    assert figures(text) == {("killed", 7, "whole"), ("killed", 1, "part")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The blast killed three people and wounded twelve.",
            {("killed", 3, "whole"), ("injured", 12, "whole")},
        ),
        ("Загинуло троє людей, поранено дванадцятеро.", {("killed", 3, "whole")}),
        ("Погибли трое, ранены двенадцать человек.", {("killed", 3, "whole"), ("injured", 12, "whole")}),
        ("3 загиблих, 16 поранених.", {("killed", 3, "whole"), ("injured", 16, "whole")}),
        ("No casualties were reported.", {("killed", 0, "whole"), ("injured", 0, "whole")}),
        ("Постраждалих немає.", {("injured", 0, "whole")}),
        ("Никто не пострадал.", {("injured", 0, "whole")}),
        ("A 35-year-old man was wounded.", {("injured", 1, "whole")}),
        ("Поранено 54-річну жінку.", {("injured", 1, "whole")}),
        ("Russian forces fired 25 rockets and 12 houses burned.", set()),
        ("About 200 people were in the building.", set()),
        ("Thousands of Russian troops fled Chuhuiv.", set()),
    ],
)
def test_figures_of_people_and_nothing_else(text, expected):
    assert expected <= figures(text)
    if not expected:
        assert figures(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Two people died, regional governor Oleh Synehubov said.",
        "Two people died, according to Oleg Sinegubov.",
        "Загинули двоє людей. Про це повідомив начальник Харківської ОВА Олег Синєгубов.",
        "За словами Олега Синєгубова, загинули двоє людей.",
        "Погибли два человека, сообщил глава ОВА Олег Синегубов.",
    ],
)
def test_one_person_under_every_spelling(text):
    assert speakers(text) == {"syniehubov"}


def test_an_agency_passes_on_and_does_not_speak():
    claim = read("Five people were killed in Chuhuiv, police told Reuters.", published=DAY).claims[0]
    assert claim.speaker is not None
    assert claim.speaker.name == "Police"
    assert claim.via == ("Reuters",)


def test_a_list_of_settlements_makes_one_incident_each_with_the_speaker_of_the_whole():
    text = (
        "Начальник Харківської ОВА Олег Синєгубов про ситуацію за добу:\n"
        "- м. Куп'янськ: внаслідок обстрілу поранено двох людей;\n"
        "- м. Вовчанськ: від удару дрона загинула жінка;\n"
        "- м. Чугуїв: ракетний удар, постраждалих немає.\n"
    )
    assert {(c, p) for c, p, role, _ in incidents(text) if role == "incident"} == {
        ("shelling", "Kupiansk"),
        ("air_strike", "Vovchansk"),
        ("missile_strike", "Chuhuiv"),
    }
    assert speakers(text) == {"syniehubov"}


@pytest.mark.parametrize(
    "text",
    [
        "Two people were killed in Chuhuiv, about 36 kilometres southeast of Kharkiv.",
        "Two people were killed in Chuhuiv, the Kharkiv region police said.",
        "Two people were killed in Chuhuiv, near Kharkiv.",
        "У Чугуєві загинули двоє людей, повідомив мер Харкова Ігор Терехов.",
    ],
)
def test_a_landmark_an_office_or_a_neighbour_is_no_site(text):
    assert {place for _, place, _, _ in incidents(text)} == {"Chuhuiv"}


def test_a_general_denial_of_war_crimes_is_not_aimed_at_the_count():
    reading = read(
        "Police found 44 bodies in graves in Chuhuiv. The Kremlin denied that it commits war crimes.",
        published=DAY,
    )
    denial = next(i for i, c in enumerate(reading.claims) if c.predicate == "denial")
    assert reading.claims[denial].target
    assert all(denial not in d.facts for d in reading.drafts)


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        alphabet=st.one_of(
            st.characters(codec="utf-8"), st.sampled_from("їй\u0301\u0306\u200b\u200e\u202e🚨\r\n“”«» 5двоє")
        ),
        max_size=300,
    )
)
def test_spans_are_true_to_any_text(text):
    reading = read(text, published=DAY)
    for c in reading.claims:
        assert c.quote is not None
        assert text[c.quote.start : c.quote.end] == c.quote.text
    for mention in (*reading.places, *reading.dates):
        assert text[mention.start : mention.end] == mention.text
        assert mention.text


_WORDS = ["Двоє людей", " загинули", " у Харкові", "killed ", "at least 5 people", " in Izium", " в Изюме", " on Monday",
          "\u200b", "\u0301", "е\u0308", "и\u0306", "\u202e", "🚨", "\r\n", "“", "”", " said Putin", ". ", ", ", "погибли 3"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=40).map("".join))
def test_spans_are_true_to_reports_in_odd_unicode(text):
    test = read(text, published=DAY)
    assert test == read(text, published=DAY)
    for c in test.claims:
        assert c.quote is not None
        assert text[c.quote.start : c.quote.end] == c.quote.text
    for mention in (*test.places, *test.dates):
        assert text[mention.start : mention.end] == mention.text


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("Two people wounded in Bakhmut were taken to a hospital in Dnipro, doctors said.", "Bakhmut"),
        ("In Geneva, the UN said that 17 civilians were killed in Kupiansk in one week.", "Kupiansk"),
        ("A missile launched from the Belgorod region hit Kharkiv, killing one.", "Kharkiv"),
        ("Міністр у Варшаві заявив, що вночі у Рівному постраждали троє.", "Rivne"),
        ("Раненых из Волчанска доставили в Харьков. В Волчанске погибли двое.", "Vovchansk"),
    ],
)
def test_a_site_is_where_it_happened_and_not_where_somebody_spoke_or_was_taken(text, site):
    assert {place for _, place, role, _ in incidents(text) if role == "incident"} == {site}


def test_a_place_that_was_hit_is_a_site_though_nobody_was_counted():
    assert ("shelling", "Vovchansk", "incident", "2023-03-16") in incidents(
        "Vovchansk was shelled on Thursday."
    )


def test_lines_broken_to_a_width_read_as_one():
    text = (
        "Three people were killed and twelve were injured on Thursday when a missile struck an\n"
        "apartment block in the centre of Chuhuiv, the regional prosecutor's office said. Two of\n"
        "the dead were children.\n"
    )
    flat = text.replace("\n", " ")
    assert figures(text) == figures(flat) >= {("killed", 3, "whole"), ("injured", 12, "whole")}
    assert incidents(text) == incidents(flat)


def test_words_run_together_by_a_translation_are_parted():
    text = "Three people diedand nine were wounded in Chuhuiv,said the governor Oleh Synehubovwho visited the site."
    assert figures(text) == {("killed", 3, "whole"), ("injured", 9, "whole")}
    assert "syniehubov" in speakers(text)


@pytest.mark.parametrize(
    ("text", "predicates"),
    [
        ("Moscow denied that its forces had shelled Chuhuiv.", {"denial"}),
        ("Кремль заперечує причетність до удару.", {"denial"}),
        ("МИД России заявил, что по городу ударили украинские войска.", {"accusation"}),
        ("Ukrainian forces struck a depot, the General Staff said.", set()),
        ("A drill will be held on Saturday.", set()),
    ],
)
def test_denials_and_blame(text, predicates):
    assert {c.predicate for c in read(text, published=DAY).claims} == predicates


@pytest.mark.parametrize(
    "text",
    [
        "The General Staff said 400 Russian soldiers were killed in a day.",
        "Rescuers saved 12 people from the rubble.",
        "The missile could have killed 50 people.",
        "He faces 12 years under article 438, part 2.",
        "Врятовано 12 осіб, знешкоджено 34 боєприпаси.",
        "Ранее в здании работали 40 человек.",
    ],
)
def test_soldiers_of_the_other_side_the_saved_and_the_merely_possible_are_no_casualties(text):
    assert not [
        c for c in read(text, published=DAY).claims if c.predicate in {"killed", "injured", "missing"}
    ]


def test_a_figure_that_opens_the_sentence_after_a_weekday_is_read() -> None:
    assert figures("A governor spoke on Friday. 436 people were killed in Izium, he said.") == {
        ("killed", 436, "whole")
    }


def test_a_number_of_an_article_or_a_flat_is_no_figure() -> None:
    assert not figures("Он осужден по ст. 438 за убитых в Изюме.") & {("killed", 438, "whole")}
