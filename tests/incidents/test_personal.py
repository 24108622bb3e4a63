"""Names of private people do not leave in a public export; officials, agencies and streets keep nothing back. Invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from incidents import cli, editing, export, importing, ingest, personal
from incidents._mapping import parse_mapping
from incidents._rejected import Rejected
from incidents.editing import signed
from incidents.merge import merge
from incidents.model import Incident
from tests.incidents.samples import incident

REPORT = """date 2023-05-05

Three people were killed in Kherson on 3 May, Governor Oleksandr Prokudin said.
Nurse Olena P., 34, was among two wounded colleagues. Neighbour Ivan Petrenko said two more people were wounded.
"Five people were injured," said Petro Sydorenko, head of the city hospital.
Oksana Tkach, 45, was killed in her flat, police said. Her daughter Vika was hurt.
The United Nations said four people were killed in Kherson on Lesia Ukrainka Street.
"""
PRIVATE = ("Olena", "Petrenko", "Tkach", "Vika")
PUBLIC = ("Prokudin", "Sydorenko", "United Nations")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Among the dead was nurse Olena P., 34, and her son Maksym.", ["Olena P.", "Maksym"]),
        ("The dead woman was Oksana Ivanenko, 34, a cook.", ["Oksana Ivanenko"]),
        ("Neighbour Xenon Zyablov said three people were killed.", ["Xenon Zyablov"]),
        ("“We heard a blast,” said Mykola, a local resident.", ["Mykola"]),
        ("Killed: 12-year-old Vika and Mrs Kovalenko.", ["Vika", "Kovalenko"]),
        ("Серед загиблих — медсестра Олена Петренко, 34 роки, та її син Максим.", ["Олена Петренко", "Максим"]),
        ("Загинув 45-річний Іван К., повідомила поліція.", ["Іван К."]),
        ("Погибла учительница Мария Сидорова.", ["Мария Сидорова"]),
        ("Сусідка Марія Ткач розповіла, що загинули троє.", ["Марія Ткач"]),
        ("The mayor Ivan Bondar said his wife, Olena Bondar, was killed.", ["Olena Bondar"]),
        ("The mayor's son Ivan Bondar was killed.", ["Ivan Bondar"]),
    ],
)  # fmt: skip
def test_private_people_are_found(text: str, names: list[str]) -> None:
    found = personal.private_people(text)
    assert [person.name for person in found] == names
    assert all(text[p.start : p.end] == p.name for p in found)


@pytest.mark.parametrize(
    "text",
    [
        "Governor Oleh Syniehubov said three people were killed in Izium.",
        "The mayor, Artem Vyhadanyi, said 12 people were hurt.",
        "Anna Vyhadana, police spokeswoman, said two people died.",
        "Petro Vyhadanyi of the occupation authority said so.",
        "Начальник обласної військової адміністрації Андрій Вигаданий повідомив про трьох загиблих.",
        "сообщил глава области Иван Вымышленный",
        "Human Rights Watch said 44 people were killed in Ivano-Frankivsk on Lesia Ukrainka Street.",
        "Поліція: удар по вулиці Івана Франка, лікарня імені Мечникова пошкоджена.",
        "Kyiv police said that two people died in Ivanivka near Oleksandrivka. About 9,000 remain.",
        "A house in ruins (Reuters/Ivan Vyhadanyi)",
        "Residents and eyewitnesses said a 34-year-old Ukrainian woman and a 5-year-old boy died in Kharkiv.",
    ],
)
def test_officials_agencies_streets_and_places_are_nobody_s_name(text: str) -> None:
    assert personal.private_people(text) == []


@pytest.fixture
def ingested(tmp_path: Path) -> list[Incident]:
    report = tmp_path / "r.txt"
    report.write_text(REPORT, encoding="utf-8")
    return ingest.ingest([report]).incidents


def test_no_private_name_leaves_in_any_column_and_public_ones_stay(ingested: list[Incident]) -> None:
    whole = export.geojson_bytes(ingested, public=False).decode()
    assert all(name in whole for name in ("Petrenko", *PUBLIC))
    for public in (export.csv_bytes(ingested).decode(), export.geojson_bytes(ingested).decode()):
        assert not [name for name in PRIVATE if name in public]
        assert [name for name in PUBLIC if name in public] == list(PUBLIC)


def test_only_the_words_concerned_are_withheld(ingested: list[Incident]) -> None:
    assert all("personal_names" in i.sensitivity for i in ingested if personal.needs_care(i))
    before = [c for i in ingested for c in i.claims]
    after = [c for i in ingested for c in export.redacted(i).claims]
    for one, other in zip(before, after, strict=True):
        assert (one.predicate, one.min, one.max) == (other.predicate, other.min, other.max)
        if personal.MARK in one.sensitivity:
            assert other.quote is None
            assert other.speaker is None or other.speaker.name == "withheld"
        else:
            assert (other.quote, other.speaker) == (one.quote, one.speaker)
    marked = [c for c in before if personal.MARK in c.sensitivity]
    assert 0 < len(marked) < len(before)


def test_a_report_of_officials_only_is_not_marked(tmp_path: Path) -> None:
    report = tmp_path / "r.txt"
    report.write_text(
        "date 2023-05-05\n\nThree people were killed in Kherson on 3 May, Governor Oleksandr Prokudin said. "
        "Residents said two more were wounded. The emergency service counted 12 damaged houses.\n",
        encoding="utf-8",
    )
    found = ingest.ingest([report]).incidents
    assert found
    assert not [i for i in found if i.sensitivity or any(c.sensitivity for c in i.claims)]


def test_a_headline_that_names_a_victim_does_not_leave(tmp_path: Path) -> None:
    report = tmp_path / "r.txt"
    report.write_text(
        "---\ntitle: Teacher Olena Vyhadana, 34, killed in Kherson\n---\ndate 2023-05-05\n\n"
        "One woman was killed in Kherson on 3 May, police said.\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(cli.main, ["ingest", str(report), "--out", str(tmp_path / "o.geojson")])
    assert done.exit_code == 0, done.output
    for form in ("csv", "geojson"):
        told = CliRunner().invoke(
            cli.main, ["export", "--from", str(tmp_path / "o.geojson"), "--format", form, "--out", "-"]
        )
        assert "Vyhadana" not in told.output
        assert "Kherson" in told.output


def test_a_person_marks_a_claim_and_takes_the_mark_back() -> None:
    hand = signed("Ana")
    marked = editing.correct_claim(
        incident(3),
        "c3",
        {"speaker": "Xyz", "note": "words", "sensitivity": "personal_information"},
        hand=hand,
    )
    told = export.redacted(marked).claims[0]
    assert (told.speaker and told.speaker.name, told.note, told.min) == ("withheld", None, 3)
    assert "Xyz" not in export.csv_bytes([marked]).decode()
    again = editing.correct_claim(marked, "c3", {"sensitivity": ""}, hand=hand)
    assert export.redacted(again).claims[0].note == "words"


def test_a_mark_survives_a_merge_and_the_stricter_one_wins(ingested: list[Incident]) -> None:
    joined = merge(incident(3), ingested[0], by="x", at="2023")
    assert not [name for name in PRIVATE if name in export.geojson_bytes([joined]).decode()]
    strict = incident(4, sensitivity=("personal_information",), summary="Somebody's story")
    both = export.redacted(merge(strict, ingested[0], by="x", at="2023"))
    assert both.summary == ""
    assert all(c.quote is None for c in both.claims)


def test_a_marked_line_takes_no_shortcut() -> None:
    plain = incident(3)
    claim = plain.claims[0].model_copy(
        update={"note": "the story of Xyz", "sensitivity": ("personal_information",)}
    )
    line = export.to_line(plain.model_copy(update={"claims": (claim,)}))
    assert json.loads(line)["properties"]["sensitivity"] == []
    assert "Xyz" not in export.geojson_bytes([line]).decode()


TABLE = """\
id,date,place,summary,killed,speaker,url
A1,2023-05-03,Kherson,"Oksana Tkach, 45, was killed in her flat.",1,Ivan Petrenko,https://example.org/a
A2,2023-05-04,Kherson,"A shell hit a shop.",2,Governor Oleksandr Prokudin,https://example.org/b
A3,2023-05-05,Kherson,"A shell hit a bus.",3,Kherson police,https://example.org/c
"""
COLUMNS = """\
mapping: incident-atlas/1
name: table
reads: csv
fields:
  id: id
  date_start: date
  place_name: place
  summary: summary
  killed: killed
  speaker: speaker
  source_url: url
