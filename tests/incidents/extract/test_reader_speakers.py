"""Who is taken to speak: headings, labels, signatures, sources quoted through an agency."""

import datetime as dt

import pytest

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


def test_an_agency_is_no_speaker_of_what_its_reporter_saw() -> None:
    assert _speakers("A Reuters correspondent saw three bodies.") == [""]


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