"""


@pytest.fixture
def imported(tmp_path: Path) -> tuple[list[Incident], list[Rejected]]:
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    remarks: list[Rejected] = []
    mapping = parse_mapping(COLUMNS, "t.yaml")
    rows = importing.read(tmp_path / "t.csv", mapping, on_rejected=pytest.fail, on_note=remarks.append)
    return list(rows), remarks


def test_names_in_an_imported_table_are_told_and_do_not_leave(
    imported: tuple[list[Incident], list[Rejected]],
) -> None:
    incidents, remarks = imported
    whole = export.geojson_bytes(incidents, public=False).decode()
    public = export.geojson_bytes(incidents).decode()
    assert "Oksana Tkach, 45, was killed in her flat." in whole
    assert not [name for name in ("Oksana", "Tkach", "Petrenko") if name in public]
    assert [name for name in ("Prokudin", "Kherson police", "A shell hit a shop.") if name in public] == [
        "Prokudin", "Kherson police", "A shell hit a shop.",
    ]  # fmt: skip
    assert [(r.line, r.field, r.reason.split(" may")[0]) for r in remarks if r.field == "sensitivity"] == [
        (2, "sensitivity", "A1: summary and claims")
    ]


def test_a_mark_that_a_person_took_back_stays_back_in_an_import(tmp_path: Path) -> None:
    found = incident(1, title="Oksana Tkach, 45, was killed")
    marked = editing.correct(found, {"sensitivity": "personal_names"}, hand=signed("Ana"))
    freed = editing.correct(marked, {"sensitivity": ""}, hand=signed("Ana"))
    for name, one in (("plain", found), ("freed", freed)):
        (tmp_path / f"{name}.geojson").write_bytes(export.geojson_bytes([one], public=False))
    plain, back = (
        next(importing.read(tmp_path / f"{name}.geojson", None, on_rejected=pytest.fail))
        for name in ("plain", "freed")
    )
    assert plain.sensitivity == ("personal_names",)
    assert back == freed
